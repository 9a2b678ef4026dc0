"""Slack's people and workspaces, over its Web API."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.domain.people import Profile, Who
from bot.domain.picks import clean
from bot.errors import NotAnEmployee, SlackUnavailable, Unreachable
from bot.slack.faults import UNREACHABLE, Answered, call, listed, part
from bot.slack.workspaces import Clients, web_client

log = structlog.get_logger()

T = TypeVar("T")

_PAGE = 200
_LONG_PAGE = 500  # 20 calls a minute are sure: 100,000 members take ten minutes so
_SLACKBOT = "USLACKBOT"  # Slack does not call it a bot: is_bot is false
_STALE = frozenset({"invalid_cursor"})
_HIDDEN = frozenset({"channel_not_found", "method_not_supported_for_channel_type", "not_in_channel"})
_NO_GROUP = frozenset({"no_such_subteam", "plan_upgrade_required"})
_CHANNEL_HIDDEN = "We cannot see who is in this channel. Invite Calendar Bot to the channel, then try again."
_GROUP_GONE = "This user group is not in use, or Slack does not show it to us."


class SlackDirectory:
    """The port ``Directory``."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._team_names: dict[str, str] = {}

    def profile(self, who: Who) -> Profile:
        """The person, as Slack knows them at this moment."""
        try:
            data = call(
                self._clients.of(who.team_id).users_info, expect=UNREACHABLE, user=who.user_id, include_locale=True
            )
        except Answered:
            raise NotAnEmployee from None
        return _profile(who, part(data, "user", dict))

    def find_by_email(self, team_id: str, email: str) -> Who | None:
        """The active member with this e-mail address, if any."""
        try:
            data = call(self._clients.of(team_id).users_lookupByEmail, expect=UNREACHABLE, email=email)
        except Answered:
            return None
        user = part(data, "user", dict)
        return None if user.get("deleted") or user.get("is_bot") else Who(team_id, part(user, "id", str))

    def team_name(self, team_id: str) -> str:
        """The workspace's name; asked once."""
        if team_id not in self._team_names:
            self._team_names[team_id] = clean(part(call(self._clients.of(team_id).auth_test), "team", str))
        return self._team_names[team_id]

    def owners(self, team_id: str) -> Sequence[Who]:
        """The workspace's owners who are active members."""
        return [
            Who(team_id, part(user, "id", str))
            for user in listed(self._clients.of(team_id).users_list, "members", limit=_PAGE)
            if user.get("is_owner") and not user.get("deleted") and not user.get("is_bot")
        ]

    def members(self, team_id: str) -> Iterator[Profile]:
        """Everybody in the workspace, a page of them in memory: the deactivated, bots, guests and strangers as well.

        See Listing for what may be done after SlackUnavailable. Somebody may come twice.
        """

        def page(cursor: str) -> Any:
            return call(
                self._clients.of(team_id).users_list,
                expect=_STALE,
                limit=_LONG_PAGE,
                include_locale=True,
                **_from(cursor),
            )

        return Listing(page, "members", lambda user: _profile(Who(team_id, part(user, "id", str)), user))

    def channel_members(self, team_id: str, channel_id: str) -> Iterator[str]:
        """Who is in the channel, bots as well. Raises as ``members``, and Unreachable for a channel we cannot see."""

        def page(cursor: str) -> Any:
            members = self._clients.of(team_id).conversations_members
            try:
                return call(members, expect=_STALE | _HIDDEN, channel=channel_id, limit=_LONG_PAGE, **_from(cursor))
            except Answered as answered:
                raise _as_hidden(answered, _HIDDEN, _CHANNEL_HIDDEN) from None

        return Listing(page, "members", _user_id)

    def group_members(self, team_id: str, group_id: str) -> list[str]:
        """Who is in the user group. Raises SlackUnavailable, SlackRefusesApp, Unreachable for none that is in use."""

        def page(cursor: str) -> Any:
            users = self._clients.of(team_id).usergroups_users_list
            try:
                return call(users, expect=_STALE | _NO_GROUP, usergroup=group_id, **_from(cursor))
            except Answered as answered:
                raise _as_hidden(answered, _NO_GROUP, _GROUP_GONE) from None

        return list(Listing(page, "users", _user_id))


class Listing(Iterator[T]):
    """What Slack lists page by page.

    SlackUnavailable does not end it: asked again, after ``retry_after``, it goes on where it stopped. Where Slack no
    longer knows that place it begins anew. It ends only where Slack says so, and never by half an answer.
    """

    def __init__(self, page: Callable[[str], Any], name: str, read: Callable[[Any], T]) -> None:
        self._page = page
        self._name = name
        self._read = read
        self._cursor: str | None = ""
        self._seen: set[str] = set()
        self._ready: deque[T] = deque()

    def __next__(self) -> T:
        while not self._ready:
            if self._cursor is None:
                raise StopIteration
            self._turn(self._cursor)
        return self._ready.popleft()

    def _turn(self, cursor: str) -> None:
        try:
            answer = self._page(cursor)
        except Answered as stale:
            self._cursor = ""
            self._seen.clear()
            raise _unavailable(stale.code) from None
        found = [self._read(each) for each in part(answer, self._name, list)]
        about = answer.get("response_metadata")
        following = str(about.get("next_cursor") or "") if isinstance(about, dict) else ""
        if following in self._seen:  # it would lead round and round
            raise _unavailable("repeated_cursor")
        if following:
            self._seen.add(following)
        self._ready.extend(found)
        self._cursor = following or None


def home_team(api_url: str, token: str) -> str:
    """The workspace that a bot token belongs to. Raises SlackUnavailable, SlackRefusesApp."""
    return part(call(web_client(api_url, token).auth_test), "team_id", str)


def told(team_id: str, user: Mapping[str, Any]) -> Profile:
    """The person as an event of Slack's tells of them. Raises SlackUnavailable for one without an id."""
    return _profile(Who(team_id, part(user, "id", str)), user)


def _from(cursor: str) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}


def _user_id(entry: object) -> str:
    return part({"user": entry}, "user", str)


def _as_hidden(answered: Answered, codes: frozenset[str], sentence: str) -> Exception:
    return Unreachable(sentence) if answered.code in codes else answered


def _unavailable(code: str) -> SlackUnavailable:
    log.warning("slack_failed", error=code)
    return SlackUnavailable()


def _profile(who: Who, user: Mapping[str, Any]) -> Profile:
    card = user.get("profile") or {}
    memberships = (user.get("enterprise_user") or {}).get("teams") or ()
    names = (card.get("display_name"), card.get("real_name"), user.get("real_name"), user.get("name"), who.user_id)
    return Profile(
        who=who,
        name=clean(next(str(name) for name in names if name)),
        email=card.get("email") or None,
        # Slack leaves the key out in most answers; only an explicit false says unconfirmed
        email_confirmed=user.get("is_email_confirmed") is not False,
        time_zone=_time_zone(user.get("tz")),
        locale=str(user.get("locale") or "en-US"),
        is_guest=any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger")),
        is_admin=any(user.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner")),
        is_bot=bool(user.get("is_bot")) or who.user_id == _SLACKBOT,
        deleted=bool(user.get("deleted")),
        # In an Enterprise Grid a member of several workspaces belongs to all of them; team_id names but one
        home_team_id=who.team_id if who.team_id in memberships else str(user.get("team_id") or who.team_id),
    )


def _time_zone(name: object) -> str:
    """Slack's name for the zone, if the zone database here knows it too."""
    try:
        return ZoneInfo(str(name or "UTC")).key
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, a folder of the database
        return "UTC"

"""Slack's people and workspaces, over its Web API."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.people import Profile, Who
from bot.domain.picks import clean
from bot.errors import NotAnEmployee
from bot.slack.faults import UNREACHABLE, Answered, call, listed, part
from bot.slack.workspaces import Clients, web_client

_PAGE = 200
_SLACKBOT = "USLACKBOT"  # Slack does not call it a bot: is_bot is false


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


def home_team(api_url: str, token: str) -> str:
    """The workspace that a bot token belongs to. Raises SlackUnavailable, SlackRefusesApp."""
    return part(call(web_client(api_url, token).auth_test), "team_id", str)


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

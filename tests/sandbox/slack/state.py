"""Everything Slack remembers, behind one lock."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.files import Files
from tests.sandbox.slack.limits import Limits
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import Channel, Installation, Team, User, UserGroup
from tests.sandbox.slack.refusal import Json, SlackRefused
from tests.sandbox.slack.roster import Roster
from tests.sandbox.slack.triggers import Codes, ResponseUrl, Triggers
from tests.sandbox.slack.views import View


@dataclass(frozen=True)
class ApiCall:
    """One call of the Web API, the token left out of its arguments."""

    method: str
    args: Json
    response: Json
    at: datetime


@dataclass(frozen=True)
class Token:
    kind: str
    """"bot", "user" or "app"."""
    team_id: str
    user_id: str
    scopes: frozenset[str]


@dataclass
class Credentials:
    """What the app's page at api.slack.com would show."""

    app_id: str = "A0CALENDAR"
    client_id: str = "1234567890.9876543210"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12))
    app_token: str = field(
        default_factory=lambda: f"xapp-1-A0CALENDAR-{secrets.randbelow(10**13)}-{secrets.token_hex(32)}"
    )


class State:
    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.lock = RLock()
        self.credentials = Credentials()
        self.base_url = ""
        self.redirect_uris: set[str] = set()
        self.messages_tab = True
        self.home_tab = True
        self.limits = Limits()
        self.edits_refused: str | None = None
        """Why chat.update changes nothing: "edit_window_closed" and the like."""
        self.longest_page = 999
        """Slack may answer with fewer messages than were asked for, though there are more."""
        self.longest_list = 1000
        """The same of people: how many a page holds at most, whatever was asked for."""
        self.most_without_limit = 1000
        """From how many members on users.list insists on a limit; Slack publishes no number."""
        self.subscriptions = {"app_home_opened", "app_uninstalled", "message.im", "tokens_revoked", "user_change"}
        """The events that the app asked for, in the words of its manifest."""
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.rosters: dict[str, Roster] = defaultdict(Roster)
        self.user_groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self.files = Files()
        self.tokens: dict[str, Token] = {}
        self.refused_tokens: dict[str, str] = {}
        """Tokens that were good once, and in which word Slack refuses them now."""
        self.messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.notices: dict[str, list[str]] = {}
        self.triggers = Triggers(clock)
        self.codes = Codes(clock)
        self.response_urls: dict[str, ResponseUrl] = {}
        self.journal: list[ApiCall] = []
        self.faults: list[str] = []
        self.listeners: list[Callable[[], object]] = []
        self.echo: Callable[[str, Json], None] = lambda team_id, event: None  # noqa: ARG005 - nobody listens yet
        self._last_ts = 0
        self._revision = 0

    def changed(self) -> None:
        """Tell everybody who asked; they must not block."""
        for listener in tuple(self.listeners):
            listener()

    def fault(self, sentence: str) -> None:
        with self.lock:
            self.faults.append(sentence)

    def notice(self, user_id: str, sentence: str) -> None:
        """What Slack itself tells a person, in grey under the composer."""
        with self.lock:
            self.notices.setdefault(user_id, []).append(sentence)

    def next_ts(self) -> str:
        """A message's time stamp, never twice the same."""
        with self.lock:
            self._last_ts = max(int(self.clock.now().timestamp() * 1_000_000), self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def next_revision(self) -> int:
        with self.lock:
            self._revision += 1
            return self._revision

    def seconds(self) -> float:
        return self.clock.now().timestamp()

    # ---- who is there

    def add_team(self, team: Team) -> Team:
        with self.lock:
            self.teams[team.id] = team
        self.changed()
        return team

    def add_users(self, users: Iterable[User]) -> None:
        with self.lock:
            for user in users:
                if user.id in self.users:
                    raise ValueError(f"there is a {user.id} already")
                self.users[user.id] = user
                self.rosters[user.team_id].add(user.id)
        self.changed()

    def person(self, user_id: str) -> User:
        """Somebody who can act in Slack; SlackRefused for those who cannot."""
        user = self.users.get(user_id)
        if user is None:
            raise SlackRefused("user_not_found", user_id)
        if user.deleted:
            raise SlackRefused("account_inactive", user_id)
        return user

    def installed(self, team_id: str) -> Installation:
        installation = self.teams[team_id].installation
        if installation is None:
            raise SlackRefused("app_not_installed", team_id)
        return installation

    def install(self, team_id: str, scopes: Iterable[str]) -> Installation:
        """Install, or install again with other scopes: the bot user and its token stay, as at Slack."""
        with self.lock:
            team = self.teams[team_id]
            suffix = "" if not any(each.bot for each in self.users.values()) else team_id[1:]
            bot = next((each for each in self.users.values() if each.bot_id and each.team_id == team_id), None)
            if bot is None:
                bot = User(team_id, f"UBOT{suffix}", "Calendar Bot", "", "UTC", bot=True, bot_id=f"BBOT{suffix}")
                self.users[bot.id] = bot
                self.rosters[team_id].add(bot.id)
            old = team.installation
            token = old.token if old else f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_urlsafe(18)}"
            team.installation = Installation(token, frozenset(scopes), bot.id, bot.bot_id or "")
            self.tokens[token] = Token("bot", team_id, bot.id, team.installation.scopes)
            self.refused_tokens.pop(token, None)
        self.changed()
        return team.installation

    def uninstall(self, team_id: str) -> None:
        with self.lock:
            installation = self.teams[team_id].installation
            if installation is not None:
                self.tokens.pop(installation.token, None)
                self.refused_tokens[installation.token] = "token_revoked"
            self.teams[team_id].installation = None
        self.changed()

    # ---- where things stand

    def open_im(self, user: User) -> Channel:
        """The person's direct messages with the bot, opened if they were not."""
        with self.lock:
            channel = self.channels.get(user.im_id)
            if channel is None:
                bot_is_member = True
                channel = Channel(user.team_id, user.im_id, "directmessage", {user.id}, bot_is_member, im_with=user.id)
                self.channels[user.im_id] = channel
            return channel

    def view(self, view_id: str) -> View | None:
        """An open modal or a home tab by its id."""
        with self.lock:
            for stack in self.modals.values():
                for view in stack:
                    if view.id == view_id:
                        return view
            return next((view for view in self.homes.values() if view.id == view_id), None)

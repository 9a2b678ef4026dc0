"""What the services need from the outside, and the frozen values they exchange with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.permissions import Permission
from bot.domain.picks import Choice, Picks


class Clock(Protocol):
    """The time, as an aware UTC datetime."""

    def now(self) -> datetime:
        """This moment."""
        ...


# --- people ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Who:
    """A Slack person's key. Ids are unique in a team only, so the two always go together."""

    team_id: str
    user_id: str


@dataclass(frozen=True)
class Profile:
    """What Slack says about a person. ``home_team_id`` differs from ``who.team_id`` for Slack Connect strangers."""

    who: Who
    name: str
    email: str | None
    email_confirmed: bool
    time_zone: str
    locale: str
    is_guest: bool
    is_admin: bool
    is_bot: bool
    deleted: bool
    home_team_id: str


class Directory(Protocol):
    """Slack's people and workspaces."""

    def profile(self, who: Who) -> Profile:
        """The person. Raises NotAnEmployee when Slack does not know them, SlackUnavailable."""
        ...

    def find_by_email(self, team_id: str, email: str) -> Who | None:
        """The member with this e-mail address, if any. Raises SlackUnavailable."""
        ...

    def team_name(self, team_id: str) -> str:
        """The workspace's name as its members know it. Raises SlackUnavailable."""
        ...

    def owners(self, team_id: str) -> Sequence[Who]:
        """The workspace's owners. Raises SlackUnavailable."""
        ...


# --- Google ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AccessToken:
    """Short-lived, kept in memory only. ``scopes`` is what the grant holds now, in the long spelling."""

    value: str
    expires_at: datetime
    scopes: frozenset[str]

    def __repr__(self) -> str:
        return "AccessToken(…)"


@dataclass(frozen=True)
class Consented:
    """What one finished consent gave us. ``refresh_token`` is None when Google left it out."""

    sub: str
    email: str
    email_verified: bool
    hosted_domain: str | None
    access: AccessToken
    refresh_token: str | None
    refresh_expires_at: datetime | None

    def __repr__(self) -> str:
        return f"Consented({self.email})"


class Consent(Protocol):
    """Google's OAuth 2.0 side. Every method but ``url`` raises GoogleFault."""

    def url(
        self,
        *,
        state: str,
        verifier: str,
        nonce: str,
        login_hint: str | None,
        hosted_domain: str | None,
        choose: bool = False,
    ) -> str:
        """Where to send the browser: offline access, prompt=consent, PKCE S256; ``choose`` asks for the account."""
        ...

    def exchange(self, *, code: str, verifier: str, nonce: str) -> Consented:
        """Trade the code, ask userinfo who it was, and hold the ID token against it (aud, nonce, sub)."""
        ...

    def refresh(self, refresh_token: str) -> AccessToken:
        """A fresh access token; the grant itself stays as it is."""
        ...

    def revoke(self, refresh_token: str) -> None:
        """End the whole grant of that account. A grant that is dead already is no fault."""
        ...


@dataclass(frozen=True)
class CalendarEntry:
    """One entry of a person's calendar list, as Google tells it."""

    id: str
    name: str
    role: str
    primary: bool
    time_zone: str
    owner: str | None


@dataclass(frozen=True)
class Busy:
    """One calendar's answer to free/busy: UTC intervals, or the reason why it is unknown. Unknown is never free."""

    intervals: tuple[tuple[datetime, datetime], ...] = ()
    unknown: str | None = None


class Calendars(Protocol):
    """Google Calendar with an access token. Every method raises GoogleFault."""

    def entries(self, token: AccessToken) -> Sequence[CalendarEntry]:
        """The whole calendar list, paged through, deleted entries left out."""
        ...

    def busy(
        self, token: AccessToken, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Busy]:
        """Free/busy of each id, asked in chunks of 50; an id Google leaves out comes back as unknown."""
        ...

    def insert_private_event(
        self, token: AccessToken, calendar_id: str, event_id: str, title: str, start: datetime, end: datetime
    ) -> None:
        """Write a private, transparent event under our own id; one that is there already counts as written."""
        ...

    def delete_event(self, token: AccessToken, calendar_id: str, event_id: str) -> None:
        """Remove an event, telling nobody; one that is gone already is no fault."""
        ...


# --- Sign in with Slack ---------------------------------------------------------------------------------------------


class SlackSignIn(Protocol):
    """The proof of the Slack side: OpenID Connect with Slack, in the same browser."""

    @property
    def available(self) -> bool:
        """Whether SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set."""
        ...

    def url(self, *, state: str, nonce: str, team_id: str) -> str:
        """Where to send the browser."""
        ...

    def exchange(self, *, code: str, nonce: str) -> Who:
        """Who the browser is signed in as. Raises StateRejected for a bad answer, SlackUnavailable."""
        ...


# --- what people are told -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MessageRef:
    """A message that we posted: where it stands, so that it can be edited."""

    channel: str
    ts: str


@dataclass(frozen=True)
class ConnectLink:
    """The personal link. ``account`` is named when this is a reconnect."""

    url: str
    expires_at: datetime
    account: str | None = None


@dataclass(frozen=True)
class LinkReplaced:
    """What an older link's message becomes when a newer link was sent."""


@dataclass(frozen=True)
class LinkUsed:
    """What the link's message becomes when it has done its work."""

    account: str


class Health(StrEnum):
    """How a connection stands, as people see it."""

    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class Tick:
    """One line of the self-test. ``problem`` is None when it passed, else a sentence that says what to do."""

    label: str
    problem: str | None = None


@dataclass(frozen=True)
class PickedCalendar:
    """A saved pick as it is shown. ``back`` is False when a reconnect did not find it again."""

    key: str
    name: str
    back: bool = True


@dataclass(frozen=True)
class Status:
    """Everything a status line, the App Home and the card say about one person's connection."""

    who: Who
    health: Health
    account: str | None = None
    connected_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    linked: PickedCalendar | None = None
    conflicts: tuple[PickedCalendar, ...] = ()


@dataclass(frozen=True)
class Menus:
    """What the two calendar menus offer and what stands in them now.

    With at most 100 choices the menus are static and hold them all; with more they ask us as the person types.
    """

    choices: tuple[Choice, ...]
    picks: Picks
    problems: Mapping[str, str]
    """Sentences to show under a menu, by field: "linked", "conflicts"."""


@dataclass(frozen=True)
class Card:
    """The message after consent: the account, "Not you?", and the menus or what was saved."""

    status: Status
    menus: Menus | None = None
    ticks: tuple[Tick, ...] = ()
    testing: bool = False
    note: str | None = None


@dataclass(frozen=True)
class ConsentRefused:
    """Nothing was connected, and why. ``reason`` is a key of the texts in bot/slack/messages.py."""

    reason: str
    account: str | None = None
    missing: tuple[Permission, ...] = ()


@dataclass(frozen=True)
class ForeignAttempt:
    """To the owner of a Google account that was used on somebody else's link."""

    started_by: str


@dataclass(frozen=True)
class Disconnected:
    """The card after a disconnect. ``revoked`` is False when Google could not be told to forget us."""

    account: str
    revoked: bool = True


@dataclass(frozen=True)
class OperatorAlert:
    """One incident, for the people who run the bot: what is wrong, whom it touches, how to mend it."""

    what: str
    mend: str


Notice = ConnectLink | LinkReplaced | LinkUsed | Card | ConsentRefused | ForeignAttempt | Disconnected | OperatorAlert


class Notifier(Protocol):
    """How we speak to people in Slack outside a conversation. Raises SlackUnavailable, Unreachable."""

    def tell(self, who: Who, notice: Notice) -> MessageRef:
        """Post a direct message."""
        ...

    def tell_channel(self, team_id: str, channel: str, notice: Notice) -> MessageRef:
        """Post into a channel, for operators."""
        ...

    def edit(self, team_id: str, ref: MessageRef, notice: Notice) -> bool:
        """Change a message of ours; False when it no longer can be changed."""
        ...

    def publish_home(self, who: Who, status: Status, menus: Menus | None, problem: str | None) -> None:
        """Draw the App Home tab."""
        ...


# --- installation ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Installation:
    """What Slack gives us when a workspace installs the app."""

    team_id: str
    team_name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    scopes: str

    def __repr__(self) -> str:
        return f"Installation({self.team_id})"

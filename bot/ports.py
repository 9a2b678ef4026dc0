"""What the services need from the outside, and the frozen values they exchange with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from bot.domain.agendas import Agenda
from bot.domain.notices import Menus, MessageRef, Notice, Status
from bot.domain.people import Profile, Who
from bot.domain.rollout import Stage
from bot.domain.tallies import Chart, Point


class Clock(Protocol):
    """The time, as an aware UTC datetime."""

    def now(self) -> datetime:
        """This moment."""
        ...


# --- people ---------------------------------------------------------------------------------------------------------


class Directory(Protocol):
    """Slack's people and workspaces."""

    def profile(self, who: Who) -> Profile:
        """The person. Raises NotAnEmployee when Slack does not know them, SlackUnavailable."""
        ...

    def members(self, team_id: str) -> Iterator[Profile]:
        """Everybody in the workspace, bots and leavers too, page by page.

        Raises SlackUnavailable, which does not end it: asked again, after ``retry_after``, it goes on where it stopped.
        """
        ...

    def channel_members(self, team_id: str, channel_id: str) -> Iterator[str]:
        """Slack's ids of a channel's members. Raises SlackUnavailable, Unreachable."""
        ...

    def group_members(self, team_id: str, group_id: str) -> Sequence[str]:
        """Slack's ids of a user group's members. Raises SlackUnavailable."""
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
class ListChanges:
    """What the calendar list holds (``whole``), or what changed in it since the last sync token."""

    entries: tuple[CalendarEntry, ...]
    gone: frozenset[str]
    sync_token: str | None
    """For the next question; None when the list was too long to be followed."""
    whole: bool


@dataclass(frozen=True)
class Busy:
    """One calendar's answer to free/busy: UTC intervals, or the reason why it is unknown. Unknown is never free."""

    intervals: tuple[tuple[datetime, datetime], ...] = ()
    unknown: str | None = None


PAGE_OF_ENTRIES = 250
"""The most calendarList.list gives at once."""
MOST_ENTRIES = 1000
"""A calendar list is read so far; what is not among so many may still be there."""


class Calendars(Protocol):
    """Google Calendar with an access token. Every method raises GoogleFault."""

    def entries(self, token: AccessToken) -> Sequence[CalendarEntry]:
        """The whole calendar list, paged through, deleted entries left out."""
        ...

    def changes(self, token: AccessToken, sync_token: str | None) -> ListChanges:
        """What changed in the calendar list; all of it without a sync token, or when Google no longer takes it."""
        ...

    def entry(self, token: AccessToken, calendar_id: str) -> CalendarEntry | None:
        """One entry of the calendar list; None when it is not there."""
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


# --- how we speak -----------------------------------------------------------------------------------------------------


class Notifier(Protocol):
    """How we speak to people in Slack outside a conversation. Raises SlackUnavailable, Unreachable, SlackRefusesApp."""

    def tell(self, who: Who, notice: Notice, *, mark: str = "") -> MessageRef:
        """Post a direct message. A ``mark`` goes along unseen, so that ``find`` can tell whether it arrived."""
        ...

    def tell_channel(self, team_id: str, channel: str, notice: Notice, *, mark: str = "") -> MessageRef:
        """Post into a channel, for operators."""
        ...

    def find(self, who: Who, mark: str, since: datetime) -> MessageRef | None:
        """Our direct message with this mark, if it stands in the conversation since then."""
        ...

    def well(self, team_id: str) -> None:
        """Returns when Slack takes our token for this workspace."""
        ...

    def edit(self, team_id: str, ref: MessageRef, notice: Notice) -> bool:
        """Change a message of ours; False when it no longer can be changed."""
        ...

    def take_back(self, team_id: str, ref: MessageRef) -> None:
        """Remove a message of ours, if it still stands."""
        ...

    def publish_home(
        self,
        who: Who,
        status: Status,
        menus: Menus | None,
        problem: str | None,
        team: Mapping[Stage, int] | None = None,
        agenda: Agenda | None = None,
    ) -> None:
        """Draw the App Home tab; ``team`` are an admin's counts of who stands where."""
        ...


class Charts(Protocol):
    """Pictures that Slack can show."""

    def rollout(self, team_id: str, points: Sequence[Point]) -> Chart:
        """Two days or more, drawn and brought to Slack, once as long as nothing changes.

        Slack looks at a new file in its own time, and may refuse to show it for a moment. Raises what Slack's calls do:
        SlackUnavailable, SlackRefusesApp.
        """
        ...

    def refused(self, team_id: str, chart: Chart) -> None:
        """Slack did not show this one. If it was no longer new, it is gone, and is brought there anew next time."""
        ...


class Files(Protocol):
    """Bringing a file into somebody's direct messages with the bot."""

    def __call__(self, who: Who, file: BinaryIO, filename: str, kind: str, title: str, comment: str) -> object:
        """``kind`` is its media type. Raises SlackUnavailable, SlackRefusesApp, Unreachable."""
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

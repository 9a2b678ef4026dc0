"""What people are told and shown, as frozen values: which words and blocks that becomes is bot/slack's to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.appointment_notices import AppointmentNews
from bot.domain.board import Line
from bot.domain.health import Cause, Health
from bot.domain.people import Who
from bot.domain.permissions import Permission
from bot.domain.picks import Choice, Picks
from bot.domain.rollout import Stage
from bot.domain.tallies import Change, Chart


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
class AccountQuestioned:
    """Somebody's address in Slack has changed: is the Google account still theirs? ``url`` is the personal link."""

    account: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class LinkReplaced:
    """What an older link's message becomes when a newer link was sent."""


@dataclass(frozen=True)
class LinkUsed:
    """What the link's message becomes when it has done its work."""

    account: str


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
    writable: bool = True


@dataclass(frozen=True)
class Status:
    """Everything a status line, the App Home and the card say about one person's connection."""

    who: Who
    health: Health
    cause: Cause | None = None
    since: datetime | None = None
    """Of the present health."""
    missing: tuple[Permission, ...] = ()
    """What the grant lacks, if that is what is wrong."""
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
class Trouble:
    """An outage, told to the person whose calendar it is: what, since when, what it breaks, and the one button.

    The button is ``url`` (a personal link), or the menus where another calendar mends it, or nothing where somebody
    else must act. A message that a later step has taken the place of keeps its words and loses its button.
    """

    status: Status
    cause: Cause
    since: datetime
    step: int
    url: str | None = None
    menus: Menus | None = None
    ends_at: datetime | None = None
    snooze: str | None = None
    """The value of "remind me tomorrow"; None: it is not offered."""
    is_last: bool = False
    """No reminder follows this one."""


@dataclass(frozen=True)
class Mended:
    """What an outage's messages become when all is well again; or a short message of its own."""

    status: Status
    cause: Cause


@dataclass(frozen=True)
class TroubleOver:
    """What an outage's messages become when it ended otherwise: by a disconnect, or by something worse."""

    status: Status
    cause: Cause


@dataclass(frozen=True)
class Unanswered:
    """To admins: the last reminder of somebody's outage has passed in vain."""

    who: Who
    account: str
    cause: Cause
    since: datetime


@dataclass(frozen=True)
class Invited:
    """An invitation to connect, with the personal link in its button; later steps say that they are reminders."""

    url: str
    expires_at: datetime
    invited_by: str
    """Slack's id; empty when it comes by itself, to somebody who has joined."""
    step: int
    decline: str
    """The value of "Not for me"."""


@dataclass(frozen=True)
class Nudged:
    """An admin asks somebody again: to connect, to reconnect, or to choose a calendar."""

    stage: Stage
    asked_by: str
    """Slack's id."""
    account: str | None = None
    url: str | None = None
    """The personal link; None: another choice of calendars mends it."""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class DeclinedInvitation:
    """What the invitation becomes after "Not for me"."""


@dataclass(frozen=True)
class RoundProgress:
    """How far a round of invitations has come: one message, drawn anew while it goes on."""

    round_id: str
    state: str
    """running, paused, stopped or finished."""
    total: int
    sent: int
    skipped: int
    unreachable: int
    time_left: timedelta | None
    unreached: tuple[tuple[str, str], ...]
    """Slack's ids of those who could not be reached, and why; the first of them."""


@dataclass(frozen=True)
class WeeklyDigest:
    """How a workspace's roll-out stands, for the people who run the bot."""

    counts: Mapping[Stage, int]
    change: Change | None
    """Since a week ago; None in the first week."""
    broken_longest: tuple[Line, ...]
    chart: Chart | None


@dataclass(frozen=True)
class OperatorAlert:
    """One incident, for the people who run the bot: what is wrong, whom it touches, how to mend it."""

    what: str
    mend: str
    since: datetime | None = None
    resolved_at: datetime | None = None
    touches: str = ""
    """A sentence."""
    release: str | None = None
    """The value of "tell them all the same"; None: nobody's message waits for that."""


@dataclass(frozen=True)
class IncidentSeen:
    """An incident in an admin's list."""

    id: str
    what: str
    mend: str
    since: datetime
    resolved_at: datetime | None
    touched: int
    holds: bool
    """People's messages wait until it is resolved or an admin releases them."""


@dataclass(frozen=True)
class Checkup:
    """What `/calendar doctor` shows."""

    incidents: tuple[IncidentSeen, ...]
    """Open ones first, then the latest."""
    counts: Mapping[Health, int]
    """People of this workspace by health."""
    answered_at: datetime | None
    """When Google last answered for somebody."""
    behind: int
    """How many looks are overdue."""


Notice = (
    ConnectLink
    | AccountQuestioned
    | LinkReplaced
    | LinkUsed
    | Card
    | ConsentRefused
    | ForeignAttempt
    | Disconnected
    | Trouble
    | Mended
    | TroubleOver
    | Unanswered
    | Invited
    | Nudged
    | DeclinedInvitation
    | RoundProgress
    | WeeklyDigest
    | OperatorAlert
    | AppointmentNews
)

"""What people are told and shown, as frozen values: which words and blocks that becomes is bot/slack's to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.people import Who
from bot.domain.permissions import Permission
from bot.domain.picks import Choice, Picks


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

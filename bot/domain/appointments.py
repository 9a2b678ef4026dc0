"""An appointment made through the bot: what is asked for, what it is, and what may become of it."""

import re
from base64 import b32hexencode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.domain.people import Who

GRID = timedelta(minutes=5)
"""Times booked through us lie on it, in UTC; what Google moves elsewhere is rounded outward."""
MOST_PEOPLE = 20
MOST_GUESTS = 50
LONGEST_TITLE, LONGEST_PLACE = 200, 300
SHORTEST, LONGEST = GRID, timedelta(hours=24)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}$"
"""What may be invited by e-mail, as RFC 5321 spells it, without quotes, and with a domain that mail could reach."""
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(ADDRESS.rstrip("$"))


class State(StrEnum):
    """Held until Google has it; what failed, was cancelled or gave way no longer blocks."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    CONFLICT = "conflict"
    """Somebody moved it, or something else, in Google so that they overlap: it no longer blocks, and people decide."""


LIVE = frozenset({State.HELD, State.CONFIRMED, State.CANCELLING})
"""These keep their cells."""
OVER = frozenset({State.CANCELLED, State.FAILED})


class Role(StrEnum):
    """Why somebody takes part."""

    HOST = "host"
    """The first one booked: the event lies in their linked calendar."""
    REQUIRED = "required"
    BOOKER = "booker"
    OPTIONAL = "optional"
    """Is invited, and does not block."""


@dataclass(frozen=True)
class Party:
    """Somebody who takes part. Outsiders have an e-mail address and nothing else."""

    name: str
    email: str | None
    role: Role
    person_id: str | None = None
    who: Who | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. Person ids are ours; the first of ``people`` is the host."""

    team_id: str
    start: datetime
    end: datetime
    people: tuple[str, ...]
    title: str
    booker: str | None = None
    """Takes part as well; None for a booking system."""
    optional: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    """E-mail addresses of people who are only invited."""
    place: str = ""
    video: bool = False
    """Whether Google Meet is wanted."""

    @property
    def everybody(self) -> tuple[str, ...]:
        """The people we know, by our ids."""
        return (*self.people, *self.optional, *([self.booker] if self.booker else []))


@dataclass(frozen=True)
class Appointment:
    """One appointment as it is shown. Times are aware UTC."""

    id: str
    team_id: str
    state: State
    start: datetime
    end: datetime
    title: str
    place: str
    video: bool
    video_url: str | None
    parties: tuple[Party, ...]
    version: int
    """Raised by every accepted change."""
    created_at: datetime
    reason: str | None = None
    """Why it failed, gave way or is waiting, as a key of the texts."""
    moving_to: tuple[datetime, datetime] | None = None
    """A move that is accepted and not yet at Google."""
    changing_to: Mapping[str, Any] | None = None
    """Words that are accepted and not yet at Google: some of title, place, video, optional (our ids) and guests."""

    @property
    def host(self) -> Party:
        """In whose linked calendar it lies."""
        return next(each for each in self.parties if each.role is Role.HOST)

    @property
    def booker(self) -> Party | None:
        """Who asked for it, if that was a person."""
        return next((each for each in self.parties if each.role is Role.BOOKER), None)

    def __repr__(self) -> str:
        return f"Appointment({self.id}, {self.state}, v{self.version})"


@dataclass(frozen=True)
class OpenSlot:
    """A time at which all who must can, and how many of the optional ones."""

    start: datetime
    end: datetime
    optional: int = 0


@dataclass(frozen=True)
class Unsure:
    """A calendar that could not be read: its owner's time is unknown, which is never free.

    ``calendar`` is named to its owner alone; ``reason`` is a key of the texts.
    """

    person_id: str
    calendar: str | None
    reason: str


@dataclass(frozen=True)
class Standing:
    """Whether somebody can be booked at all. ``problem`` is None, or not_connected, broken, no_linked or left."""

    party: Party
    problem: str | None = None


@dataclass(frozen=True)
class Openings:
    """What is free for all of them. Without anybody unbookable or unsure, no slots means truly none."""

    slots: tuple[OpenSlot, ...]
    standings: tuple[Standing, ...] = ()
    unsure: tuple[Unsure, ...] = ()


def event_id(appointment_id: str, generation: int) -> str:
    """The event's id at Google: one per appointment and generation, never per slot, for deleted ids stay taken.

    ``appointment_id`` is 32 hexadecimal digits. Google allows a-v and 0-9, 5 to 1,024 characters (Events.insert).
    """
    spelt = b32hexencode(UUID(appointment_id).bytes).decode().rstrip("=").lower()
    return f"b{spelt}" + (f"g{generation}" if generation else "")


def is_address(text: str) -> bool:
    """Whether it can be an e-mail address."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def is_on_grid(moment: datetime) -> bool:
    """Whether it may be booked: whole five minutes, in UTC."""
    return (moment - _EPOCH) % GRID == timedelta()


def cells(start: datetime, end: datetime, before: timedelta = timedelta(), after: timedelta = timedelta()) -> range:
    """The numbers of the five-minute cells it covers, buffers included, counted from 1970; rounded outward."""
    first = (start - before - _EPOCH) // GRID
    last = -((_EPOCH - end - after) // GRID)
    return range(first, last)

"""Looking for a time: what somebody wants to book, and what is offered to them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.appointments import OpenSlot, Party
from bot.domain.when import When, parsed

DAYS_SHOWN = 7
MOST_DAYS_AHEAD = 366
LENGTHS = (15, 25, 30, 45, 50, 60, 90, 120)
"""Minutes, as they are offered."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,20})(?:\|[^>]*)?>")
_LEADING = ("about", "for", "on", ":", "-")
_MOST_WORDS = 8
"""No date that people type has more words."""


@dataclass(frozen=True)
class Plan:
    """What is wanted so far. It travels through Slack, so everything in it is checked again where it counts."""

    people: tuple[str, ...] = ()
    """Slack's ids, as those of ``optional``; whoever asks is not among them."""
    optional: tuple[str, ...] = ()
    minutes: int | None = None
    """None: as long as the first person's appointments usually are."""
    title: str = ""
    place: str = ""
    video: bool = False
    day: date | None = None
    """The first day that is shown; None: today."""
    at: datetime | None = None
    """The time that was asked for."""
    moves: str = ""
    """The appointment that is to be moved; then people and length are its own."""


@dataclass(frozen=True)
class Seat:
    """Somebody at the table."""

    party: Party
    problem: str | None = None
    """not_connected, broken, no_linked, left, or stranger: not of this workspace; None: they can be booked."""
    optional: bool = False
    horizon: timedelta | None = None
    """How far ahead they can be booked, as far as that is known."""


class Unread(NamedTuple):
    """A calendar that could not be read. ``calendar`` is None unless it is the reader's own."""

    name: str
    calendar: str | None


@dataclass(frozen=True)
class Offer:
    """The open times of some days, as one person sees them."""

    plan: Plan
    viewer: Seat
    seats: tuple[Seat, ...]
    """Without the viewer."""
    first: date
    last: date
    today: date
    minutes: int
    slots: tuple[OpenSlot, ...] = ()
    unread: tuple[Unread, ...] = ()
    asked: When | None = None

    @property
    def everybody(self) -> tuple[Seat, ...]:
        """The viewer first."""
        return (self.viewer, *self.seats)

    @property
    def in_the_way(self) -> tuple[Seat, ...]:
        """Who has to come and cannot be booked at all."""
        return tuple(each for each in self.seats if each.problem and not each.optional)

    def by_day(self, zone: str) -> dict[date, list[OpenSlot]]:
        """The slots by the day on which they begin there."""
        found: dict[date, list[OpenSlot]] = {}
        for slot in self.slots:
            found.setdefault(local(slot.start, zone).date(), []).append(slot)
        return found


@dataclass(frozen=True)
class Chosen:
    """One of the open times, before it is booked."""

    plan: Plan
    viewer: Seat
    seats: tuple[Seat, ...]
    start: datetime
    end: datetime
    title: str
    """What it is called unless somebody says otherwise."""
    was: tuple[datetime, datetime] | None = None
    """Where the appointment stands that is to be moved."""


class Asked(NamedTuple):
    """A command's words: who is mentioned, and the rest."""

    people: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Spoken:
    """The rest of a command: when, and what is left of it."""

    when: When | None
    left: str = ""


def read(text: str) -> Asked:
    """People in the order in which they are mentioned, each once."""
    people = dict.fromkeys(_MENTION.findall(text))
    return Asked(tuple(people), " ".join(_MENTION.sub(" ", text).split()))


def split(words: str, now: datetime, zone: str) -> Spoken:
    """The longest beginning that tells a time, and what follows it."""
    said = words.split()
    for count in range(min(len(said), _MOST_WORDS), 0, -1):
        when = parsed(" ".join(said[:count]), now, zone)
        if when is not None:
            left = said[count:]
            return Spoken(when, " ".join(left[1:] if left and left[0].lower() in _LEADING else left))
    return Spoken(None, words)


def spans(slots: Iterable[OpenSlot]) -> list[tuple[datetime, datetime]]:
    """The slots of a day as stretches in which one follows upon, or overlaps, the other."""
    made: list[tuple[datetime, datetime]] = []
    for slot in slots:
        if made and slot.start <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], slot.end)
        else:
            made.append((slot.start, slot.end))
    return made


def local(moment: datetime, zone: str) -> datetime:
    """On the wall of somebody there."""
    return moment.astimezone(ZoneInfo(zone))

"""One week of one person, as it is shown: days of a zone's calendar, and how far its clocks are on each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from bot.domain.hours import is_zone, offsets
from bot.domain.intervals import Interval

_DAY = timedelta(days=1)
_FEWEST, _MOST = 5, 7
_FURTHEST = timedelta(hours=26)
"""No clock is further from UTC, nor from what it was on the day before."""


@dataclass(frozen=True, slots=True)
class Week:
    """Busy, unknown and working time, of which the last alone can be booked, and a time that was proposed.

    Intervals may overlap and reach beyond the days. Busy goes before unknown, and both before working. Nothing in it
    tells what somebody is busy with.
    """

    title: str
    zone: str
    days: Sequence[date]
    """Monday first, five to seven in a row."""
    working: Sequence[Interval]
    busy: Sequence[Interval]
    unknown: Sequence[Interval]
    """When a calendar could not be read: neither free nor busy."""
    proposed: Interval | None = None

    def __post_init__(self) -> None:
        follow = all(later - earlier == _DAY for earlier, later in pairwise(self.days))
        if not _FEWEST <= len(self.days) <= _MOST or self.days[0].weekday() or not follow:
            raise ValueError("A week is shown from its Monday, with five to seven days.")
        if not is_zone(self.zone):
            raise ValueError(f"“{self.zone}” is not a time zone.")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day in which its clock runs evenly. Most days are one; a change of the clocks makes two."""

    time: Interval
    wall: timedelta
    """What the clock shows when it begins, counted from midnight."""

    @property
    def wall_end(self) -> timedelta:
        """What the clock shows when it ends: more than the next one's start when an hour comes twice."""
        return self.wall + (self.time.end - self.time.start)


def stretches(day: date, zone: str) -> tuple[Stretch, ...]:
    """The moments at which a calendar on the wall there shows that day, in order; none if the zone has skipped it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    around = midnight - _FURTHEST, midnight + _DAY + _FURTHEST
    found: list[Stretch] = []
    for begins, ends, offset in offsets(zone, around[0].timestamp(), around[1].timestamp()):
        ahead = timedelta(seconds=offset)
        start = max(datetime.fromtimestamp(begins, UTC), midnight - ahead)
        end = min(datetime.fromtimestamp(ends, UTC), midnight + _DAY - ahead)
        wall = start + ahead - midnight
        if start < end and found and found[-1].wall_end == wall:  # a year began, and no clock noticed
            found[-1] = Stretch(Interval(found[-1].time.start, end), found[-1].wall)
        elif start < end:
            found.append(Stretch(Interval(start, end), wall))
    return tuple(found)


def shown_days(day: date, zone: str, spans: Sequence[Interval]) -> tuple[date, ...]:
    """The week that ``day`` is in: to Friday, and over the weekend if any of the spans, say working hours, is there."""
    monday = day - day.weekday() * _DAY
    days = tuple(monday + number * _DAY for number in range(_MOST))
    needed = [
        number
        for number, each in enumerate(days, 1)
        if any(span.overlaps(stretch.time) for stretch in stretches(each, zone) for span in spans)
    ]
    return days[: max([_FEWEST, *needed])]

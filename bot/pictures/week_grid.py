"""Where time lies on a week's picture: a column for each day, and a row for each hour that clocks on the wall show.

An hour that comes twice has its first coming in the left half of the column, and its second in the right. One that a
day skips is a hole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from bot.domain.intervals import Interval, clipped
from bot.domain.weeks import Stretch, Week, stretches
from bot.pictures.shapes import Box

HOUR = timedelta(hours=1)
_NOTHING = timedelta()
_DAY = 24
_USUAL = 8, 18
_FEWEST = 8
"""Fewer rows look like another kind of picture from week to week."""
_MARGIN = HOUR
"""Of what is not worked, so that it is seen where work ends."""
_LONG = timedelta(hours=12)
_WAKING = 6, 22
"""What lies outside is shown only if it is worked or proposed then: a dinner counts, a red-eye flight does not."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of the grid: from and to on the day's wall, and the share of the column that it takes."""

    day: int
    start: timedelta
    end: timedelta
    left: float = 0
    right: float = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of the clocks on one of the days: what comes twice if they go back, and what is skipped if not."""

    day: int
    by: timedelta
    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True)
class Grid:
    """The days and hours in their part of the picture."""

    part: Box
    days: int
    hours: range

    @property
    def row(self) -> float:
        """The height of an hour."""
        return (self.part.bottom - self.part.top) / len(self.hours)

    def middle(self, day: int) -> float:
        """Of the day's column."""
        column = self.column(day)
        return (column.left + column.right) / 2

    def column(self, day: int) -> Box:
        """What a day takes, without the gaps beside it."""
        wide = (self.part.right - self.part.left) / self.days
        left = self.part.left + day * wide
        return Box(round(left) + 2, self.part.top, round(left + wide) - 2, self.part.bottom)

    def y(self, wall: timedelta) -> float:
        """Of a time of day, within the grid."""
        found = self.part.top + (wall / HOUR - self.hours.start) * self.row
        return min(max(found, self.part.top), self.part.bottom)

    def box(self, piece: Piece) -> Box | None:
        """Where the piece is seen, at whole half points to be sharp; None where it is not."""
        column = self.column(piece.day)
        wide = column.right - column.left
        top, bottom = (round(2 * self.y(wall)) / 2 for wall in (piece.start, piece.end))
        left, right = (round(2 * (column.left + wide * share)) / 2 for share in (piece.left, piece.right))
        return Box(left, top, right, bottom) if top < bottom else None


def pieces(week: Week, spans: Iterable[Interval]) -> Iterator[Piece]:
    """What of the spans lies on the days shown."""
    spans = tuple(spans)
    for number, day in enumerate(week.days):
        parts = stretches(day, week.zone)
        for stretch in parts:
            yield from _placed(number, stretch, parts, spans)


def turns(week: Week) -> Iterator[Turn]:
    """The changes of the clocks within the days shown; one at midnight belongs to the day that begins late."""
    for number, day in enumerate(week.days):
        parts = stretches(day, week.zone)
        if parts and parts[0].wall:
            yield Turn(number, parts[0].wall, _NOTHING, parts[0].wall)
        for before, after in pairwise(parts):
            by = (after.wall - before.wall_end) - (after.time.start - before.time.end)
            start, end = sorted((before.wall_end, after.wall))
            yield Turn(number, by, start, end)


def hours(week: Week) -> range:
    """The rows: around the working hours, what is proposed, and what else keeps people busy while they are up.

    What takes half a day or more, such as leave, is cut off at the edges instead.
    """
    walls = [(each.start - _MARGIN, each.end + _MARGIN) for each in pieces(week, week.working)]
    if week.proposed:
        walls += [(each.start, each.end) for each in pieces(week, [week.proposed])]
    short = [span for span in (*week.busy, *week.unknown) if span.end - span.start < _LONG]
    up, down = (hour * HOUR for hour in _WAKING)
    waking = ((max(each.start, up), min(each.end, down)) for each in pieces(week, short))
    walls += [(start, end) for start, end in waking if start < end]
    if not walls:
        return range(*_USUAL)
    first = max(0, min(start for start, _ in walls) // HOUR)
    last = min(_DAY, -(-max(end for _, end in walls) // HOUR))
    while last - first < _FEWEST:
        first, last = max(0, first - 1), min(_DAY, last + 1)
    return range(first, last)


def _placed(day: int, stretch: Stretch, parts: tuple[Stretch, ...], spans: Iterable[Interval]) -> Iterator[Piece]:
    twice = [
        (max(stretch.wall, other.wall), min(stretch.wall_end, other.wall_end), other.wall > stretch.wall)
        for other in parts
        if other is not stretch
    ]
    for span in clipped(spans, stretch.time.start, stretch.time.end):
        start, end = (stretch.wall + (moment - stretch.time.start) for moment in (span.start, span.end))
        cuts = sorted({start, end, *(cut for first, last, _ in twice for cut in (first, last) if start < cut < end)})
        for one, two in pairwise(cuts):
            halves = [(0.0, 0.5) if is_first else (0.5, 1.0) for first, last, is_first in twice if first <= one < last]
            yield Piece(day, one, two, *(halves[0] if halves else (0.0, 1.0)))

"""Half-open stretches of time, in UTC: what ends at ten and what begins at ten do not overlap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From ``start`` up to and without ``end``. Aware times of any zone are taken, and kept in UTC.

    An empty one (Google knows events without length) is allowed and covers nothing.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", in_utc(self.start))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", in_utc(self.end))
        if self.end < self.start:
            raise ValueError(f"It ends at {self.end}, before it starts at {self.start}.")

    def overlaps(self, other: "Interval") -> bool:
        """Whether any moment belongs to both."""
        return max(self.start, other.start) < min(self.end, other.end)


def in_utc(moment: datetime) -> datetime:
    """The same moment; a time without a zone is none, and refused with ValueError."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone.")
    return moment.astimezone(UTC)


def merged(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time as few, ordered and apart."""
    made: list[Interval] = []
    for span in sorted(spans, key=attrgetter("start")):
        if span.start == span.end:
            continue
        if not made or span.start > made[-1].end:
            made.append(span)
        elif span.end > made[-1].end:
            made[-1] = Interval(made[-1].start, span.end)
    return tuple(made)


def subtracted(spans: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """What is left of ``spans``, merged, without ``holes``."""
    left: list[Interval] = []
    rest = merged(holes)
    first = 0
    for span in merged(spans):
        start = span.start
        while first < len(rest) and rest[first].end <= start:
            first += 1
        for hole in rest[first:]:
            if hole.start >= span.end:
                break
            if hole.start > start:
                left.append(Interval(start, hole.start))
            start = hole.end
        if start < span.end:
            left.append(Interval(start, span.end))
    return tuple(left)


def clipped(spans: Iterable[Interval], start: datetime, end: datetime) -> tuple[Interval, ...]:
    """What of each lies within ``start`` and ``end``, in their order."""
    inside = ((max(span.start, start), min(span.end, end)) for span in spans)
    return tuple(Interval(first, last) for first, last in inside if first < last)


def overlaps(spans: Iterable[Interval], start: datetime, end: datetime) -> bool:
    """Whether any of them covers any moment of ``start`` to ``end``."""
    return any(max(span.start, start) < min(span.end, end) for span in spans)

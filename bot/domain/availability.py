"""Which times are open to everybody who must come, and why another is not.

A slot and the buffers around it must be clear of whatever is busy; time that could not be read counts as busy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import inf

from bot.domain.appointments import GRID, LONGEST, MOST_PEOPLE, OpenSlot
from bot.domain.hours import Rules, offsets, working, working_seconds
from bot.domain.intervals import Interval, in_utc, merged, subtracted

_DAY = 86_400
_GRID = int(GRID.total_seconds())
_Span = tuple[float, float]
"""Seconds since 1970: with thousands of busy times, reckoning with numbers is what makes it fast."""


@dataclass(frozen=True)
class Diary:
    """What counts for one person.

    Our own appointments belong into ``busy`` with their buffers on, as their cells are: both they and what is booked
    next to them want theirs free.
    """

    rules: Rules
    busy: Sequence[Interval]
    unknown: Sequence[Interval] = ()
    """Time of a calendar that could not be read."""


class Kind(StrEnum):
    """Why somebody cannot be booked."""

    OUTSIDE_HOURS = "outside_hours"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    BUSY = "busy"
    BUFFER = "buffer"
    APPOINTMENT = "appointment"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Block:
    """One reason.

    For hours, notice and horizon ``start`` and ``end`` tell the part asked for that is in the way; for all others, from
    when to when what is in the way lasts.
    """

    kind: Kind
    source: str | None
    """The label of the busy list, for busy and buffer; None for what is of no list."""
    start: datetime
    end: datetime


def slots(
    required: Sequence[Diary],
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    length: timedelta,
    step: timedelta | None = None,
    optional: Sequence[Diary] = (),
) -> tuple[OpenSlot, ...]:
    """The times within ``start`` and ``end`` that are open to all of ``required``, the earliest first.

    They begin at multiples of ``step`` (the first person's, unless given) on the first person's clock, and on the grid.
    Of the optional people it is counted how many can.
    """
    if not required or len(required) + len(optional) > MOST_PEOPLE:
        raise ValueError(f"Slots are for 1 to {MOST_PEOPLE} people.")
    first = required[0].rules
    long, apart = _on_grid(length, "length"), _on_grid(first.step if step is None else step, "step")
    at = in_utc(now).timestamp()
    begins, ends = max(at, in_utc(start).timestamp()), min(in_utc(end).timestamp(), at + first.horizon.total_seconds())
    if begins >= ends:
        return ()
    starts = _starts(_free(required, begins, ends, at), long, apart, first.zone)
    able = _able([_free([diary], begins, ends, at) for diary in optional], starts, long)
    return tuple(
        OpenSlot(datetime.fromtimestamp(each, UTC), datetime.fromtimestamp(each + long, UTC), count)
        for each, count in zip(starts, able, strict=True)
    )


def ranked(found: Iterable[OpenSlot]) -> tuple[OpenSlot, ...]:
    """Those first to which most of the optional people can come, then the earliest."""
    return tuple(sorted(found, key=lambda slot: (-slot.optional, slot.start)))


def _on_grid(span: timedelta, name: str) -> int:
    if not GRID <= span <= LONGEST or span % GRID:
        raise ValueError(f"The {name} has to be whole five minutes, at most a day, and not {span}.")
    return int(span.total_seconds())


def _free(diaries: Iterable[Diary], start: float, end: float, now: float) -> list[_Span]:
    """What of ``start`` to ``end`` is open to all of them.

    Of all that blocks, where it starts and where it ends are sorted apart from each other, as plain numbers. All is
    over by the n-th end, and nothing has begun again, exactly if the (n+1)-th start is later.
    """
    froms, tills = [], []
    for diary in diaries:
        rules = diary.rules
        froms += [-inf, min(end, now + rules.horizon.total_seconds())]
        tills += [max(start, now + rules.notice.total_seconds()), inf]
        hours = working_seconds(rules, start, end)
        froms += [start, *[closes for _, closes in hours]]
        tills += [*[opens for opens, _ in hours], end]
        before, after = rules.buffer_before.total_seconds(), rules.buffer_after.total_seconds()
        blocking = [span for spans in (diary.busy, diary.unknown) for span in spans if span.start < span.end]
        froms += [span.start.timestamp() - after for span in blocking]
        tills += [span.end.timestamp() + before for span in blocking]
    froms.sort()
    tills.sort()
    made: list[_Span] = []
    for clear, taken in [gap for gap in zip(tills, froms[1:], strict=False) if gap[0] < gap[1]]:
        if made and made[-1][1] == clear:  # hours that touch, as at midnight, leave a block without length
            made[-1] = made[-1][0], taken
        else:
            made.append((clear, taken))
    return made


def _starts(gaps: list[_Span], length: int, step: int, zone: str) -> list[int]:
    """Where a slot may begin: a multiple of the step on that zone's clock, counted from midnight, and on the grid."""
    made: list[int] = []
    steady = list(offsets(zone, gaps[0][0], gaps[-1][1])) if gaps else []
    for opens, closes in gaps:
        for since, until, offset in steady if closes - opens >= length else ():
            begins, ends = max(since, opens), min(int(until), int(closes) - length + 1)
            for midnight in range(int((begins + offset) // _DAY) * _DAY - offset, ends, _DAY):
                first = midnight + max(0, -int((midnight - begins) // step)) * step
                made += [each for each in range(first, min(ends, midnight + _DAY), step) if not each % _GRID]
    return made


def _able(people: list[list[_Span]], starts: list[int], length: int) -> list[int]:
    """For each start, to how many of the people it is open."""
    counts = [0] * len(starts)
    for gaps in people:
        index = 0
        for number, start in enumerate(starts):
            while index < len(gaps) and gaps[index][1] < start + length:
                index += 1
            if index < len(gaps) and gaps[index][0] <= start:
                counts[number] += 1
    return counts


def why(
    diary: Diary,
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    sources: Sequence[tuple[str, Sequence[Interval]]],
    appointments: Sequence[Interval] = (),
) -> tuple[Block, ...]:
    """Every reason why this person cannot be booked from ``start`` to ``end``; none means that they can.

    ``sources`` are the parts of ``diary.busy`` with the calendars they came from, ``appointments`` those of its parts
    that are ours. What is busy and of neither is told without a source.
    """
    asked = Interval(start, end)
    if asked.start == asked.end:
        raise ValueError("Without length it is never in the way.")
    rules = diary.rules
    soonest, latest = in_utc(now) + rules.notice, in_utc(now) + rules.horizon
    closed = subtracted([asked], working(rules, asked.start, asked.end))
    made = [Block(Kind.OUTSIDE_HOURS, None, each.start, each.end) for each in closed]
    if asked.start < soonest:
        made.append(Block(Kind.TOO_SOON, None, asked.start, min(asked.end, soonest)))
    if asked.end > latest:
        made.append(Block(Kind.TOO_FAR, None, max(asked.start, latest), asked.end))
    told = [span for _, spans in sources for span in spans]
    untold = subtracted(diary.busy, [*told, *appointments])
    wide = Interval(asked.start - rules.buffer_before, asked.end + rules.buffer_after)
    for label, spans in (*sources, (None, untold)):
        for each in merged(spans):
            if each.overlaps(wide):
                kind = Kind.BUSY if each.overlaps(asked) else Kind.BUFFER
                made.append(Block(kind, label, each.start, each.end))
    for kind, spans in ((Kind.APPOINTMENT, appointments), (Kind.UNKNOWN, diary.unknown)):
        made.extend(Block(kind, None, each.start, each.end) for each in merged(spans) if each.overlaps(wide))
    return tuple(made)

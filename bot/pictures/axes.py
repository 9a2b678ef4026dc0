"""Marks for an axis: round counts, days where people look for them, and labels that keep out of each other's way."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

Mark = tuple[date, str]

_ROUND = (1, 2, 5)
_DAYS = (1, 2)
_WEEKS = (1, 2)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200)
_MOST = 60
"""More marks than this never fit, so they are not even listed."""


def count_marks(most: int, pieces: int) -> range:
    """From zero to at least `most`, in no more than so many pieces, each of a round size."""
    step = next(step for step in _round_steps() if step * pieces >= most)
    return range(0, max(1, -(-most // step)) * step + 1, step)


def _round_steps() -> Iterator[int]:
    ten = 1
    while True:
        yield from (ten * digit for digit in _ROUND)
        ten *= 10


def day_marks(first: date, last: date, fits: Callable[[Sequence[Mark]], bool]) -> Sequence[Mark]:
    """As many evenly spaced days as fit: days up to the last one, Mondays, or the first days of months."""
    for marks in _from_fine_to_coarse(first, last):
        if marks and fits(marks):
            return marks
    return ()


def _from_fine_to_coarse(first: date, last: date) -> Iterator[Sequence[Mark]]:
    span = (last - first).days
    monday = last.toordinal() - last.weekday()
    for days in _DAYS:
        if span // days < _MOST:
            yield _back_from(last.toordinal(), first, days)
    for weeks in _WEEKS:
        if span // (7 * weeks) < _MOST:
            yield _back_from(monday, first, 7 * weeks)
    for months in _MONTHS:
        if span // (28 * months) < _MOST:
            yield _firsts(first, last, months)


def _back_from(start: int, first: date, step: int) -> Sequence[Mark]:
    days = [date.fromordinal(number) for number in range(start, first.toordinal() - 1, -step)]
    return [(day, f"{day.day} {day:%b}") for day in reversed(days)]


def _firsts(first: date, last: date, step: int) -> Sequence[Mark]:
    """First days of months. January bears the year."""
    begin, end = first.year * 12 + first.month - (first.day == 1), last.year * 12 + last.month - 1
    days = [date(month // 12, month % 12 + 1, 1) for month in range(-(-begin // step) * step, end + 1, step)]
    return [(day, f"{day:%Y}" if day.month == 1 else f"{day:%b}") for day in days]


def apart(wanted: Sequence[float], height: float, top: float, bottom: float) -> list[float]:
    """Middles for labels of that height, so that none meets another: where wanted, or further down, or back up.

    The room from top to bottom must do for all of them. Those wanted higher stay higher; of equals, the first.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    found = [0.0] * len(wanted)
    free = top
    for index in order:
        found[index] = max(wanted[index], free + height / 2)
        free = found[index] + height / 2
    free = bottom
    for index in reversed(order):
        found[index] = min(found[index], free - height / 2)
        free = found[index] - height / 2
    return found

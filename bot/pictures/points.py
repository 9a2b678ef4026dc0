"""The days that the roll-out's chart is drawn from."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from bot.domain.tallies import Point


def days_of(points: Sequence[Point]) -> list[date]:
    """The days, or a ValueError when there are none or one is not later than the one before."""
    days = [point.day for point in points]
    if not days or any(earlier >= later for earlier, later in pairwise(days)):
        raise ValueError("a chart needs a point, and each a later day than the one before")
    return days


def dated(day: date) -> str:
    """A day as people write it, such as 3 Nov 2026."""
    return f"{day.day} {day:%b %Y}"


def spanned(first: date, last: date) -> str:
    """Days in a row, saying nothing twice, such as 23–27 Nov 2026."""  # noqa: RUF002 - an en dash is what stands there
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{dated(last)}"  # noqa: RUF001 - as above
    begin = f"{first.day} {first:%b}" if first.year == last.year else dated(first)
    return f"{begin} – {dated(last)}"  # noqa: RUF001 - as above

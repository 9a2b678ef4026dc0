"""The roll-out's chart for those who do not see it: the picture's text alternative."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.tallies import Point
from bot.pictures.points import dated, days_of

_LATELY = timedelta(days=7)


def rollout_chart_words(points: Sequence[Point]) -> str:
    """The first, last and highest counts in one sentence, and what changed lately in another."""
    days = days_of(points)
    last = points[-1]
    counted = {
        "connected": [point.connected for point in points],
        "invited": [point.invited for point in points],
        "broken": [point.broken for point in points],
    }
    if len(points) == 1:
        return f"On {dated(last.day)}: {last.connected:,} connected, {last.invited:,} invited, {last.broken:,} broken."
    courses = [_course(name, counts, points) for name, counts in counted.items()]
    whole = f"From {dated(days[0])} to {dated(days[-1])}, {_listed(courses)}."
    before = [index for index, day in enumerate(days) if day <= last.day - _LATELY]
    if not before[1:]:
        return whole
    changes = {name: counts[-1] - counts[before[-1]] for name, counts in counted.items()}
    lately = [f"{name} {'rose' if by > 0 else 'fell'} by {abs(by):,}" for name, by in changes.items() if by]
    return f"{whole} Since {dated(days[before[-1]])}, {_listed(lately) or 'nothing has changed'}."


def _course(name: str, counts: Sequence[int], points: Sequence[Point]) -> str:
    first, last, most = counts[0], counts[-1], max(counts)
    if first == last:
        course = f"{name} stayed at {last:,}" if set(counts) == {last} else f"{name} ended where it began, at {last:,}"
    else:
        course = f"{name} {'rose' if last > first else 'fell'} from {first:,} to {last:,}"
    if most > max(first, last):
        course += f" (highest: {most:,} on {dated(points[counts.index(most)].day)})"
    return course


def _listed(phrases: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(phrases[:-1]), *phrases[-1:]) if part)

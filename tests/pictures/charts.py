"""Roll-outs to draw: the ordinary one, the odd ones, and any."""

from datetime import date, timedelta

from hypothesis import strategies as st

from bot.domain.tallies import Point

MOST = 100_000
MONDAY = date(2026, 8, 24)

counts = st.one_of(st.integers(0, 5), st.integers(0, 600), st.integers(0, MOST))


@st.composite
def rollouts(draw: st.DrawFn) -> list[Point]:
    """Any roll-out of up to 400 days, with days missing here and there."""
    days = draw(st.one_of(st.integers(1, 12), st.integers(1, 400)))
    gap = draw(st.sampled_from([1, 1, 2, 30]))
    first = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    few = draw(st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=12))
    return [Point(first + timedelta(days=day * gap), *few[day % len(few)]) for day in range(days)]


def steady(days: int, connected: int, invited: int, broken: int) -> list[Point]:
    return [Point(MONDAY + timedelta(days=day), connected, invited, broken) for day in range(days)]


def rising(days: int, people: int) -> list[Point]:
    """Everybody invited at once, connecting by and by, and an outage in the middle."""
    return [
        Point(MONDAY + timedelta(days=day), people * day // days, people, people // 7 if day == days // 2 else day % 3)
        for day in range(days)
    ]


CASES = {
    "ordinary": rising(91, 520),
    "large": rising(400, MOST),
    "a single day": steady(1, 3, 12, 0),
    "two days": steady(2, 3, 12, 0),
    "nobody": steady(20, 0, 0, 0),
    "everybody in every state": steady(30, MOST, MOST, MOST),
}

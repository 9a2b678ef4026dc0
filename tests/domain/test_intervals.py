"""Half-open stretches of time, held against sets of minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.intervals import Interval, clipped, merged, overlaps, subtracted

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
few = settings(max_examples=60, derandomize=True, deadline=None, database=None)


def span(first: int, last: int) -> Interval:
    return Interval(NOON + timedelta(minutes=first), NOON + timedelta(minutes=last))


def minutes(spans: Sequence[Interval]) -> set[int]:
    """Which minutes after noon they cover."""
    minute = timedelta(minutes=1)
    return {each for one in spans for each in range((one.start - NOON) // minute, (one.end - NOON) // minute)}


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda told: span(told[0], sum(told))), max_size=8
)


@few
@given(spans, spans)
def test_they_reckon_as_sets_of_minutes_do(some: list[Interval], others: list[Interval]) -> None:
    assert minutes(merged(some)) == minutes(some)
    left = subtracted(some, others)
    assert minutes(left) == minutes(some) - minutes(others)
    for result in (merged(some), left):
        assert all(one.end < other.start for one, other in pairwise(result)), "apart, in order"
        assert all(each.start < each.end for each in result)
    window = span(10, 30)
    assert minutes(clipped(some, window.start, window.end)) == minutes(some) & minutes([window])
    assert overlaps(some, window.start, window.end) == bool(minutes(some) & minutes([window]))
    assert all(one.overlaps(other) == bool(minutes([one]) & minutes([other])) for one in some for other in others)


def test_what_ends_at_noon_and_what_begins_then_do_not_overlap() -> None:
    assert not span(-5, 0).overlaps(span(0, 5))
    assert merged([span(0, 5), span(-5, 0)]) == (span(-5, 5),)


def test_any_zone_is_taken_and_kept_in_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=45))
    made = Interval(NOON.astimezone(east), NOON.astimezone(east) + timedelta(hours=1))
    assert made == span(0, 60)
    assert made.start.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "end"),
    [(NOON, NOON - timedelta(seconds=1)), (NOON.replace(tzinfo=None), NOON), (NOON, NOON.replace(tzinfo=None))],
)
def test_naive_and_reversed_ones_are_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match=r"has no time zone|before it starts"):
        Interval(start, end)

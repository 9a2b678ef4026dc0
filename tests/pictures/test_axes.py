"""Round counts and sensible days."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.axes import Mark, apart, count_marks, day_marks


@given(st.integers(0, 10**9), st.integers(1, 6))
def test_counts_begin_at_zero_reach_the_most_and_are_few_and_round(most: int, pieces: int) -> None:
    marks = count_marks(most, pieces)
    assert marks[0] == 0
    assert marks[-1] >= most
    assert 2 <= len(marks) <= pieces + 1
    assert str(marks[1]).rstrip("0") in {"1", "2", "5"}


@pytest.mark.parametrize(
    ("most", "marks"),
    [(0, [0, 1]), (4, [0, 2, 4]), (12, [0, 5, 10, 15]), (520, [0, 200, 400, 600]), (100_000, [0, 50_000, 100_000])],
)
def test_counts(most: int, marks: list[int]) -> None:
    assert list(count_marks(most, 3)) == marks


def names(first: date, days: int, most: int = 7) -> list[str]:
    def fits(marks: Sequence[Mark]) -> bool:
        return len(marks) <= most

    return [name for _, name in day_marks(first, first + timedelta(days=days), fits)]


def test_days() -> None:
    sunday = date(2026, 11, 1)
    assert names(sunday, 0) == ["1 Nov"]
    assert names(sunday, 3) == ["1 Nov", "2 Nov", "3 Nov", "4 Nov"]
    assert names(sunday, 8) == ["1 Nov", "3 Nov", "5 Nov", "7 Nov", "9 Nov"]
    assert names(sunday, 20) == ["2 Nov", "9 Nov", "16 Nov"]
    assert names(sunday, 60) == ["2 Nov", "16 Nov", "30 Nov", "14 Dec", "28 Dec"]
    assert names(sunday, 130) == ["Nov", "Dec", "2027", "Feb", "Mar"]
    assert names(sunday, 400) == ["Nov", "2027", "Mar", "May", "Jul", "Sep", "Nov"]
    assert names(date(2020, 5, 2), 2200) == ["2021", "2022", "2023", "2024", "2025", "2026"]


@given(st.dates(), st.dates())
def test_days_lie_within_and_rise(one: date, other: date) -> None:
    first, last = sorted((one, other))
    days = [day for day, _ in day_marks(first, last, lambda marks: len(marks) <= 7)]
    assert days == sorted(set(days))
    assert all(first <= day <= last for day in days)


@given(st.lists(st.floats(0, 100), max_size=5), st.sampled_from([10, 20]))
def test_labels_keep_apart_within_their_room_and_in_order(wanted: list[float], height: int) -> None:
    found = apart(wanted, height, 0, 100)
    placed = sorted(found)
    assert all(lower - higher >= height - 1e-6 for higher, lower in pairwise(placed))
    assert all(height / 2 - 1e-6 <= middle <= 100 - height / 2 + 1e-6 for middle in found)
    by_wish = sorted(range(len(wanted)), key=lambda index: wanted[index])
    assert [found[index] for index in by_wish] == placed


def test_labels_that_have_room_are_left_where_they_are_wanted() -> None:
    assert apart([80, 20], 30, 0, 100) == [80, 20]

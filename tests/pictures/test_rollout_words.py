"""The chart in words, for those who do not see it."""

from datetime import timedelta

import pytest
from hypothesis import given

from bot.domain.tallies import Point
from bot.pictures.rollout_words import rollout_chart_words
from tests.pictures.charts import CASES, MONDAY, rollouts, steady


def day(number: int, connected: int, invited: int, broken: int) -> Point:
    return Point(MONDAY + timedelta(days=number), connected, invited, broken)


def test_a_single_day() -> None:
    assert rollout_chart_words(CASES["a single day"]) == "On 24 Aug 2026: 3 connected, 12 invited, 0 broken."


def test_from_first_to_last_with_what_was_highest_in_between() -> None:
    points = [day(0, 0, 5000, 2), day(1, 4000, 5000, 31), day(2, 3900, 5000, 2)]
    assert rollout_chart_words(points) == (
        "From 24 Aug 2026 to 26 Aug 2026, connected rose from 0 to 3,900 (highest: 4,000 on 25 Aug 2026), "
        "invited stayed at 5,000 and broken ended where it began, at 2 (highest: 31 on 25 Aug 2026)."
    )


def test_what_changed_lately() -> None:
    points = [*steady(10, 3, 20, 4), day(12, 11, 20, 1)]
    assert rollout_chart_words(points) == (
        "From 24 Aug 2026 to 5 Sep 2026, connected rose from 3 to 11, invited stayed at 20 "
        "and broken fell from 4 to 1. Since 29 Aug 2026, connected rose by 8 and broken fell by 3."
    )
    assert rollout_chart_words(steady(20, 1, 1, 1)).endswith(" Since 5 Sep 2026, nothing has changed.")


@given(rollouts())
def test_every_rollout_is_one_or_two_sentences_that_slack_takes(points: list[Point]) -> None:
    words = rollout_chart_words(points)
    assert len(words) <= 2000
    assert words.count(". ") <= 1
    assert words.endswith(".")
    assert f"{points[-1].connected:,}" in words


def test_no_points_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a point"):
        rollout_chart_words([])

"""Where the labels of the chart go, for any roll-out: all on the card, none on another."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.tallies import Point
from bot.pictures.rollout_chart import HEIGHT, WIDTH, laid_out
from bot.pictures.shapes import Box, Dot, Picture, Stroke
from tests.pictures.charts import CASES, MONDAY, counts, rising, rollouts, steady

INSIDE = Box(8, 8, WIDTH - 8, HEIGHT - 8)


def written(picture: Picture) -> list[str]:
    return [words.words for words in picture.texts]


def assert_clear(picture: Picture) -> None:
    outside = [words.words for words in picture.texts if not INSIDE.holds(words.box)]
    assert outside == []
    meeting = [(one.words, two.words) for one, two in combinations(picture.texts, 2) if one.box.meets(two.box)]
    assert meeting == []


@given(rollouts(), st.text(max_size=90))
@settings(deadline=None)
def test_every_label_is_on_the_card_and_meets_no_other(points: list[Point], title: str) -> None:
    assert_clear(laid_out(points, title))


@given(counts, counts, counts, st.integers(1, 40))
@settings(deadline=None)
def test_wherever_the_lines_end(connected: int, invited: int, broken: int, days: int) -> None:
    assert_clear(laid_out(steady(days, connected, invited, broken), "Roll-out"))


@given(rollouts())
@settings(deadline=None)
def test_every_line_stays_on_the_card(points: list[Point]) -> None:
    for shape in laid_out(points, "Roll-out").shapes:
        if isinstance(shape, Stroke):
            assert INSIDE.holds(Box.around(shape.path).grown(shape.width / 2))


@given(st.dates(), st.dates())
@settings(deadline=None)
def test_any_two_days_have_an_axis_that_can_be_read(one: date, other: date) -> None:
    days = sorted({one, other})
    assert_clear(laid_out([Point(day, 1, 2, 3) for day in days], "Roll-out"))


@pytest.mark.parametrize("points", CASES.values(), ids=CASES)
def test_each_line_is_labelled_at_its_end_with_its_name_and_its_last_count(points: list[Point]) -> None:
    picture = laid_out(points, "Roll-out at Acme")
    ends = {shape.at for shape in picture.shapes if isinstance(shape, Dot)}
    right = max(x for x, _ in ends)
    for name in ("connected", "invited", "broken"):
        (label,) = [words for words in picture.texts if words.words == name]
        (value,) = [words for words in picture.texts if words.at == (label.at[0], label.at[1] - 16)]
        assert value.words == f"{getattr(points[-1], name):,}"
        assert label.box.left > right
        assert label.colour == value.colour


def test_a_line_is_told_by_more_than_its_colour() -> None:
    connected, invited = [
        shape for shape in laid_out(rising(20, 40), "").shapes if isinstance(shape, Stroke) and shape.width > 1
    ][1::-1]
    assert (bool(connected.dashes), bool(invited.dashes)) in {(True, False), (False, True)}


def test_a_label_that_gave_way_is_led_to() -> None:
    leaders = [shape for shape in laid_out(steady(9, 500, 500, 0), "").shapes if isinstance(shape, Stroke)]
    assert [shape.width for shape in leaders].count(1) == 1


def test_a_handful_broken_among_thousands_is_seen() -> None:
    points = [*steady(20, 5000, 6000, 0), Point(MONDAY + timedelta(days=20), 5000, 6000, 7)]
    *_, broken = [shape for shape in laid_out(points, "").shapes if isinstance(shape, Stroke)]
    assert broken.path[0][1] - broken.path[-1][1] > 20


def test_a_single_day_stands_beside_its_labels() -> None:
    picture = laid_out(CASES["a single day"], "Roll-out")
    assert len([shape for shape in picture.shapes if isinstance(shape, Dot)]) == 3
    assert [shape for shape in picture.shapes if isinstance(shape, Stroke)] == []
    assert "24 Aug 2026" in written(picture)


def test_a_long_title_is_shortened() -> None:
    title = written(laid_out(steady(3, 1, 2, 3), "Roll-out of the calendar bot at " + "Acme " * 30))[0]
    assert title.startswith("Roll-out of the calendar bot at Acme")
    assert title.endswith("…")


def test_what_the_typeface_cannot_write_is_left_out() -> None:
    assert written(laid_out(steady(3, 1, 2, 3), "Zürich 🎉\n株式 Łódź"))[0] == "Zürich Łódź"
    assert written(laid_out(steady(3, 1, 2, 3), "株式会社"))[0] == "24 Aug 2026 to 26 Aug 2026"


@pytest.mark.parametrize(
    "points",
    [[], steady(2, 1, 1, 1)[::-1], steady(1, 1, 1, 1) * 2],
    ids=["none", "backwards", "the same day twice"],
)
def test_points_out_of_order_are_refused(points: list[Point]) -> None:
    with pytest.raises(ValueError, match="each a later day"):
        laid_out(points, "Roll-out")

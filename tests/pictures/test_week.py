"""A week's picture: every time where the wall's clock has it, every label clear, each kind told from the others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import combinations

import pytest
from hypothesis import given, settings
from PIL import Image

from bot.domain.intervals import Interval
from bot.domain.weeks import Week
from bot.pictures import week_marks as marks
from bot.pictures.colours import BAD, CARD, GOOD, OPEN, QUIET, TEXT, contrast
from bot.pictures.shapes import Block, Box, Hatch, Picture, Stroke
from bot.pictures.week import HEIGHT, WIDTH, laid_out, week_picture
from bot.pictures.week_grid import HOUR, hours, pieces
from tests.pictures.weeks import CASES, LISBON, MEETINGS, week, weeks

INSIDE = Box(8, 8, WIDTH - 8, HEIGHT - 8)
FOR_TEXT, FOR_SHAPES = 4.5, 3


def written(picture: Picture) -> list[str]:
    return [words.words for words in picture.texts]


def drawn(picture: Picture, kind: str) -> list[Box]:
    """The times of a kind, without its swatch in the legend."""
    colour = {"free": marks.FREE, "busy": marks.BUSY, "unknown": marks.UNKNOWN, "proposed": OPEN}[kind]
    boxes = [shape.box for shape in picture.shapes if isinstance(shape, Block) and shape.colour == colour]
    return [box for box in boxes if box.bottom < HEIGHT - 54]


def assert_clear(picture: Picture) -> None:
    assert [words.words for words in picture.texts if not INSIDE.holds(words.box)] == []
    assert [(a.words, b.words) for a, b in combinations(picture.texts, 2) if a.box.meets(b.box)] == []
    assert [shape for shape in picture.shapes if isinstance(shape, Block | Hatch) and not INSIDE.holds(shape.box)] == []


@given(weeks())
@settings(deadline=None, max_examples=60)
def test_everything_is_on_the_card_and_no_label_meets_another(any_week: Week) -> None:
    picture = laid_out(any_week)
    assert_clear(picture)
    states = [box for kind in ("free", "busy", "unknown") for box in drawn(picture, kind)]
    assert [(a, b) for a, b in combinations(states, 2) if a.meets(b)] == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_file_is_a_small_png_and_the_same_in_every_thread(case: Week) -> None:
    assert_clear(laid_out(case))
    with ThreadPoolExecutor(2) as pool:
        (file,) = set(pool.map(week_picture, [case, case]))
    assert len(file) < 60_000
    with Image.open(BytesIO(file)) as image:
        assert image.size == (1280, 1000)
        assert image.convert("RGBA").getchannel("A").crop((24, 0, 1256, 1000)).getextrema() == (255, 255)


def test_what_is_written_and_what_is_edged_has_its_contrast() -> None:
    picture = laid_out(CASES["ordinary"])
    on_card = [words.colour for words in picture.texts if words.colour != CARD]
    assert min(contrast(colour, CARD) for colour in on_card) >= FOR_TEXT
    assert contrast(CARD, OPEN) >= FOR_TEXT  # the proposed time
    edges = {"outside": marks.EDGE, "busy": QUIET, "unknown": BAD, "free": GOOD, "ring": TEXT}
    assert {name for name, edge in edges.items() if contrast(edge, marks.WELL) < FOR_SHAPES} == set()
    assert contrast(QUIET, marks.BUSY) >= FOR_SHAPES
    assert contrast(BAD, marks.UNKNOWN) >= FOR_SHAPES
    assert contrast(OPEN, CARD) >= FOR_SHAPES


def test_each_kind_has_a_pattern_of_its_own() -> None:
    box = Box(0, 0, 80, 40)
    kinds = (marks.outside, marks.free, marks.busy, marks.unknown, marks.proposed)
    patterns = {
        kind.__name__: (
            [shape.is_crossed for shape in kind(box) if isinstance(shape, Hatch)],
            [bool(shape.dashes) for shape in kind(box) if isinstance(shape, Stroke)],
            [round(contrast(shape.colour, CARD)) for shape in kind(box) if isinstance(shape, Block)],
        )
        for kind in kinds
    }
    assert [one for one, two in combinations(patterns.values(), 2) if one == two] == []
    assert contrast(marks.FREE, marks.WELL) >= FOR_SHAPES  # these two have no lines


def test_the_legend_names_what_is_there() -> None:
    names = written(laid_out(CASES["ordinary"]))
    assert {"free for everybody", "busy", "not known", "outside working hours"} <= set(names)
    assert "proposed: Tue 24 Nov, 13:00 to 13:30" in names
    empty = written(laid_out(CASES["empty"]))
    assert "not known" not in empty
    assert not [name for name in empty if name.startswith("proposed")]


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        (week(), (8, 18)),
        (week(works=None), (8, 18)),
        (week(works=(10, 12)), (7, 15)),
        (week((0, 18, 20.5)), (8, 21)),
        (week((0, 0, 24), (2, 0, 24 * 3)), (8, 18)),
        (week((0, 22, 27), (1, 4, 7.5)), (6, 18)),
        (week(works=(20, 24)), (16, 24)),
        (week(proposed=(0, 6.5, 7)), (6, 18)),
        (week(unknown=((0, 0, 200),)), (8, 18)),
        (week(works=(0, 24)), (0, 24)),
    ],
)
def test_the_hours_fit_the_work_and_what_is_in_the_week(case: Week, shown: tuple[int, int]) -> None:
    assert hours(case) == range(*shown)


def test_busy_goes_before_unknown_and_both_before_free() -> None:
    picture = laid_out(week((0, 9, 12), works_days=1, unknown=((0, 11, 14),)))
    ((busy,), (unknown,), (free,)) = (drawn(picture, kind) for kind in ("busy", "unknown", "free"))
    assert busy.bottom == unknown.top
    assert unknown.bottom == free.top
    assert busy.bottom - busy.top == pytest.approx(1.5 * (unknown.bottom - unknown.top), abs=1)


def test_a_full_week_has_nothing_free_and_keeps_its_proposal_in_sight() -> None:
    picture = laid_out(CASES["full"])
    assert drawn(picture, "free") == []
    assert len(drawn(picture, "busy")) == 5
    slot, flag = drawn(picture, "proposed")
    assert "11:00 – 11:15" in written(picture)  # noqa: RUF001 - as it is drawn
    assert flag.top > slot.bottom


def test_a_time_stands_within_its_slot_where_it_fits() -> None:
    picture = laid_out(CASES["seven days"])
    (slot,) = drawn(picture, "proposed")
    (label,) = [words for words in picture.texts if words.words == "10:30"]
    assert slot.holds(label.box)


def test_an_hour_that_comes_twice_lies_side_by_side_and_one_that_is_skipped_is_a_hole() -> None:
    def placed(zone: str, monday: date, start: datetime, length: timedelta) -> list[tuple[float, float, float, float]]:
        found = pieces(week(zone=zone, monday=monday, days=7), [Interval(start, start + length)])
        return [(each.start / HOUR, each.end / HOUR, each.left, each.right) for each in found]

    autumn = datetime(2026, 10, 25, tzinfo=UTC)  # 01:00 in Lisbon, and at 01:00 UTC it is 01:00 again
    assert placed(LISBON, date(2026, 10, 19), autumn, timedelta(hours=3)) == [
        (1, 2, 0, 0.5),
        (1, 2, 0.5, 1),
        (2, 3, 0, 1),
    ]
    spring = datetime(2026, 3, 29, tzinfo=UTC)  # 01:00 in Berlin, where 02:00 is skipped
    assert placed("Europe/Berlin", date(2026, 3, 23), spring, timedelta(hours=2)) == [(1, 2, 0, 1), (3, 4, 0, 1)]
    assert "clocks back 1 h" in written(laid_out(CASES["clocks go back"]))
    assert "clocks forward 1 h" in written(laid_out(CASES["clocks go forward"]))


@given(weeks())
@settings(deadline=None, max_examples=60)
def test_no_time_is_lost_or_made_up_by_the_clocks(any_week: Week) -> None:
    whole = [Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))]
    found = list(pieces(any_week, whole))
    boxes = [Box(each.day + each.left, each.start / HOUR, each.day + each.right, each.end / HOUR) for each in found]
    assert [(a, b) for a, b in combinations(boxes, 2) if a.meets(b)] == []
    assert all(0 <= box.top < box.bottom <= 24 for box in boxes)


def test_the_title_is_fitted_and_drawn_as_it_can_be() -> None:
    first = written(laid_out(week(*MEETINGS, title="Zürich 🎉\n" + "Łódź " * 60)))[0]
    assert first.startswith("Zürich Łódź")
    assert first.endswith("…")
    heading = written(laid_out(week(title="株式")))[0]
    assert heading == "23–27 Nov 2026, Lisbon time"  # noqa: RUF001 - an en dash stands between days

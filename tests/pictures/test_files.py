"""The chart as a file: its size, its weight, its edges, and that it is the same wherever it is drawn."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from hypothesis import given, settings
from PIL import Image, ImageChops

from bot.domain.tallies import Point
from bot.pictures.canvas import png
from bot.pictures.colours import BAD, CARD, GOOD, TEXT, Colour
from bot.pictures.rollout_chart import rollout_chart
from bot.pictures.shapes import Area, Block, Box, Dot, Picture, Stroke, Words
from tests.pictures.charts import CASES, rollouts
from tests.pictures.test_colours import SLACK_DARK, WHITE

HEAVIEST = 60_000


def opened(file: bytes) -> Image.Image:
    with Image.open(BytesIO(file)) as image:
        return image.convert("RGBA")


def shown_on(image: Image.Image, ground: Colour) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", image.size, (*ground, 255)), image).convert("RGB")


def near(pixel: object, colour: Colour, by: int = 3) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(ours - theirs) <= by for ours, theirs in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize("points", CASES.values(), ids=CASES)
def test_the_file_is_a_small_png_of_the_promised_size(points: list[Point]) -> None:
    file = rollout_chart(points, "Roll-out at Acme")
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    assert opened(file).size == (1200, 700)
    assert len(file) < HEAVIEST


@given(rollouts())
@settings(deadline=None, max_examples=15)
def test_any_rollout_can_be_drawn(points: list[Point]) -> None:
    assert len(rollout_chart(points, "Roll-out")) < HEAVIEST


def test_the_same_points_are_the_same_file_in_every_thread() -> None:
    def drawn(_: int) -> bytes:
        return rollout_chart(CASES["ordinary"], "Roll-out at Acme")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(drawn, range(8)))) == 1


def test_light_and_dark_mode_show_the_same_but_for_the_corners() -> None:
    image = opened(rollout_chart(CASES["ordinary"], "Roll-out at Acme"))
    light, dark = shown_on(image, WHITE), shown_on(image, SLACK_DARK)
    assert light.getpixel((0, 0)) == WHITE
    assert dark.getpixel((0, 0)) == SLACK_DARK
    width, height = image.size
    for box in ((0, 24, width, height - 24), (24, 0, width - 24, height)):
        assert ImageChops.difference(light.crop(box), dark.crop(box)).getbbox() is None


def test_every_line_is_on_the_picture_in_its_colour() -> None:
    image = opened(rollout_chart(CASES["everybody in every state"], ""))
    colours = image.convert("RGB").getcolors(1 << 20) or []
    for colour in (GOOD, BAD):
        assert sum(count for count, pixel in colours if near(pixel, colour)) > 1000


def test_each_shape_lands_where_it_was_laid() -> None:
    shapes = (
        Block(Box(10, 10, 40, 30), GOOD, radius=6, edge=BAD),
        Area(((60, 10), (90, 10), (90, 30)), GOOD),
        Stroke(((10, 50), (90, 50)), BAD, 4),
        Dot((50, 80), 8, GOOD, ring=BAD),
    )
    image = opened(png(Picture(100, 100, CARD, shapes)))
    colours = {
        (10, 10): CARD,  # outside the round corner
        (25, 20): GOOD,
        (10.25, 20): BAD,
        (62, 29): CARD,
        (88, 12): GOOD,
        (50, 50): BAD,
        (50, 54): CARD,
        (50, 80): GOOD,
        (58.9, 80): BAD,
        (61, 80): CARD,
    }
    for (x, y), colour in colours.items():
        assert near(image.getpixel((int(x * 2), int(y * 2))), colour), (x, y)


def test_dashes_are_drawn_and_left_out_in_turn() -> None:
    dashed = Stroke(((10, 10), (50, 10), (90, 10)), GOOD, 2, dashes=(10, 20))
    image = opened(png(Picture(100, 20, CARD, (dashed,))))
    drawn = [near(image.getpixel((x * 2, 20)), GOOD) for x in (15, 30, 45, 60, 75, 87)]
    assert drawn == [True, False, True, False, True, False]


def test_a_rule_at_whole_pixels_is_sharp() -> None:
    image = opened(png(Picture(40, 20, CARD, (Block(Box(0, 10, 40, 10.5), TEXT),))))
    rows = [image.getpixel((40, y)) for y in (19, 20, 21)]
    assert [near(row, TEXT) for row in rows] == [False, True, False]
    assert near(rows[0], CARD)
    assert near(rows[2], CARD)


@pytest.mark.parametrize("align", ["left", "middle", "right"])
def test_words_fill_the_box_that_was_measured_for_them(align: str) -> None:
    words = Words("Agj 1,234", (100, 30), TEXT, 20, align=align)  # type: ignore[arg-type]  # a literal of three
    image = opened(png(Picture(200, 50, CARD, (words,)))).convert("L")
    inked = image.point(lambda light: 255 if light > 120 else 0).getbbox()
    assert inked is not None
    left, top, right, bottom = (edge / 2 for edge in inked)
    assert abs(left - words.box.left) < 3
    assert abs(right - words.box.right) < 3
    assert words.box.top <= top
    assert bottom < words.box.bottom + 1

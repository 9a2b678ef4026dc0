"""The pictures read in light and dark mode, and for every kind of colour vision."""

from collections.abc import Sequence
from itertools import combinations, product

import pytest

from bot.pictures import colours
from bot.pictures.colours import BAD, CARD, GOOD, OPEN, QUIET, TEXT, Colour, contrast
from bot.pictures.rollout_chart import laid_out
from bot.pictures.shapes import Area, Dot, Stroke
from tests.pictures.charts import CASES

WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
SLACK_DARK = Colour(0x1A, 0x1D, 0x21)
FOR_TEXT, FOR_LINES = 4.5, 3

Matrix = tuple[tuple[float, float, float], ...]
# How red, green and blue light looks with one kind of cone missing: Machado, Oliveira and Fernandes, 2009, severity 1.
VISION: dict[str, Matrix] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def test_contrast_is_as_wcag_has_it() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(Colour(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.005)
    assert contrast(CARD, TEXT) == contrast(TEXT, CARD)


def test_no_grey_is_fit_for_text_on_both_of_slacks_grounds_so_there_is_a_card() -> None:
    best = max(min(contrast(Colour(grey, grey, grey), ground) for ground in (WHITE, SLACK_DARK)) for grey in range(256))
    assert best < FOR_TEXT


@pytest.mark.parametrize("name", ["TEXT", "QUIET", "GOOD", "OPEN", "BAD"])
def test_what_is_written_can_be_read_on_the_card(name: str) -> None:
    assert contrast(getattr(colours, name), CARD) >= FOR_TEXT


def test_everything_on_the_chart_has_its_contrast() -> None:
    picture = laid_out(CASES["ordinary"], "Roll-out")
    grounds = [picture.card, *(shape.colour for shape in picture.shapes if isinstance(shape, Area))]
    assert {words.colour for words in picture.texts} == {TEXT, QUIET, GOOD, OPEN, BAD}
    assert min(contrast(words.colour, picture.card) for words in picture.texts) >= FOR_TEXT
    lines = [shape.colour for shape in picture.shapes if isinstance(shape, Stroke | Dot)]
    assert min(contrast(line, ground) for line, ground in product(lines, grounds)) >= FOR_LINES


@pytest.mark.parametrize("kind", VISION)
def test_the_three_lines_differ_for_every_kind_of_colour_vision(kind: str) -> None:
    seen = [_lab(colour, VISION[kind]) for colour in (GOOD, OPEN, BAD)]
    differences = [sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 for pair in combinations(seen, 2)]
    assert min(differences) >= 25


def _lab(colour: Colour, vision: Matrix) -> tuple[float, float, float]:
    """CIE L*a*b* (D65), in which a distance of 2 can just be seen."""
    light = [((c / 255 + 0.055) / 1.055) ** 2.4 if c > 10 else c / 255 / 12.92 for c in colour]
    red, green, blue = (min(1, max(0, _times(row, light))) for row in vision)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _times(row: Sequence[float], light: Sequence[float]) -> float:
    return sum(part * channel for part, channel in zip(row, light, strict=True))

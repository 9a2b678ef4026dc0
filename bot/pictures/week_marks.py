"""How each kind of time is drawn on a week's picture: by pattern and edge as well as colour; and the legend of it."""

from collections.abc import Callable, Iterator, Mapping

from bot.pictures.colours import BAD, CARD, GOOD, OPEN, QUIET, TEXT, Colour
from bot.pictures.lettering import REGULAR, length
from bot.pictures.shapes import Block, Box, Hatch, Shape, Stroke, Words

WELL = Colour(0, 0, 0).over(CARD, 0.45)
EDGE = QUIET.over(CARD, 0.75)
FREE = GOOD.over(CARD, 0.5)
BUSY = QUIET.over(CARD, 0.12)
UNKNOWN = BAD.over(CARD, 0.1)

_ROUND = 3
_SWATCH = 26, 16
_BETWEEN = 7, 20
"""From a swatch to its name, and from there to the next."""
_SIZE = 15

Drawn = Iterator[Shape]


def outside(box: Box) -> Drawn:
    """Outside working hours: the bare ground."""
    yield Block(box, WELL, edge=EDGE)


def free(box: Box) -> Drawn:
    """Working hours with nothing in them: plain and light."""
    yield Block(box, FREE, edge=GOOD)


def busy(box: Box) -> Drawn:
    """Slanted lines within a whole edge."""
    yield Block(box, BUSY, edge=QUIET)
    yield Hatch(box, QUIET, 2, 8)


def unknown(box: Box) -> Drawn:
    """A net of thin lines within a broken edge."""
    yield Block(box, UNKNOWN)
    yield Hatch(box, BAD, 1, 10, is_crossed=True)
    inner = box.grown(-1)
    if inner.top < inner.bottom:
        corners = ((inner.left, inner.top), (inner.right, inner.top), (inner.right, inner.bottom))
        yield Stroke((*corners, (inner.left, inner.bottom), corners[0]), BAD, 2, (4, 5))


def proposed(box: Box) -> Drawn:
    """Bright, within a ring that lies on its neighbours."""
    yield Block(box.grown(4), CARD, _ROUND + 4)
    yield Block(box.grown(3), TEXT, _ROUND + 3)
    yield Block(box.grown(1), CARD, _ROUND + 1)
    yield Block(box, OPEN, _ROUND)


def legend(marks: Mapping[str, Callable[[Box], Drawn]], left: float, baseline: float) -> Drawn:
    """Each mark with its name, in a line."""
    wide, high = _SWATCH
    for name, mark in marks.items():
        top = round(baseline - _SIZE * 0.36 - high / 2)
        swatch = Box(left, top, left + wide, top + high)
        yield from mark(swatch.grown(-3) if mark is proposed else swatch)
        yield Words(name, (left + wide + _BETWEEN[0], baseline), TEXT, _SIZE)
        left = round(left + wide + sum(_BETWEEN) + length(name, _SIZE, REGULAR))

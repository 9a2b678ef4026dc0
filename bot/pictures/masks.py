"""Smooth edges: Pillow fills whole pixels, so a shape is drawn larger and scaled down to its share of each pixel."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Self

from PIL import Image, ImageDraw

from bot.pictures.shapes import At, Box

SCALE = 2
"""Pixels for each point."""
_FINE = 4
"""How many times larger than its pixels a shape is drawn."""
_STEP = SCALE * _FINE


class Mask:
    """Shapes within one part of the picture, which then get one colour."""

    def __init__(self, part: Box) -> None:
        self._left, self._top = math.floor(part.left * SCALE), math.floor(part.top * SCALE)
        right, bottom = math.ceil(part.right * SCALE), math.ceil(part.bottom * SCALE)
        size = max(1, right - self._left) * _FINE, max(1, bottom - self._top) * _FINE
        self._image = Image.new("L", size)
        self._pen = ImageDraw.Draw(self._image)

    def rounded(self, box: Box, radius: float) -> Self:
        """A rectangle with round corners."""
        (left, top), (right, bottom) = self._placed([(box.left, box.top), (box.right, box.bottom)])
        self._pen.rounded_rectangle((left, top, right - 1, bottom - 1), radius * _STEP, fill=255)
        return self

    def polygon(self, corners: Sequence[At]) -> Self:
        """A filled shape with corners."""
        self._pen.polygon(self._placed(corners), fill=255)
        return self

    def disc(self, at: At, radius: float) -> Self:
        """A filled circle."""
        ((x, y),) = self._placed([at])
        self._pen.circle((x - 0.5, y - 0.5), radius * _STEP - 0.5, fill=255)
        return self

    def line(self, path: Sequence[At], width: float, dashes: Sequence[float] = ()) -> Self:
        """A line with round joints and ends."""
        for piece in _dashed(path, dashes) if dashes else [path]:
            self._pen.line(self._placed(piece), fill=255, width=round(width * _STEP), joint="curve")
            self.disc(piece[0], width / 2).disc(piece[-1], width / 2)
        return self

    def colour(self, image: Image.Image, colour: tuple[int, int, int] | int) -> None:
        """Colours the shapes in the picture."""
        image.paste(colour, (self._left, self._top), self._image.reduce(_FINE))

    def _placed(self, points: Sequence[At]) -> list[At]:
        return [(x * _STEP - self._left * _FINE, y * _STEP - self._top * _FINE) for x, y in points]


def _dashed(path: Sequence[At], dashes: Sequence[float]) -> Iterator[list[At]]:
    """The pieces of a path that a pattern of dashes leaves."""
    turn, left, piece = 0, dashes[0], [path[0]]
    for start, end in pairwise(path):
        here, far = start, math.dist(start, end)
        while far > left:
            share = left / far
            here = here[0] + (end[0] - here[0]) * share, here[1] + (end[1] - here[1]) * share
            far -= left
            if turn % 2 == 0:
                yield [*piece, here]
            turn += 1
            left, piece = dashes[turn % len(dashes)], [here]
        left -= far
        piece.append(end)
    if turn % 2 == 0 and len(piece) > 1:
        yield piece

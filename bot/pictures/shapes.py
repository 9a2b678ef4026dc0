"""What a picture is made of, as values: laid out first, so that a test can read it, and drawn afterwards.

Lengths are points: two pixels of the file, since screens show it at half its size.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor
from typing import Literal

from bot.pictures.colours import Colour
from bot.pictures.lettering import DROP, REGULAR, RISE, length

At = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the picture, its edges in points from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, points: Iterable[At]) -> "Box":
        """The smallest box with all the points in it."""
        across, down = zip(*points, strict=True)
        return cls(min(across), min(down), max(across), max(down))

    def grown(self, by: float) -> "Box":
        """The box with its edges moved outwards."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Whether the other lies within this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A filled rectangle, with round corners if asked for. A rule is a thin one: it stays sharp at whole points."""

    box: Box
    colour: Colour
    radius: float = 0
    edge: Colour | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A filled shape with corners."""

    corners: tuple[At, ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Hatch:
    """Slanted lines in a rectangle, in step with those of every other, so that neighbours look like one."""

    box: Box
    colour: Colour
    width: float
    gap: float
    """From one line to the next, measured across."""
    is_crossed: bool = False

    @property
    def lines(self) -> list[tuple[At, At]]:
        """Their ends lie on the rectangle's upper and lower edge, or beyond its sides."""
        box = self.box
        high = box.bottom - box.top
        rising = range(floor((box.left + box.top) / self.gap), ceil((box.right + box.bottom) / self.gap) + 1)
        found = [((n * self.gap - box.bottom, box.bottom), (n * self.gap - box.top, box.top)) for n in rising]
        if self.is_crossed:
            falling = range(floor((box.left - box.bottom) / self.gap), ceil((box.right - box.top) / self.gap) + 1)
            starts = [n * self.gap + box.top for n in falling]
            found += [((start, box.top), (start + high, box.bottom)) for start in starts]
        return found


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line with round ends. Dashes are lengths: drawn, left out, drawn, and so on."""

    path: tuple[At, ...]
    colour: Colour
    width: float
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Dot:
    """A disc, with a ring around it that sets it off from the lines beneath."""

    at: At
    radius: float
    colour: Colour
    ring: Colour | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; `at` is where its baseline begins, has its middle, or ends."""

    words: str
    at: At
    colour: Colour
    size: float
    weight: int = REGULAR
    align: Literal["left", "middle", "right"] = "left"

    @property
    def box(self) -> Box:
        """The room that it takes."""
        wide = length(self.words, self.size, self.weight)
        left = self.at[0] - wide * {"left": 0.0, "middle": 0.5, "right": 1.0}[self.align]
        return Box(left, self.at[1] - RISE * self.size, left + wide, self.at[1] + DROP * self.size)


Shape = Block | Area | Hatch | Stroke | Dot | Words


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a card with round corners, the later ones on top of the earlier."""

    width: int
    height: int
    card: Colour
    shapes: tuple[Shape, ...]
    radius: float = 12

    @property
    def texts(self) -> tuple[Words, ...]:
        """Everything that is written on it."""
        return tuple(shape for shape in self.shapes if isinstance(shape, Words))

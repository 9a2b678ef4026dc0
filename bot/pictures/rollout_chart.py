"""How the roll-out goes: connected and invited over time, and beneath them, on a scale of its own, what is broken.

Of thousands a handful is broken, and just those must be seen; on the scale of thousands they would lie on the floor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.domain.tallies import Point
from bot.pictures.axes import Mark, apart, count_marks, day_marks
from bot.pictures.canvas import png
from bot.pictures.colours import BAD, CARD, GOOD, OPEN, QUIET, RULE, TEXT, Colour
from bot.pictures.lettering import BOLD, REGULAR, drawable, fitted, length
from bot.pictures.points import dated, days_of
from bot.pictures.shapes import Area, At, Block, Box, Dot, Picture, Shape, Stroke, Words

WIDTH, HEIGHT = 600, 350
_EDGE = 24
_TITLE, _SMALL, _VALUE = 20, 15, 19
_HEADING, _UNDER = 43, 22
_UPPER, _LOWER, _DAYS = (90, 232), (258, 300), 328
_GAP = 10
_LABEL = 40
"""The height of a number with its name beneath."""
_FEW = 4
"""No scale ends below this, so that one person does not look like all of them."""


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    colour: Colour
    counts: tuple[int, ...]
    dashes: tuple[float, ...] = ()
    is_tinted: bool = False

    @property
    def value(self) -> str:
        return f"{self.counts[-1]:,}"

    @property
    def room(self) -> float:
        return max(length(self.value, _VALUE, BOLD), length(self.name, _SMALL, REGULAR))


@dataclass(frozen=True, slots=True)
class _Panel:
    """One scale with its series; the first is drawn last, on top."""

    top: float
    bottom: float
    marks: range
    series: tuple[_Series, ...]

    def y(self, count: int) -> float:
        return self.bottom - (self.bottom - self.top) * count / self.marks[-1]


@dataclass(frozen=True, slots=True)
class _Span:
    """The days from left to right. A single day stands at the right, where its labels are."""

    left: float
    right: float
    first: date
    last: date

    def x(self, day: date) -> float:
        days = (self.last - self.first).days
        return self.left + (self.right - self.left) * (day - self.first).days / days if days else self.right


def rollout_chart(points: Sequence[Point], title: str) -> bytes:
    """The chart as a PNG of 1200 by 700 pixels. One point or more, each a later day than the one before."""
    return png(laid_out(points, title))


def laid_out(points: Sequence[Point], title: str) -> Picture:
    """The chart as values: where each line and each label goes."""
    days = days_of(points)
    connected = _Series("connected", GOOD, tuple(point.connected for point in points), is_tinted=True)
    invited = _Series("invited", OPEN, tuple(point.invited for point in points), dashes=(5, 6))
    broken = _Series("broken", BAD, tuple(point.broken for point in points), is_tinted=True)
    panels = _panel(_UPPER, 3, invited, connected), _panel(_LOWER, 1, broken)
    marks = max(length(f"{panel.marks[-1]:,}", _SMALL, REGULAR) for panel in panels)
    labels = max(series.room for series in (connected, invited, broken))
    span = _Span(round(_EDGE + marks + _GAP), round(WIDTH - _EDGE - labels - 2 * _GAP), days[0], days[-1])
    shapes = [*_heading(title, span), *_day_axis(span)]
    for panel in panels:
        lines = [
            tuple((span.x(day), panel.y(count)) for day, count in zip(days, series.counts, strict=True))
            for series in panel.series
        ]
        shapes += [*_tints(panel, lines), *_count_axis(panel, span), *_lines(panel, lines), *_labels(panel, lines)]
    return Picture(WIDTH, HEIGHT, CARD, tuple(shapes))


def _panel(edges: tuple[float, float], pieces: int, *series: _Series) -> _Panel:
    most = max(_FEW, *(count for one in series for count in one.counts))
    return _Panel(*edges, count_marks(most, pieces), series)


def _heading(title: str, span: _Span) -> Iterator[Shape]:
    words = fitted(drawable(title), _TITLE, BOLD, WIDTH - 2 * _EDGE)
    if words:
        yield Words(words, (_EDGE, _HEADING), TEXT, _TITLE, BOLD)
    when = dated(span.last) if span.first == span.last else f"{dated(span.first)} to {dated(span.last)}"
    yield Words(when, (_EDGE, _HEADING + _UNDER if words else _HEADING), QUIET, _SMALL)


def _count_axis(panel: _Panel, span: _Span) -> Iterator[Shape]:
    for mark in panel.marks:
        y = round(panel.y(mark))
        yield Block(Box(span.left, y - 0.5, span.right, y + 0.5), RULE)
        yield Words(f"{mark:,}", (span.left - _GAP, y + 5.5), QUIET, _SMALL, align="right")


def _day_axis(span: _Span) -> Iterator[Shape]:
    def label(mark: Mark) -> Words:
        day, name = mark
        half = length(name, _SMALL, REGULAR) / 2
        x = min(max(span.x(day), _EDGE + half), WIDTH - _EDGE - half)
        return Words(name, (x, _DAYS), QUIET, _SMALL, align="middle")

    def fits(marks: Sequence[Mark]) -> bool:
        boxes = [label(mark).box for mark in marks]
        return all(one.right + 2 * _GAP <= two.left for one, two in pairwise(boxes))

    for mark in day_marks(span.first, span.last, fits):
        x = round(span.x(mark[0]))
        yield Block(Box(x - 0.5, _LOWER[1] + 0.5, x + 0.5, _LOWER[1] + 6), RULE)
        yield label(mark)


def _tints(panel: _Panel, lines: Sequence[tuple[At, ...]]) -> Iterator[Shape]:
    for series, line in zip(panel.series, lines, strict=True):
        if series.is_tinted and len(line) > 1:
            corners = (*line, (line[-1][0], panel.bottom), (line[0][0], panel.bottom))
            yield Area(corners, series.colour.over(CARD, 0.18))


def _lines(panel: _Panel, lines: Sequence[tuple[At, ...]]) -> Iterator[Shape]:
    drawn = list(zip(panel.series, lines, strict=True))[::-1]
    for series, line in drawn:
        if len(line) > 1:
            yield Stroke(line, series.colour, 3, series.dashes)
    for series, line in drawn:
        yield Dot(line[-1], 5, series.colour, ring=CARD)


def _labels(panel: _Panel, lines: Sequence[tuple[At, ...]]) -> Iterator[Shape]:
    """Each line's name and last count at its end; where two would meet, a thin line leads to the one that gave way."""
    wanted = [line[-1][1] for line in lines]
    middles = apart(wanted, _LABEL, panel.top - _GAP, panel.bottom + _GAP)
    for series, (x, y), middle in zip(panel.series, (line[-1] for line in lines), middles, strict=True):
        if abs(middle - y) > _GAP:
            yield Stroke(((x + 8, y), (x + 2 * _GAP - 4, middle - 4)), series.colour, 1)
        yield Words(series.value, (x + 2 * _GAP, middle - 1), series.colour, _VALUE, BOLD)
        yield Words(series.name, (x + 2 * _GAP, middle + 15), series.colour, _SMALL)

"""One week of somebody's time: free, busy, not known, outside their working hours, and the time that is proposed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.intervals import Interval, merged, subtracted
from bot.domain.weeks import Week
from bot.pictures import week_marks as marks
from bot.pictures.canvas import png
from bot.pictures.colours import CARD, OPEN, QUIET, RULE, TEXT
from bot.pictures.lettering import BOLD, REGULAR, drawable, fitted, length
from bot.pictures.shapes import Block, Box, Picture, Shape, Words
from bot.pictures.week_grid import HOUR, Grid, Piece, hours, pieces, turns
from bot.pictures.week_words import headline, proposal, turned

WIDTH, HEIGHT = 640, 500
_EDGE = 24
_TITLE, _SMALL, _TINY = 20, 15, 13
_HEADING, _UNDER = 43, 22
_GAP = 8
_DAYS, _TOP, _BOTTOM = 100, 110, 446
_TURNED = 18
"""What a line beneath the days' names takes, if clocks change."""
_LEGEND, _LINE = 476, 26
_TIGHT = 17
"""Hours closer than this are not all named."""
_FLAG = 18
_MIDDLE = 0.36
"""From a line's baseline up to the middle of its figures, in its size."""


def week_picture(week: Week) -> bytes:
    """The week as a PNG of 1280 by 1000 pixels."""
    return png(laid_out(week))


def laid_out(week: Week) -> Picture:
    """The week as values: where each time and each label goes."""
    changes = {turn.day: turned(turn.by) for turn in turns(week)}
    left = round(_EDGE + length("00:00", _TINY, REGULAR) + _GAP)
    part = Box(left, _TOP + (_TURNED if changes else 0), WIDTH - _EDGE, _BOTTOM - (_LINE if week.proposed else 0))
    grid = Grid(part, len(week.days), hours(week))
    busy = merged(week.busy)
    unknown = subtracted(week.unknown, busy)
    taken = [*busy, *unknown]
    shapes = [
        *_heading(week),
        *_day_axis(week, grid, changes),
        *_hour_axis(grid),
        *_each(grid, pieces(week, [_all_of(week)]), marks.outside),
        *_each(grid, pieces(week, subtracted(week.working, taken)), marks.free),
        *_rules(grid),
        *_each(grid, pieces(week, unknown), marks.unknown),
        *_each(grid, pieces(week, busy), marks.busy),
        *_legend(week, unknown),
    ]
    if week.proposed:
        shapes += _proposed(week.proposed, week, grid, list(_boxes(grid, pieces(week, taken))))
    return Picture(WIDTH, HEIGHT, CARD, tuple(shapes))


def _heading(week: Week) -> Iterator[Shape]:
    title = fitted(drawable(week.title), _TITLE, BOLD, WIDTH - 2 * _EDGE)
    if title:
        yield Words(title, (_EDGE, _HEADING), TEXT, _TITLE, BOLD)
    when = headline(week)
    at = _EDGE, _HEADING + _UNDER if title else _HEADING
    yield Words(fitted(when, _SMALL, REGULAR, WIDTH - 2 * _EDGE), at, QUIET, _SMALL)


def _day_axis(week: Week, grid: Grid, changes: dict[int, str]) -> Iterator[Shape]:
    for number, day in enumerate(week.days):
        yield Words(f"{day:%a} {day.day}", (grid.middle(number), _DAYS), TEXT, _SMALL, align="middle")
        if number in changes:
            x = min(grid.middle(number), grid.part.right - length(changes[number], _TINY, REGULAR) / 2)
            yield Words(changes[number], (x, _DAYS + _TURNED), OPEN, _TINY, align="middle")


def _named_hours(grid: Grid) -> range:
    step = next(step for step in (1, 2, 3, 4) if step * grid.row >= _TIGHT)
    return range(-(-grid.hours.start // step) * step, grid.hours.stop + 1, step)


def _hour_axis(grid: Grid) -> Iterator[Shape]:
    for hour in _named_hours(grid):
        at = grid.part.left - _GAP, grid.y(hour * HOUR) + _MIDDLE * _TINY
        yield Words(f"{hour:02}:00", at, QUIET, _TINY, align="right")


def _rules(grid: Grid) -> Iterator[Shape]:
    for hour in _named_hours(grid):
        y = round(2 * grid.y(hour * HOUR)) / 2
        if grid.part.top < y < grid.part.bottom:
            yield Block(Box(grid.part.left, y - 0.5, grid.part.right, y), RULE)


def _boxes(grid: Grid, found: Iterable[Piece]) -> Iterator[Box]:
    return (box for piece in found if (box := grid.box(piece)))


def _each(grid: Grid, found: Iterable[Piece], mark: Callable[[Box], marks.Drawn]) -> Iterator[Shape]:
    return (shape for box in _boxes(grid, found) for shape in mark(box))


def _all_of(week: Week) -> Interval:
    """Longer than the days shown in any zone."""
    first, last = (datetime.combine(day, time(), UTC) for day in (week.days[0], week.days[-1]))
    return Interval(first - timedelta(days=2), last + timedelta(days=3))


def _proposed(slot: Interval, week: Week, grid: Grid, taken: Sequence[Box]) -> Iterator[Shape]:
    """The ring, and the time within it, or on a flag above or beneath where the ring is too small."""
    found = [(grid.column(piece.day), box) for piece in pieces(week, [slot]) if (box := grid.box(piece))]
    for _, box in found:
        yield from marks.proposed(box)
    for column, box in found[:1]:
        start, end = (f"{moment.astimezone(ZoneInfo(week.zone)):%H:%M}" for moment in (slot.start, slot.end))
        words, wide = next(
            (words, wide)
            for words in (f"{start} – {end}", start)  # noqa: RUF001 - an en dash is what stands between times
            if (wide := length(words, _TINY, BOLD) + _GAP) <= column.right - column.left
        )
        ground = box
        if box.bottom - box.top < _TINY or box.right - box.left < wide:
            ground = _flag(box, column, wide + _GAP / 2, taken)
            yield Block(ground, OPEN, 3)
        at = (ground.left + ground.right) / 2, (ground.top + ground.bottom) / 2 + _MIDDLE * _TINY
        yield Words(words, at, CARD, _TINY, BOLD, "middle")


def _flag(slot: Box, column: Box, wide: float, taken: Sequence[Box]) -> Box:
    """Where it hides least of what is taken: beneath if it can."""
    middle = min(max((slot.left + slot.right) / 2, column.left + wide / 2), column.right - wide / 2)
    tops = [top for top in (slot.bottom + 3, slot.top - 3 - _FLAG) if column.top <= top <= column.bottom - _FLAG]
    boxes = [Box(middle - wide / 2, top, middle + wide / 2, top + _FLAG) for top in tops]
    return min(boxes, key=lambda box: sum(box.meets(other) for other in taken))


def _legend(week: Week, unknown: Sequence[Interval]) -> Iterator[Shape]:
    kinds = {"free for everybody": marks.free, "busy": marks.busy}
    if unknown:
        kinds["not known"] = marks.unknown
    kinds["outside working hours"] = marks.outside
    if week.proposed:
        yield from marks.legend({f"proposed: {proposal(week.proposed, week.zone)}": marks.proposed}, _EDGE, _LEGEND)
    yield from marks.legend(kinds, _EDGE, _LEGEND - (_LINE if week.proposed else 0))

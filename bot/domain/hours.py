"""When a person works and how they may be booked, exact over every change of daylight saving time.

One rule carries it all: a moment belongs to the working hours if the clock on that person's wall says so then. Hence
nothing is invented where clocks leap forward, and an hour that comes twice counts twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, Self
from zoneinfo import ZoneInfo

from bot.domain.appointments import GRID, LONGEST, SHORTEST
from bot.domain.intervals import Interval, in_utc, merged

Window = tuple[int, int]
"""From and to, in minutes of the local day; 1440 is 24 o'clock."""
Week = tuple[tuple[Window, ...], ...]

MINUTES = 24 * 60
LONGEST_BUFFER = timedelta(hours=4)
LONGEST_NOTICE = timedelta(days=30)
LONGEST_HORIZON = timedelta(days=366)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = 86_400
_WEEK = 7 * _DAY
_MONDAY = 4 * _DAY
"""The first Monday after 1970 began, in seconds."""
_PROBE = 6 * 3600
"""No zone changes its clock twice within this many seconds."""
_NOTHING = timedelta()
_MINUTE = timedelta(minutes=1)
_NEVER = "With so much notice, and so short a time ahead, nobody could ever book you."
_SPANS = ("buffer_before", "buffer_after", "notice", "horizon", "length", "step")


class RulesRefused(ValueError):
    """These rules cannot be kept. ``problems`` holds a sentence by field: zone, week, buffer_before and so on."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Rules:
    """How one person may be booked. Build those that somebody typed with ``checked``."""

    zone: str
    week: Week
    """Monday first; the windows of a day are in order and apart."""
    buffer_before: timedelta = _NOTHING
    """Kept free before every appointment."""
    buffer_after: timedelta = _NOTHING
    notice: timedelta = timedelta(hours=1)
    """Nothing that begins sooner than this from now."""
    horizon: timedelta = timedelta(days=60)
    """Nothing that ends later than this from now."""
    length: timedelta = timedelta(minutes=30)
    """Of an appointment, if nobody says otherwise."""
    step: timedelta = timedelta(minutes=30)
    """Appointments begin at multiples of it, counted from the local midnight."""

    @classmethod
    def checked(cls, zone: str, week: Sequence[Sequence[Sequence[int]]], **spans: timedelta) -> Self:
        """The same rules in order, or RulesRefused with a sentence for each field that cannot stay as it is."""
        made = cls._made(zone, week, **spans)
        if made.notice + made.length > made.horizon:
            raise RulesRefused({"notice": _NEVER})
        return made

    @classmethod
    def _made(cls, zone: str, week: Sequence[Sequence[Sequence[int]]], **spans: timedelta) -> Self:
        problems = dict(_problems(zone, week, spans))
        if problems:
            raise RulesRefused(problems)
        return cls(zone, tuple(tuple(sorted((first, last) for first, last in day)) for day in week), **spans)

    def to_json(self) -> dict[str, Any]:
        """For storage: plain values, durations in minutes."""
        spans = {name: getattr(self, name) // _MINUTE for name in _SPANS}
        return {"zone": self.zone, "week": [[list(window) for window in day] for day in self.week], **spans}

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """What ``to_json`` wrote; ValueError for anything else."""
        names = {"zone", "week", *_SPANS}
        if not isinstance(stored, dict) or set(stored) != names:
            raise ValueError("These are no rules.")
        zone, week = stored["zone"], stored["week"]
        minutes = [stored[name] for name in _SPANS]
        windows = [window for day in week for window in day] if _is_lists(week, depth=2) else None
        if not isinstance(zone, str) or windows is None or not all(_is_window(window) for window in windows):
            raise ValueError("These are no rules.")
        if not all(type(each) is int and abs(each) <= LONGEST_HORIZON // _MINUTE for each in minutes):
            raise ValueError("These are no rules.")
        return cls._made(zone, week, **{name: each * _MINUTE for name, each in zip(_SPANS, minutes, strict=True)})


DEFAULT = Rules("UTC", week=(((9 * 60, 17 * 60),),) * 5 + ((),) * 2)
"""Until somebody says otherwise; the zone is Slack's."""


def working(rules: Rules, start: datetime, end: datetime) -> tuple[Interval, ...]:
    """The working hours within ``start`` and ``end``, in UTC, ordered and apart."""
    spans = working_seconds(rules, in_utc(start).timestamp(), in_utc(end).timestamp())
    return merged(Interval(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in spans)


def working_seconds(rules: Rules, start: float, end: float) -> list[tuple[float, float]]:
    """The same in seconds since 1970, for those who reckon with many; in order, but some may touch."""
    week = [
        (day * _DAY + first * 60.0, day * _DAY + last * 60.0)
        for day, windows in enumerate(rules.week)
        for first, last in windows
    ]
    made: list[tuple[float, float]] = []
    for begins, ends, offset in offsets(rules.zone, start, end):
        monday = int((begins + offset - _MONDAY) // _WEEK) * _WEEK + _MONDAY - offset
        weeks = range(monday, int(ends) + 1, _WEEK)
        spans = [(since + opens, since + closes) for since in weeks for opens, closes in week]
        spans = spans[bisect_right(spans, begins, key=itemgetter(1)) : bisect_left(spans, ends, key=itemgetter(0))]
        if spans:
            spans[0] = max(spans[0][0], begins), spans[0][1]
            spans[-1] = spans[-1][0], min(spans[-1][1], ends)
        made += spans
    return made


def offsets(zone: str, start: float, end: float) -> Iterator[tuple[float, float, int]]:
    """The stretches of ``start`` to ``end`` in which the zone's clock runs evenly, and how far it is ahead of UTC."""
    if start >= end:
        return
    years = range(datetime.fromtimestamp(start, UTC).year, datetime.fromtimestamp(end, UTC).year + 1)
    changes = [change for year in years for change in _changes(zone, year)]
    for (begins, offset), (ends, _) in zip(changes, [*changes[1:], (end, 0)], strict=True):
        if max(begins, start) < min(ends, end):
            yield max(begins, start), min(ends, end), offset


@lru_cache(maxsize=2048)
def _changes(zone: str, year: int) -> tuple[tuple[float, int], ...]:
    """Since when, in seconds, each offset of that year holds; the first since the year began."""
    rules = ZoneInfo(zone)

    def offset(second: int) -> int:
        ahead = datetime.fromtimestamp(second, rules).utcoffset()
        return 0 if ahead is None else int(ahead.total_seconds())

    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    last = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    found = [(float(first), offset(first))]
    for probe in range(first + _PROBE, last + _PROBE, _PROBE):
        after = offset(min(probe, last - 1))
        if after == found[-1][1]:
            continue
        before, since = probe - _PROBE, min(probe, last - 1)
        while since - before > 1:
            middle = (before + since) // 2
            before, since = (before, middle) if offset(middle) == after else (middle, since)
        found.append((float(since), after))
    return tuple(found)


def _problems(
    zone: str, week: Sequence[Sequence[Sequence[int]]], spans: Mapping[str, timedelta]
) -> Iterator[tuple[str, str]]:
    if not is_zone(zone):
        yield "zone", f"“{zone}” is not a time zone; they read like Europe/London."
    said = _week_problem(week)
    if said:
        yield "week", said
    limits = {
        "buffer_before": (_NOTHING, LONGEST_BUFFER, "The time kept free before appointments"),
        "buffer_after": (_NOTHING, LONGEST_BUFFER, "The time kept free after appointments"),
        "notice": (_NOTHING, LONGEST_NOTICE, "The shortest notice"),
        "horizon": (timedelta(days=1), LONGEST_HORIZON, "How far ahead you may be booked"),
        "length": (SHORTEST, LONGEST, "The length of appointments"),
        "step": (GRID, LONGEST, "The time from one start to the next"),
    }
    for name, span in spans.items():
        least, most, what = limits[name]
        if not least <= span <= most:
            yield name, f"{what} has to be between {_told(least)} and {_told(most)}."
        elif span % GRID:
            yield name, f"{what} has to be whole five minutes."


def _week_problem(week: Sequence[Sequence[Sequence[int]]]) -> str:
    if len(week) != len(_DAYS):
        return "A week has seven days."
    for name, day in zip(_DAYS, week, strict=True):
        ends = 0
        for number, (first, last) in enumerate(sorted(tuple(window) for window in day)):
            if not 0 <= first < last <= MINUTES:
                return f"{name}: working hours have to end after they start, between 00:00 and 24:00."
            if number and first <= ends:
                return f"{name}: the working hours touch or overlap."
            ends = last
    return ""


def is_zone(name: str) -> bool:
    """Whether the zone database has it."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, malformed, or the name of one of its folders
        return False
    return True


def _told(span: timedelta) -> str:
    days, minutes = span // timedelta(days=1), span // _MINUTE
    if days and not span % timedelta(days=1):
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{minutes // 60} hours" if minutes and not minutes % 60 else f"{minutes} minutes"


def _is_lists(value: object, depth: int) -> bool:
    return isinstance(value, list) and (depth == 1 or all(_is_lists(each, depth - 1) for each in value))


def _is_window(value: object) -> bool:
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        return False
    return len(value) == 2  # noqa: PLR2004 - from and to

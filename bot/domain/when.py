"""Dates and times as people type them, in the zone of whoever types.

Clock times, weekdays and weeks are ours to read: dateparser takes "friday at 10" for an October. The rest, from "in 2
days" to "3rd of december", is dateparser's. Whoever is told a time confirms it, so a guess is allowed where most people
would mean it, and None where two readings are as good ("10/11").
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain.hours import offsets

LONGEST_TEXT = 80
_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_NAMES = (
    *("mon monday", "tue tues tuesday", "wed wednesday", "thu thur thurs thursday"),
    *("fri friday", "sat saturday", "sun sunday"),
)
_WEEKDAYS = {name: number for number, names in enumerate(_NAMES) for name in names.split()}
_SATURDAY = 5
_FAR_OFF = timedelta(days=3660)
"""Nobody means a day ten years from now, and calendars do not go on for ever."""
_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 22)}
_NOON, _DAWN = 12, 7
_CLOCK = re.compile(
    r"\b(?:at )?(?:(?P<hour>\d{1,2}):(?P<minute>\d{2}) ?(?P<half>[ap]m)?"
    r"|(?P<round>\d{1,2}) ?(?P<with>[ap]m)|(?P<noon>noon))\b"
    r"|\bat (?P<bare>\d{1,2})\b"
)
_PART = re.compile(r"\b(?:in the )?(morning|afternoon|evening)\b")
_SOON = re.compile(r"in (?P<many>\d{1,4}|an?) ?(?P<unit>minute|min|hour|h)s?")
_FILLING = re.compile(r"\b(?:on|the|o'clock)\b|[,.!?]+(?= |$)")


@dataclass(frozen=True)
class When:
    """A moment, with ``has_time`` and no length, or a stretch to look in: a day, a morning, a week. Times are UTC."""

    start: datetime
    end: datetime
    has_time: bool


def parsed(text: str, now: datetime, zone: str) -> When | None:
    """What somebody there means by it; None if that is not clear.

    A clock time that the day skips, as clocks leap forward, is the moment of the leap; one that comes twice is the
    first. Without a day it is the next such time; a date without a year is the next such date.
    """
    if len(text) > LONGEST_TEXT:
        return None
    said = " ".join(_FILLING.sub(" ", text.lower()).split())
    here = _Here(now, zone)
    readings: tuple[Callable[[str], When | None], ...] = (here.iso, here.soon, here.week, here.clock, here.part)
    for reading in (*readings, here.day):
        try:
            found = reading(said)
        except (ValueError, OverflowError):  # there is no 25 o'clock, and no year 10,000
            return None
        if found:
            return found if abs(found.start - now) < _FAR_OFF else None
    return None


class _Here:
    """Now, on somebody's wall."""

    def __init__(self, now: datetime, zone: str) -> None:
        self._now = now.astimezone(UTC)
        self._zone = ZoneInfo(zone)
        self._today = now.astimezone(self._zone).date()

    def iso(self, said: str) -> When | None:
        """2026-12-01, 2026-12-01 09:30, and with an offset."""
        if not re.match(r"\d{4}-\d\d-\d\d", said):
            return None
        found = datetime.fromisoformat(said.upper())
        if len(said) == len("2026-12-01"):
            return self._days(found.date())
        return _moment(found.astimezone(UTC) if found.tzinfo else self._at(found.date(), found.time()))

    def soon(self, said: str) -> When | None:
        """Hours and minutes are those that pass, whatever the clocks do meanwhile."""
        if said == "now":
            return _moment(self._now)
        told = _SOON.fullmatch(said)
        if not told:
            return None
        many = int(told["many"]) if told["many"].isdigit() else 1
        return _moment(self._now + many * timedelta(**{"hours" if told["unit"][0] == "h" else "minutes": 1}))

    def week(self, said: str) -> When | None:
        """A whole one, or what is left of it."""
        monday = self._today - self._today.weekday() * _DAY
        weeks = {
            "this week": (self._today, monday + _WEEK),
            "next week": (monday + _WEEK, monday + 2 * _WEEK),
            "next weekend": (monday + _WEEK + _SATURDAY * _DAY, monday + 2 * _WEEK),
        }
        weekend = (max(self._today, monday + _SATURDAY * _DAY), monday + _WEEK)
        weeks |= {"weekend": weekend, "this weekend": weekend}
        return self._days(*weeks[said]) if said in weeks else None

    def clock(self, said: str) -> When | None:
        """A time, and perhaps a day around it."""
        told = _CLOCK.search(said)
        if not told:
            return None
        at = _time(told)
        rest = f"{said[: told.start()]} {said[told.end() :]}".strip()
        return self._on(rest, lambda day: _moment(self._at(day, at)))

    def part(self, said: str) -> When | None:
        """A part of a day."""
        said = said.replace("tonight", "today evening")
        told = _PART.search(said)
        if not told:
            return None
        first, last = _PARTS[told[1]]
        rest = f"{said[: told.start()]} {said[told.end() :]}".strip()
        rest = "today" if rest == "this" else rest
        return self._on(rest, partial(self._between, first=time(first), last=time(last)))

    def day(self, said: str) -> When | None:
        """A whole one, from midnight to midnight: on some days that is 23 or 25 hours."""
        day = self._date(said)
        return self._days(day) if day else None

    def _on(self, rest: str, made: Callable[[date], When]) -> When | None:
        """What is made of a day's name; of a weekday or of no name, the next that is not over."""
        day = self._date(rest) if rest else self._today
        if day is None:
            return None
        found = made(day)
        over = found.end <= self._now and not (found.has_time and found.end == self._now)
        if over and not rest:
            return made(day + _DAY)
        return made(day + _WEEK) if over and rest in _WEEKDAYS else found

    def _date(self, said: str) -> date | None:
        words = said.split()
        named = [_WEEKDAYS[word] for word in words if word in _WEEKDAYS]
        rest = " ".join(word for word in words if word not in _WEEKDAYS)
        if not named:
            return self._spelt(said)
        ahead = named[0] - self._today.weekday()
        if rest in {"next", "next week"}:
            return self._today + ahead * _DAY + _WEEK
        if rest in {"", "this", "this week", "coming"}:
            return self._today + ahead % 7 * _DAY
        day = self._spelt(rest)
        return day if day and day.weekday() == named[0] else None

    def _spelt(self, said: str) -> date | None:
        """By dateparser, for which "future" is after the day it starts from: a date may be today's."""
        relative = _read(said, "relative-time", self._today)
        if relative:
            return relative
        both = {_read(said, "absolute-time", self._today - _DAY, order=order) for order in ("DMY", "MDY")}
        return both.pop() if len(both) == 1 else None

    def _at(self, day: date, at: time) -> datetime:
        moment = datetime.combine(day, at, self._zone).astimezone(UTC)
        if moment.astimezone(self._zone).time() == at:
            return moment
        *_, (leap, _, _) = offsets(self._zone.key, (moment - _DAY).timestamp(), moment.timestamp() + 1)
        return datetime.fromtimestamp(leap, UTC)

    def _between(self, day: date, first: time, last: time) -> When:
        return When(self._at(day, first), self._at(day, last), has_time=False)

    def _days(self, first: date, last: date | None = None) -> When:
        return When(self._at(first, time()), self._at(last or first + _DAY, time()), has_time=False)


def _moment(moment: datetime) -> When:
    return When(moment, moment, has_time=True)


def _time(told: "re.Match[str]") -> time:
    if told["noon"]:
        return time(_NOON)
    hour, minute = int(told["hour"] or told["round"] or told["bare"]), int(told["minute"] or 0)
    half = told["half"] or told["with"]
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError(f"There is no {hour} {half}.")
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    elif told["bare"] and hour < _DAWN:
        hour += _NOON  # "at 3" is the afternoon's; who means the night's says 03:00
    return time(hour, minute)


def _read(said: str, parser: str, base: date, *, order: str = "DMY") -> date | None:
    # Imported late: it takes 0.1 s warm and 0.4 s cold, which a start would pay and few commands need.
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]  # it ships none

    settings = {
        "RELATIVE_BASE": datetime.combine(base, time()),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": order,
        "PARSERS": [parser],
        "REQUIRE_PARTS": ["day", "month"],
        "RETURN_TIME_AS_PERIOD": True,
    }
    found = DateDataParser(languages=["en"], settings=settings).get_date_data(said)
    moment: datetime | None = found.date_obj
    # With a zone, or a time that we have not read ourselves, it says more than a day.
    return None if moment is None or moment.tzinfo or found.period == "time" else moment.date()

"""Two other ways to the same slots: every slot against every busy time, and sets of intervals by ``portion``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import portion  # type: ignore[import-untyped]  # it ships none

from bot.domain.availability import Diary, slots
from bot.domain.hours import MINUTES, Rules
from bot.domain.intervals import Interval

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
CALENDARS = 5
_ZONES = ("Europe/London", "Europe/Berlin", "Europe/Lisbon", "Africa/Lagos", "Europe/Athens", "America/Sao_Paulo")
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """When can they meet? Clocks change meanwhile, but at night."""

    diaries: tuple[Diary, ...]
    end: datetime
    start: datetime = MONDAY
    now: datetime = MONDAY - 2 * _DAY
    length: timedelta = timedelta(minutes=30)
    step: timedelta = timedelta(minutes=30)

    @classmethod
    def of(cls, people: int, days: int) -> "Question":
        """The same for everybody who asks: each calendar has an event on every other working day."""
        chance = Random(6)  # noqa: S311 - the same events in every run
        week = (((8 * 60, 12 * 60), (13 * 60, 18 * 60)),) * 5 + ((),) * 2
        made = []
        for number in range(people):
            zone = _ZONES[number % len(_ZONES)]
            rules = Rules(zone, week, buffer_after=timedelta(minutes=5), horizon=timedelta(days=days + 1))
            made.append(Diary(rules, [event for _ in range(CALENDARS) for event in _calendar(chance, days)]))
        return cls(tuple(made), MONDAY + days * _DAY)


def ours(asked: Question) -> list[datetime]:
    """Numbers, sorted once and swept."""
    found = slots(asked.diaries, start=asked.start, end=asked.end, now=asked.now, length=asked.length, step=asked.step)
    return [slot.start for slot in found]


def loop(asked: Question) -> list[datetime]:
    """What one writes first: each time of the grid, each person, each of their busy times."""
    return [
        start
        for start in _within(asked.start, asked.end, asked)
        if all(_is_free(diary, start, start + asked.length, asked.now) for diary in asked.diaries)
    ]


def by_portion(asked: Question) -> list[datetime]:
    """Everybody's free time as a set of intervals, and what they have in common."""
    common = portion.closedopen(asked.start, asked.end)
    for diary in asked.diaries:
        rules = diary.rules
        hours = portion.Interval(*(portion.closedopen(*each) for each in _windows(rules, asked)))
        busy = portion.Interval(
            *(
                portion.closedopen(each.start - rules.buffer_after, each.end + rules.buffer_before)
                for each in diary.busy
            )
        )
        notice = portion.closedopen(asked.now + rules.notice, asked.now + rules.horizon)
        common &= (hours & notice) - busy
    return [start for each in common for start in _within(each.lower, each.upper, asked)]


def _calendar(chance: Random, days: int) -> Iterator[Interval]:
    for number in range(days):
        day = MONDAY + number * _DAY
        if day.weekday() < 5 and chance.random() < 1 / 2:
            start = day + chance.randrange(6 * 12, 18 * 12) * 5 * _MINUTE
            yield Interval(start, start + chance.choice((15, 25, 30, 30, 45, 60)) * _MINUTE)


def _within(start: datetime, end: datetime, asked: Question) -> Iterator[datetime]:
    """The multiples of the step; in these zones the hours are full in UTC as well."""
    start += -(start - _EPOCH) % asked.step
    while start + asked.length <= end:
        yield start
        start += asked.step


def _windows(rules: Rules, asked: Question) -> Iterator[tuple[datetime, datetime]]:
    """The working hours, day by day."""
    zone = ZoneInfo(rules.zone)
    day = asked.start.astimezone(zone).date()
    while day <= asked.end.astimezone(zone).date():
        for first, last in rules.week[day.weekday()]:
            start, end = (
                datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC) for minute in (first, last)
            )
            if max(start, asked.start) < min(end, asked.end):
                yield max(start, asked.start), min(end, asked.end)
        day += _DAY


def _is_free(diary: Diary, start: datetime, end: datetime, now: datetime) -> bool:
    rules = diary.rules
    if start < now + rules.notice or end > now + rules.horizon:
        return False
    first, last = start - rules.buffer_before, end + rules.buffer_after
    return _works(rules, start, end) and not any(each.start < last and first < each.end for each in diary.busy)


def _works(rules: Rules, start: datetime, end: datetime) -> bool:
    zone = ZoneInfo(rules.zone)
    local, until = start.astimezone(zone), end.astimezone(zone)
    first, last = local.hour * 60 + local.minute, until.hour * 60 + until.minute or MINUTES
    return any(opens <= first and last <= closes for opens, closes in rules.week[local.weekday()])


FINDERS = {"ours": ours, "portion": by_portion, "loop": loop}


def agreed(asked: Question) -> Sequence[datetime]:
    """The slots that all of them find; AssertionError if they differ, for then there is nothing to compare."""
    found = {name: finder(asked) for name, finder in FINDERS.items()}
    for name, theirs in found.items():
        if theirs != found["ours"]:
            raise AssertionError(f"{name} finds {len(theirs)} slots and we {len(found['ours'])}.")
    return found["ours"]

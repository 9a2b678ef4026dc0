"""T16: every zone, every change of its clock from 2026 to 2028; slots, working hours and whole days around it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.domain.appointments import OpenSlot, is_on_grid
from bot.domain.availability import Diary, slots
from bot.domain.hours import DEFAULT, MINUTES, Rules, Week
from bot.domain.when import parsed
from tests.domain.slow_slots import slow_slots
from tests.proofs.scale import size

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
AROUND = 7 * HOUR
ALWAYS: Week = (((0, MINUTES),),) * 7
TELLING = (
    *("Australia/Lord_Howe", "Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"),
    *("America/Santiago", "America/Havana", "Africa/Casablanca"),  # at midnight, from 1 to 0 o'clock, twice a year more
)
"""By half an hour, usual, usual, none, none any more."""


def zones() -> list[str]:
    """All of them at full size; else those that are known to be strange, and a few more."""
    others = sorted(available_timezones() - set(TELLING))
    return [*TELLING, *Random(16).sample(others, min(len(others), size(len(others))))]  # noqa: S311 - a sample


def changes(zone: ZoneInfo) -> list[datetime]:
    """When its clock changes, found by looking at every quarter of an hour; or a day without, if it never does."""
    quarters = [FIRST + number * 15 * MINUTE for number in range((LAST - FIRST) // (15 * MINUTE))]
    offsets = [(each, each.astimezone(zone).utcoffset()) for each in quarters]
    return [after for (_, one), (after, other) in pairwise(offsets) if one != other] or [
        datetime(2027, 1, 1, tzinfo=UTC)
    ]


def weeks(chance: Random) -> Iterator[Week]:
    """The whole day, the usual hours, and windows with their edges anywhere."""
    yield ALWAYS
    yield DEFAULT.week
    edges = sorted(chance.sample(range(0, MINUTES + 1, 5), 8))
    yield (tuple(zip(edges[::2], edges[1::2], strict=True)),) * 7


@pytest.mark.parametrize("name", zones())
def test_around_every_change_of_the_clock(name: str) -> None:
    zone, chance = ZoneInfo(name), Random(name)  # noqa: S311 - the same hours in every run
    for change in changes(zone):
        for week in weeks(chance):
            rules = replace(DEFAULT, zone=name, week=week)
            length, step = (chance.choice((5, 15, 30, 45, 60, 90)) * MINUTE for _ in range(2))
            found = asked(rules, change, length, step)
            expected = slow_slots([Diary(rules, ())], *window(change), change - DAY, length, step)
            assert [slot.start for slot in found] == expected
            assert all(slot.end - slot.start == length and is_on_grid(slot.start) for slot in found)
        clock_is_kept(zone, change)
        for day in (change - DAY, change, change + DAY):
            day_is_whole(zone, day.astimezone(zone).date())


def window(change: datetime) -> tuple[datetime, datetime]:
    return change - AROUND, change + AROUND


def asked(rules: Rules, change: datetime, length: timedelta, step: timedelta) -> tuple[OpenSlot, ...]:
    start, end = window(change)
    return slots([Diary(rules, ())], start=start, end=end, now=change - DAY, length=length, step=step)


def clock_is_kept(zone: ZoneInfo, change: datetime) -> None:
    """Somebody who always works is never offered a time that the clock skips, and twice what it shows twice."""
    found = asked(replace(DEFAULT, zone=zone.key, week=ALWAYS), change, 5 * MINUTE, 5 * MINUTE)
    assert len(found) == 2 * AROUND // (5 * MINUTE)
    walls = Counter(slot.start.astimezone(zone).replace(tzinfo=None) for slot in found)
    before, after = ((change - HOUR).astimezone(zone).utcoffset(), change.astimezone(zone).utcoffset())
    assert before is not None
    assert after is not None
    plain = change.replace(tzinfo=None)
    skipped = {plain + before + step for step in five_minutes(after - before)}
    twice = {plain + after + step for step in five_minutes(before - after)}
    assert not skipped & set(walls)
    assert {wall for wall, times in walls.items() if times > 1} == twice


def five_minutes(length: timedelta) -> Iterator[timedelta]:
    return (number * 5 * MINUTE for number in range(length // (5 * MINUTE)))


def day_is_whole(zone: ZoneInfo, day: date) -> None:
    """All day is from its first minute to the next day's first, be that 23, 24 or 25 hours."""
    around = datetime(day.year, day.month, day.day, tzinfo=UTC)
    quarters = (around + number * 15 * MINUTE for number in range(-24 * 4, 48 * 4))
    inside = [each for each in quarters if each.astimezone(zone).date() == day]
    found = parsed(day.isoformat(), FIRST, zone.key)
    assert found
    assert (found.start, found.end) == (inside[0], inside[-1] + 15 * MINUTE)
    assert found.end - found.start == len(inside) * 15 * MINUTE

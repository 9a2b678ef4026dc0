"""What a slot is, said slowly: every five minutes, every person, every minute. Ours are held against it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.availability import Diary

MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slow_slots(
    required: Sequence[Diary], start: datetime, end: datetime, now: datetime, length: timedelta, step: timedelta
) -> list[datetime]:
    """When they begin."""
    zone = ZoneInfo(required[0].rules.zone)
    return [
        moment
        for moment in _grid(start, end)
        if moment + length <= end
        and _since_midnight(moment, zone) % step == timedelta()
        and all(is_open(diary, moment, moment + length, now) for diary in required)
    ]


def is_open(diary: Diary, start: datetime, end: datetime, now: datetime) -> bool:
    """Whether this person can be booked for exactly that time."""
    rules = diary.rules
    if start < now + rules.notice or end > now + rules.horizon:
        return False
    first, last = start - rules.buffer_before, end + rules.buffer_after
    if any(first < busy.end and busy.start < last for busy in (*diary.busy, *diary.unknown) if busy.start < busy.end):
        return False
    zone = ZoneInfo(rules.zone)
    return all(_works(rules.week, moment.astimezone(zone)) for moment in _minutes(start, end))


def _works(week: Sequence[Sequence[tuple[int, int]]], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return any(first <= minute < last for first, last in week[local.weekday()])


def _since_midnight(moment: datetime, zone: ZoneInfo) -> timedelta:
    local = moment.astimezone(zone)
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += MINUTE


def _grid(start: datetime, end: datetime) -> Iterator[datetime]:
    moment = start - (start - _EPOCH) % (5 * MINUTE)
    while moment < end:
        if moment >= start:
            yield moment
        moment += 5 * MINUTE

"""Slots that everybody can make, held against a slow oracle; and why a time is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.appointments import OpenSlot, is_on_grid
from bot.domain.availability import Block, Diary, Kind, ranked, slots, why
from bot.domain.hours import DEFAULT, MINUTES, Rules
from bot.domain.intervals import Interval
from tests.domain.slow_slots import is_open, slow_slots

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
LONG_AGO = MONDAY - 7 * DAY
ADA = replace(DEFAULT, zone="Europe/London")
ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Seoul")


def span(first: str, last: str, day: datetime = MONDAY) -> Interval:
    """Between two clock times of that day, in UTC."""
    hours = [[int(part) for part in each.split(":")] for each in (first, last)]
    return Interval(*(day + timedelta(hours=hour, minutes=minute) for hour, minute in hours))


def starts(diaries: Sequence[Diary], zone: str = "UTC", **told: Any) -> list[str]:
    """Monday's slots of half an hour, by their beginnings on that zone's clock."""
    asked = {"start": MONDAY, "end": MONDAY + DAY, "now": LONG_AGO, "length": 30 * MINUTE, **told}
    return [f"{each.start.astimezone(ZoneInfo(zone)):%H:%M}" for each in slots(diaries, **asked)]


def test_an_empty_day_is_open_from_nine_to_five() -> None:
    assert starts([Diary(ADA, ())]) == [f"{hour:02}:{minute}" for hour in range(9, 17) for minute in ("00", "30")]


def test_what_touches_is_no_conflict_and_buffers_are_kept_on_their_sides() -> None:
    busy = (span("09:00", "12:00"), span("13:30", "17:00"))
    assert starts([Diary(ADA, busy)]) == ["12:00", "12:30", "13:00"]
    before = replace(ADA, buffer_before=30 * MINUTE)
    assert starts([Diary(before, busy)]) == ["12:30", "13:00"]
    after = replace(ADA, buffer_after=30 * MINUTE)
    assert starts([Diary(after, busy)]) == ["12:00", "12:30"]


def test_unknown_time_is_never_free() -> None:
    assert starts([Diary(ADA, (), unknown=(span("00:00", "16:00"),))]) == ["16:00", "16:30"]


def test_notice_and_horizon() -> None:
    rules = replace(ADA, notice=2 * HOUR, horizon=5 * HOUR)
    assert starts([Diary(rules, ())], now=MONDAY + 10 * HOUR + MINUTE) == ["12:30", "13:00", "13:30", "14:00", "14:30"]


def test_people_meet_where_their_days_do() -> None:
    """London's afternoon is New York's morning; with Seoul there is nothing."""
    london, york, seoul = (
        Diary(replace(ADA, zone=zone), ()) for zone in ("Europe/London", "America/New_York", "Asia/Seoul")
    )
    assert starts([london, york], length=HOUR) == ["14:00", "14:30", "15:00", "15:30", "16:00"]
    assert starts([london, york, seoul]) == []


def test_they_begin_on_the_hour_in_kathmandu_too() -> None:
    rules = replace(ADA, zone="Asia/Kathmandu")
    found = starts([Diary(rules, ())], "Asia/Kathmandu", step=HOUR)
    assert found[:2] == ["09:00", "10:00"]
    assert starts([Diary(rules, ())])[0] == "03:15", "which is a quarter past in UTC"


def test_a_step_that_does_not_divide_the_day_starts_anew_at_midnight() -> None:
    rules = replace(ADA, week=(((0, MINUTES),),) * 7)
    found = starts([Diary(rules, ())], end=MONDAY + 2 * DAY, step=7 * HOUR)
    assert found == ["00:00", "07:00", "14:00", "21:00"] * 2


def test_who_always_works_can_meet_over_midnight() -> None:
    rules = replace(ADA, week=(((0, MINUTES),),) * 7)
    sunday = MONDAY + 6 * DAY  # the week's own midnight is no other
    for day in (MONDAY, sunday):
        start, end = day + 22 * HOUR, day + 26 * HOUR
        found = starts([Diary(rules, ())], start=start, end=end, length=2 * HOUR, step=HOUR)
        assert found == ["22:00", "23:00", "00:00"]


def test_optional_people_are_counted_and_rank() -> None:
    free, morning, never = Diary(ADA, ()), Diary(ADA, (span("11:00", "17:00"),)), Diary(ADA, (span("00:00", "23:00"),))
    found = slots(
        [free], start=MONDAY, end=MONDAY + DAY, now=LONG_AGO, length=HOUR, step=HOUR, optional=[morning, never]
    )
    assert [each.optional for each in found] == [1, 1, 0, 0, 0, 0, 0, 0]
    late = OpenSlot(MONDAY + 20 * HOUR, MONDAY + 21 * HOUR, optional=2)
    assert ranked([*reversed(found), late]) == (late, *found)


@pytest.mark.parametrize(
    "told",
    [
        {"length": timedelta()},
        {"length": -HOUR},
        {"length": 7 * MINUTE},
        {"length": 25 * HOUR},
        {"step": timedelta()},
        {"step": 12 * MINUTE},
        {"start": MONDAY.replace(tzinfo=None)},
        {"optional": [Diary(ADA, ())] * 20},
    ],
)
def test_strange_questions_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"whole five minutes|time zone|people"):
        starts([Diary(ADA, ())], **told)
    with pytest.raises(ValueError, match="people"):
        starts([])


minutes = st.integers(-24 * 60, 24 * 60)
spans = st.lists(
    st.tuples(minutes, st.integers(0, 300), st.integers(0, 59)).map(
        lambda told: Interval(
            MONDAY + timedelta(minutes=told[0], seconds=told[2]),
            MONDAY + timedelta(minutes=told[0] + told[1], seconds=59),
        )
    ),
    max_size=4,
)
fives = st.integers(0, 6).map(lambda number: number * 5 * MINUTE)
rules = st.builds(
    Rules,
    zone=st.sampled_from(ZONES),
    week=st.sampled_from([(((0, MINUTES),),) * 7, (((0, 400), (500, 1440)),) * 7, (((430, 1125),),) * 5 + ((),) * 2]),
    buffer_before=fives,
    buffer_after=fives,
    notice=fives,
    horizon=st.integers(1, 60).map(lambda hours: hours * HOUR),
)
diaries = st.builds(Diary, rules=rules, busy=spans, unknown=st.one_of(st.just(()), spans))
steps = st.sampled_from([5, 15, 25, 30, 45, 60, 420]).map(lambda number: number * MINUTE)
property_of_slots = settings(max_examples=40, derandomize=True, deadline=None, database=None)


@property_of_slots
@given(st.lists(diaries, min_size=1, max_size=3), st.lists(diaries, max_size=2), minutes, minutes, steps, steps)
def test_slots_are_what_the_slow_oracle_finds(
    required: list[Diary], optional: list[Diary], first: int, now: int, length: timedelta, step: timedelta
) -> None:
    start, at = MONDAY + first * MINUTE, MONDAY + now * MINUTE
    end = start + 20 * HOUR
    found = slots(required, start=start, end=end, now=at, length=length, step=step, optional=optional)
    assert [each.start for each in found] == slow_slots(required, start, end, at, length, step)
    for slot in found:
        assert slot.end - slot.start == length
        assert is_on_grid(slot.start)
        assert slot.optional == sum(is_open(each, slot.start, slot.end, at) for each in optional)


@property_of_slots
@given(diaries, minutes, minutes, st.integers(1, 40))
def test_there_is_a_reason_exactly_where_there_is_no_slot(diary: Diary, first: int, now: int, fives: int) -> None:
    start, at = MONDAY + first * MINUTE, MONDAY + now * MINUTE
    end = start + fives * 5 * MINUTE
    half = len(diary.busy) // 2
    reasons = why(diary, start, end, at, sources=[("Work", diary.busy[:half])])
    assert is_open(diary, start, end, at) == (reasons == ())


def test_why_names_every_reason_and_its_calendar() -> None:
    diary = Diary(
        replace(ADA, buffer_before=15 * MINUTE, buffer_after=15 * MINUTE),
        busy=(span("16:00", "16:45"), span("16:50", "17:00"), span("18:10", "19:00"), span("17:00", "17:30")),
        unknown=(span("00:00", "23:00"),),
    )
    work, home, ours = diary.busy[:1], diary.busy[1:3], diary.busy[3:]
    sources = [("Work", work), ("Home", home)]
    found = why(diary, *_ends(span("16:30", "18:00")), MONDAY + 16 * HOUR, sources=sources, appointments=ours)
    assert found == (
        _block(Kind.OUTSIDE_HOURS, None, "17:00", "18:00"),
        _block(Kind.TOO_SOON, None, "16:30", "17:00"),
        _block(Kind.BUSY, "Work", "16:00", "16:45"),
        _block(Kind.BUSY, "Home", "16:50", "17:00"),
        _block(Kind.BUFFER, "Home", "18:10", "19:00"),
        _block(Kind.APPOINTMENT, None, "17:00", "17:30"),
        _block(Kind.UNKNOWN, None, "00:00", "23:00"),
    )
    far = why(Diary(ADA, ()), *_ends(span("10:00", "11:00")), MONDAY - 70 * DAY, sources=[])
    assert far == (_block(Kind.TOO_FAR, None, "10:00", "11:00"),)


def _ends(one: Interval) -> tuple[datetime, datetime]:
    return one.start, one.end


def _block(kind: Kind, source: str | None, first: str, last: str) -> Block:
    return Block(kind, source, *_ends(span(first, last)))

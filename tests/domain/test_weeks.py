"""Days of a zone's calendar, whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.intervals import Interval
from bot.domain.weeks import Week, shown_days, stretches

MONDAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)
ZONES = ("Europe/Lisbon", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "America/St_Johns")


@given(st.sampled_from(ZONES), st.dates(date(2005, 1, 1), date(2030, 1, 1)), st.integers(0, 36 * 60))
def test_a_moment_belongs_to_the_day_and_the_time_that_the_wall_shows(zone: str, day: date, minutes: int) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
    wall = moment.astimezone(ZoneInfo(zone))
    (found,) = [part for part in stretches(wall.date(), zone) if part.time.start <= moment < part.time.end]
    shown = found.wall + (moment - found.time.start)
    assert shown == timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)


def test_days_of_one_stretch_of_two_and_of_none() -> None:
    def walls(zone: str, day: date) -> list[tuple[float, float]]:
        return [(part.wall / HOUR, part.wall_end / HOUR) for part in stretches(day, zone)]

    assert walls("Asia/Seoul", date(2027, 1, 1)) == [(0, 24)]
    assert walls("Europe/London", date(2026, 3, 29)) == [(0, 1), (2, 24)]
    assert walls("Europe/London", date(2026, 10, 25)) == [(0, 2), (1, 24)]
    assert walls("Australia/Lord_Howe", date(2026, 10, 4)) == [(0, 2), (2.5, 24)]
    assert walls("America/Havana", date(2026, 3, 8)) == [(1, 24)]
    assert walls("Pacific/Apia", date(2011, 12, 30)) == []


def test_the_weekend_is_shown_when_something_is_there() -> None:
    def on(day: int) -> list[Interval]:
        start = datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=day)
        return [Interval(start, start + HOUR)]

    shown = {day: len(shown_days(MONDAY + timedelta(days=3), "Europe/Lisbon", on(day))) for day in (-1, 0, 4, 5, 6, 7)}
    assert shown == {-1: 5, 0: 5, 4: 5, 5: 6, 6: 7, 7: 5}
    assert shown_days(MONDAY + timedelta(days=6), "Asia/Seoul", [])[0] == MONDAY


@pytest.mark.parametrize(
    "days",
    [
        [],
        [MONDAY + timedelta(days=day) for day in range(4)],
        [MONDAY + timedelta(days=day) for day in range(8)],
        [MONDAY + timedelta(days=day) for day in range(1, 6)],
        [MONDAY + timedelta(days=day) for day in (0, 1, 2, 3, 5)],
    ],
    ids=["none", "four", "eight", "from Tuesday", "with a gap"],
)
def test_other_weeks_are_refused(days: list[date]) -> None:
    with pytest.raises(ValueError, match="from its Monday"):
        Week("", "Europe/Lisbon", days, [], [], [])


def test_other_zones_are_refused() -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        Week("", "Europe/Lisbonne", shown_days(MONDAY, "UTC", []), [], [], [])

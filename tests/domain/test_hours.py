"""Working hours, held against the clock on the wall, minute by minute; and rules, refused with reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.hours import DEFAULT, MINUTES, Rules, RulesRefused, Week, working

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ALWAYS: Week = (((0, MINUTES),),) * 7


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(rules: Rules, day: str, hours: int = 30) -> list[str]:
    """The working hours that begin on that day, as its zone writes them."""
    zone = ZoneInfo(rules.zone)
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    found = working(rules, midnight, midnight + hours * HOUR)
    return [f"{each.start.astimezone(zone):%H:%M%z} {each.end.astimezone(zone):%H:%M%z}" for each in found]


def week(*windows: tuple[int, int]) -> Week:
    return (windows,) * 7


@pytest.mark.parametrize(
    ("zone", "day", "windows", "expected"),
    [
        ("Europe/London", "2026-11-23", ((540, 1020),), ["09:00+0000 17:00+0000"]),
        # 01:00 to 02:00 does not exist: what begins in it begins after it, what lies in it is not
        ("Europe/London", "2026-03-29", ((90, 180),), ["02:00+0100 03:00+0100"]),
        ("Europe/London", "2026-03-29", ((60, 120),), []),
        # 01:00 to 02:00 comes twice
        ("Europe/London", "2026-10-25", ((60, 120),), ["01:00+0100 02:00+0000"]),
        ("Europe/London", "2026-10-25", ((90, 120),), ["01:30+0100 01:00+0000", "01:30+0000 02:00+0000"]),
        # by half an hour
        ("Australia/Lord_Howe", "2026-10-04", ((120, 150), (150, 180)), ["02:30+1100 03:00+1100"]),
        # at midnight, which the day then does not have
        ("America/Santiago", "2026-09-06", ((0, 120),), ["01:00-0300 02:00-0300"]),
        ("Asia/Kathmandu", "2026-11-23", ((540, 1020),), ["09:00+0545 17:00+0545"]),
    ],
)
def test_the_clock_on_the_wall_decides(
    zone: str, day: str, windows: tuple[tuple[int, int], ...], expected: list[str]
) -> None:
    assert told(Rules(zone, week(*windows)), day, hours=20) == expected


def test_twenty_four_hours_a_day_are_one_stretch() -> None:
    start, end = at("2026-10-20"), at("2027-04-02")  # over two changes of the clock, and a new year
    (all_of_it,) = working(Rules("Europe/London", ALWAYS), start, end)
    assert (all_of_it.start, all_of_it.end) == (start, end)


def test_weekends_are_free_unless_somebody_says_otherwise() -> None:
    rules = replace(DEFAULT, zone="Asia/Seoul")
    found = working(rules, at("2026-11-21"), at("2026-11-28"))
    assert [each.start.astimezone(ZoneInfo(rules.zone)).isoweekday() for each in found] == [1, 2, 3, 4, 5]


ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Santiago", "Africa/Cairo")
windows = st.lists(st.integers(0, 48), max_size=4, unique=True).map(
    lambda ends: tuple(
        tuple(sorted(pair)) for pair in zip(*[iter(sorted(each * 30 for each in ends))] * 2, strict=False)
    )
)
weeks = st.lists(windows, min_size=7, max_size=7).map(tuple)


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(st.sampled_from(ZONES), weeks, st.integers(0, 2 * 365 * 24), st.integers(1, 40))
def test_a_minute_belongs_to_them_if_the_clock_says_so(zone: str, week: Any, hour: int, length: int) -> None:
    start = at("2026-01-01") + hour * HOUR
    rules = Rules(zone, week)
    found = working(rules, start, start + length * HOUR)
    for number in range(0, length * 60, 15):
        moment = start + number * MINUTE
        local = moment.astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        assert any(each.start <= moment < each.end for each in found) == any(
            first <= minute < last for first, last in week[local.weekday()]
        )


def test_rules_are_the_same_after_storage() -> None:
    rules = replace(DEFAULT, zone="Asia/Seoul", buffer_after=10 * MINUTE)
    assert Rules.from_json(rules.to_json()) == rules


@pytest.mark.parametrize(
    "change",
    [
        {"zone": "Mars/Olympus"},
        {"zone": None},
        {"week": [[]] * 6},
        {"week": [[[540, "1020"]]] + [[]] * 6},
        {"week": [[[540, 1020.0]]] + [[]] * 6},
        {"week": None},
        {"notice": True},
        {"notice": 10**12},
        {"length": 0},
        {"more": 1},
    ],
)
def test_a_strange_row_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no rules|time zone|seven days|whole five|between"):
        Rules.from_json({**DEFAULT.to_json(), **change})


def test_every_field_has_its_sentence() -> None:
    minute = timedelta(minutes=1)
    wrong = {"buffer_before": -minute, "notice": 31 * DAY, "horizon": minute, "length": 7 * minute, "step": timedelta()}
    with pytest.raises(RulesRefused) as refused:
        Rules.checked("Nowhere", [[(600, 540)], *[[]] * 6], **wrong)
    assert set(refused.value.problems) == {"zone", "week", *wrong}
    assert refused.value.problems["length"] == "The length of appointments has to be whole five minutes."
    with pytest.raises(RulesRefused, match="Tuesday: the working hours touch or overlap"):
        Rules.checked("UTC", [[], [(540, 720), (700, 800)], *[[]] * 5])


def test_notice_that_leaves_no_time_to_book_is_refused_when_it_is_typed_and_read_when_it_is_stored() -> None:
    never = Rules("UTC", DEFAULT.week, notice=14 * DAY, horizon=7 * DAY)
    with pytest.raises(RulesRefused, match="nobody could ever book you") as refused:
        Rules.checked("UTC", DEFAULT.week, notice=never.notice, horizon=never.horizon)
    assert set(refused.value.problems) == {"notice"}
    assert Rules.from_json(never.to_json()) == never


def test_windows_may_be_typed_in_any_order() -> None:
    assert Rules.checked("UTC", [[(780, 1020), (540, 720)], *[[]] * 6]).week[0] == ((540, 720), (780, 1020))

"""What people type, and what they mean by it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.when import LONGEST_TEXT, parsed

ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
WEDNESDAY = datetime(2026, 11, 25, 10, 20)  # noqa: DTZ001 - on each zone's own wall


def told(text: str, zone: str = "Europe/London", now: datetime = WEDNESDAY) -> str | None:
    """What is understood, as the zone's clock shows it: a moment, or from and to."""
    place = ZoneInfo(zone)
    found = parsed(text, now.replace(tzinfo=place).astimezone(UTC), zone)
    if not found:
        return None
    assert found.start.tzinfo is found.end.tzinfo is UTC
    assert found.has_time == (found.start == found.end)
    ends = [f"{each.astimezone(place):%a %d %b %Y %H:%M}" for each in (found.start, found.end)]
    return " - ".join(dict.fromkeys(ends)).replace(" 2026", "").replace(" 00:00", "")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "Wed 25 Nov 10:20"),
        ("today", "Wed 25 Nov - Thu 26 Nov"),
        ("today 5pm", "Wed 25 Nov 17:00"),
        ("today at 9", "Wed 25 Nov 09:00"),  # is over, and was said all the same
        ("tomorrow", "Thu 26 Nov - Fri 27 Nov"),
        ("tomorrow 3pm", "Thu 26 Nov 15:00"),
        ("Tomorrow, at 3", "Thu 26 Nov 15:00"),
        ("tomorrow at 15:00", "Thu 26 Nov 15:00"),
        ("10am tomorrow", "Thu 26 Nov 10:00"),
        ("the day after tomorrow", "Fri 27 Nov - Sat 28 Nov"),
        ("noon", "Wed 25 Nov 12:00"),
        ("9:30", "Thu 26 Nov 09:30"),  # today's is over
        ("12am", "Thu 26 Nov"),
        ("friday", "Fri 27 Nov - Sat 28 Nov"),
        ("friday at 10", "Fri 27 Nov 10:00"),
        ("on Friday 10:00", "Fri 27 Nov 10:00"),
        ("10:00 on fri", "Fri 27 Nov 10:00"),
        ("wednesday", "Wed 25 Nov - Thu 26 Nov"),
        ("wednesday 9:00", "Wed 02 Dec 09:00"),
        ("this friday", "Fri 27 Nov - Sat 28 Nov"),
        ("next friday", "Fri 04 Dec - Sat 05 Dec"),
        ("next tuesday", "Tue 01 Dec - Wed 02 Dec"),
        ("tuesday next week at noon", "Tue 01 Dec 12:00"),
        ("this week", "Wed 25 Nov - Mon 30 Nov"),
        ("next week", "Mon 30 Nov - Mon 07 Dec"),
        ("weekend", "Sat 28 Nov - Mon 30 Nov"),
        ("next weekend", "Sat 05 Dec - Mon 07 Dec"),
        ("monday morning", "Mon 30 Nov 06:00 - Mon 30 Nov 12:00"),
        ("this afternoon", "Wed 25 Nov 12:00 - Wed 25 Nov 18:00"),
        ("tonight", "Wed 25 Nov 18:00 - Wed 25 Nov 22:00"),
        ("in 2 days", "Fri 27 Nov - Sat 28 Nov"),
        ("in two weeks", "Wed 09 Dec - Thu 10 Dec"),
        ("in 3 hours", "Wed 25 Nov 13:20"),
        ("in an hour", "Wed 25 Nov 11:20"),
        ("25 Nov", "Wed 25 Nov - Thu 26 Nov"),
        ("24 Nov", "Wed 24 Nov 2027 - Thu 25 Nov 2027"),
        ("30 Nov 14:30", "Mon 30 Nov 14:30"),
        ("mon 30 nov", "Mon 30 Nov - Tue 01 Dec"),
        ("nov 26 at 2pm", "Thu 26 Nov 14:00"),
        ("3rd of december 2027", "Fri 03 Dec 2027 - Sat 04 Dec 2027"),
        ("25/12", "Fri 25 Dec - Sat 26 Dec"),
        ("29 feb", "Tue 29 Feb 2028 - Wed 01 Mar 2028"),
        ("2026-12-01", "Tue 01 Dec - Wed 02 Dec"),
        ("2026-12-01 09:30", "Tue 01 Dec 09:30"),
        ("09:30 2026-12-01", "Tue 01 Dec 09:30"),
    ],
)
def test_it_is_understood_as_meant(text: str, meant: str, zone: str) -> None:
    assert told(text, zone) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", "banana", "hello 3", "may", "5", "the 3rd", "2027", "week", "EST", "half past three", "and friday"),
        *("tuesday 30 nov", "10/11", "31 nov", "2026-02-30", "25:00", "at 25", "13pm", "0am", "friday 10:00 EST"),
        *("friday 10:00 to 11:00", "in 999999999 days", "in 9999 years", "next 3pm", "2026-12-01 lunch", "1" * 500),
        *("9999-12-31", "0001-01-01"),
    ],
)
def test_what_is_not_clear_is_none(text: str) -> None:
    assert told(text) is None


def test_an_offset_is_taken_at_its_word() -> None:
    assert told("2026-12-01T09:30Z", "Asia/Kathmandu") == "Tue 01 Dec 15:15"


@pytest.mark.parametrize(
    ("text", "zone", "meant"),
    [
        ("29 mar 2026 01:30", "Europe/London", "2026-03-29T01:00"),  # there is none: when the clock leaps
        ("8 mar 2026 2:15", "America/New_York", "2026-03-08T07:00"),
        ("25 oct 2026 01:30", "Europe/London", "2026-10-25T00:30"),  # the first of two
    ],
)
def test_clock_times_that_are_skipped_or_come_twice(text: str, zone: str, meant: str) -> None:
    found = parsed(text, datetime(2026, 1, 1, tzinfo=UTC), zone)
    assert found
    assert f"{found.start:%Y-%m-%dT%H:%M}" == meant


def test_hours_that_pass_are_hours_whatever_the_clock_does() -> None:
    assert told("in 3 hours", now=datetime(2026, 3, 29, 0, 30)) == "Sun 29 Mar 04:30"  # noqa: DTZ001 - London's


def test_a_day_without_midnight_begins_later() -> None:
    assert told("2026-09-06", "America/Santiago") == "Sun 06 Sep 01:00 - Mon 07 Sep"


words = st.sampled_from(
    [
        *("next", "this", "in", "at", "on", "the", "2", "15", "99999", "10:00", "3pm", "fri", "week", "may", "nov"),
        *("days", "hours", "tomorrow", "morning", "/", "2026-12-01", "-", "ago", "utc", "noon", "century"),
    ]
)


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(st.one_of(st.lists(words, max_size=6).map(" ".join), st.text(max_size=LONGEST_TEXT + 1)))
def test_whatever_is_typed_there_is_an_answer(text: str) -> None:
    found = parsed(text, datetime(2026, 11, 25, tzinfo=UTC), "Europe/London")
    assert found is None or found.start <= found.end

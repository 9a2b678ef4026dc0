"""The week in words, for those who do not see it."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings

from bot.domain.weeks import Week
from bot.pictures.points import spanned
from bot.pictures.week_words import week_words
from tests.pictures.weeks import CASES, week, weeks


def test_the_proposal_and_then_the_days() -> None:
    told = week_words(week((0, 10, 11), (1, 0, 24), unknown=((2, 13, 24),), works_days=3, proposed=(0, 9, 9.5)))
    assert told == (
        "Ana's week, 23–27 Nov 2026, Lisbon time. Proposed: Mon 23 Nov, 09:00 to 09:30. "  # noqa: RUF001 - an en dash stands between days
        "Mon 23 Nov: free 09:00 to 10:00, 11:00 to 17:00; busy 10:00 to 11:00. "
        "Tue 24 Nov: nothing free; busy all day. "
        "Wed 25 Nov: free 09:00 to 13:00; not known 13:00 to 24:00. "
        "Thu 26 Nov: no working hours. Fri 27 Nov: no working hours."
    )


def test_days_in_a_row_say_nothing_twice() -> None:
    december, november = date(2026, 12, 30), date(2026, 11, 30)
    assert spanned(november, december) == "30 Nov – 30 Dec 2026"  # noqa: RUF001 - an en dash stands between days
    assert spanned(december, date(2027, 1, 3)) == "30 Dec 2026 – 3 Jan 2027"  # noqa: RUF001 - as above


def test_a_time_that_comes_twice_is_told_apart() -> None:
    autumn = CASES["clocks go back"]
    told = week_words(replace(autumn, working=[replace(autumn.working[6], start=autumn.busy[0].end)], busy=[]))
    assert "Sun 25 Oct: clocks back 1 h; free 01:30 to 08:00." in told
    spring = week_words(CASES["clocks go forward"])
    assert "Sun 29 Mar: clocks forward 1 h; free 00:00 to 00:30, 04:00 to 08:00; busy 00:30 to 04:00." in spring


def test_a_day_that_a_zone_skipped() -> None:
    assert "Fri 30 Dec: skipped by the calendar there." in week_words(CASES["a skipped day"])


@given(weeks())
@settings(deadline=None, max_examples=60)
def test_slack_takes_it(any_week: Week) -> None:
    assert len(week_words(any_week)) <= 2000


def test_a_packed_week_is_told_in_hours_where_times_would_be_too_many() -> None:
    packed = week_words(CASES["packed"])
    assert "busy 6 h 30 min" in packed
    every_ten = week(
        *((day, 8 + n / 6, 8 + n / 6 + 1 / 12) for day in range(7) for n in range(84)), days=7, title="A" * 999
    )
    told = week_words(every_ten)
    assert "free 4 h; busy 7 h" in told
    assert len(told) <= 2000

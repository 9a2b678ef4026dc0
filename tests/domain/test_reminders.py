"""When somebody is reminded: at once, then less and less, in their own working hours, then no more."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.health import EXPIRES_SOON, Cause
from bot.domain.reminders import due, is_reported, tomorrow, within_working_hours, within_working_hours_before

ZONES = [
    ZoneInfo(name)
    for name in (
        *("UTC", "Europe/London", "Europe/Lisbon", "America/New_York", "America/St_Johns", "Asia/Seoul"),
        *("Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "Africa/Casablanca"),
    )
]
DAY = timedelta(days=1)
LONG = [Cause.GRANT_DEAD, Cause.SESSION_EXPIRED, Cause.PERMISSION_MISSING]
SHORT = [Cause.CALENDAR_GONE, Cause.LOST_WRITE]
ONCE = [Cause.ADMIN_POLICY, Cause.SERVICE_OFF]
moments = st.timedeltas(timedelta(), 3650 * DAY).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later)
zones = st.sampled_from(ZONES)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_working_time(moment: datetime, zone: ZoneInfo) -> bool:
    """17 o'clock sharp counts: a warning may be sent no later."""
    local = moment.astimezone(zone)
    return local.weekday() <= 4 and time(9) <= local.time() <= time(17)


def ladder(cause: Cause, opened_at: datetime, zone: ZoneInfo, ends_at: datetime | None = None) -> list[datetime]:
    steps = (due(cause, step, opened_at, zone, ends_at) for step in count())
    return [step for step in takewhile(lambda step: step is not None, steps) if step is not None]


class TestLadder:
    MONDAY_NOON = at("2026-03-02T12:00")

    @pytest.mark.parametrize("cause", LONG)
    def test_at_once_on_day_two_and_five_and_weekly_three_times(self, cause: Cause) -> None:
        assert ladder(cause, self.MONDAY_NOON, ZoneInfo("UTC")) == [
            at("2026-03-02T12:00"),
            at("2026-03-04T12:00"),
            at("2026-03-09T09:00"),  # day five is a Saturday
            at("2026-03-16T09:00"),
            at("2026-03-23T09:00"),
            at("2026-03-30T09:00"),
        ]

    @pytest.mark.parametrize("cause", SHORT)
    def test_a_calendar_is_asked_for_three_times(self, cause: Cause) -> None:
        assert len(ladder(cause, self.MONDAY_NOON, ZoneInfo("UTC"))) == 3

    @pytest.mark.parametrize("cause", ONCE)
    def test_what_only_an_administrator_can_mend_is_told_once(self, cause: Cause) -> None:
        assert ladder(cause, self.MONDAY_NOON, ZoneInfo("UTC")) == [self.MONDAY_NOON]

    def test_an_admin_hears_of_what_was_asked_again_and_again_in_vain(self) -> None:
        assert {cause for cause in Cause if is_reported(cause)} == {*LONG, *SHORT}

    @pytest.mark.parametrize("cause", Cause)
    @given(opened_at=moments, zone=zones, lasts=st.timedeltas(timedelta(), EXPIRES_SOON))
    def test_it_ends_and_never_goes_back(
        self, cause: Cause, opened_at: datetime, zone: ZoneInfo, lasts: timedelta
    ) -> None:
        steps = ladder(cause, opened_at, zone, opened_at + lasts)
        assert 1 <= len(steps) <= 6
        assert steps[0] == opened_at, "the first goes at any hour: Do Not Disturb is the person's own"
        assert all(earlier < later for earlier, later in pairwise(steps))
        assert due(cause, len(steps) + 1, opened_at, zone, opened_at + lasts) is None

    @pytest.mark.parametrize("cause", Cause)
    @given(opened_at=moments, zone=zones, lasts=st.timedeltas(timedelta(), EXPIRES_SOON))
    def test_nobody_is_reminded_outside_their_working_hours(
        self, cause: Cause, opened_at: datetime, zone: ZoneInfo, lasts: timedelta
    ) -> None:
        for moment in ladder(cause, opened_at, zone, opened_at + lasts)[1:]:
            assert moment.tzinfo is UTC
            assert is_working_time(moment, zone), moment.astimezone(zone)

    @pytest.mark.parametrize("cause", LONG)
    @given(opened_at=moments, zone=zones)
    def test_reminders_are_never_early_and_at_most_a_weekend_late(
        self, cause: Cause, opened_at: datetime, zone: ZoneInfo
    ) -> None:
        steps = ladder(cause, opened_at, zone)
        for moment, days in zip(steps, (0, 2, 5, 12, 19, 26), strict=True):
            assert timedelta() <= moment - (opened_at + days * DAY) < 3 * DAY


class TestBeforeTheEnd:
    LISBON = ZoneInfo("Europe/Lisbon")

    def test_told_three_days_before_and_once_more_the_day_before(self) -> None:
        ends_at = at("2026-03-06T15:00")
        assert ladder(Cause.EXPIRING, at("2026-03-03T15:00"), self.LISBON, ends_at) == [
            at("2026-03-03T15:00"),
            at("2026-03-05T15:00"),
        ]

    def test_before_a_weekend_when_it_ends_after_it(self) -> None:
        ends_at = at("2026-03-09T08:00")
        assert due(Cause.EXPIRING, 1, at("2026-03-06T08:00"), self.LISBON, ends_at) == at("2026-03-06T17:00")

    def test_not_again_when_the_only_moment_left_has_passed(self) -> None:
        ends_at = at("2026-03-09T08:00")
        assert due(Cause.EXPIRING, 1, at("2026-03-06T17:00"), self.LISBON, ends_at) is None
        assert due(Cause.EXPIRING, 1, at("2026-03-07T10:00"), self.LISBON, ends_at) is None

    def test_not_again_when_nobody_knows_when_it_ends(self) -> None:
        assert ladder(Cause.EXPIRING, at("2026-03-03T15:00"), self.LISBON) == [at("2026-03-03T15:00")]

    @given(opened_at=moments, zone=zones, lasts=st.timedeltas(timedelta(), 30 * DAY))
    def test_the_last_warning_leaves_a_day(self, opened_at: datetime, zone: ZoneInfo, lasts: timedelta) -> None:
        for moment in ladder(Cause.EXPIRING, opened_at, zone, opened_at + lasts)[1:]:
            assert opened_at < moment <= opened_at + lasts - DAY


class TestWorkingHours:
    @pytest.mark.parametrize(
        ("moment", "then"),
        [
            ("2026-03-02T09:00", "2026-03-02T09:00"),
            ("2026-03-02T16:59:59", "2026-03-02T16:59:59"),
            ("2026-03-02T17:00", "2026-03-03T09:00"),
            ("2026-03-02T08:59:59", "2026-03-02T09:00"),
            ("2026-03-06T17:00", "2026-03-09T09:00"),
            ("2026-03-07T12:00", "2026-03-09T09:00"),
            ("2026-03-08T23:59:59", "2026-03-09T09:00"),
        ],
    )
    def test_the_next_moment_of_somebodys_working_week(self, moment: str, then: str) -> None:
        for zone in ("UTC", "Asia/Seoul", "America/New_York"):
            assert within_working_hours(at(moment, zone), ZoneInfo(zone)) == at(then, zone)

    @pytest.mark.parametrize(
        ("moment", "then"),
        [
            ("2026-03-02T17:00", "2026-03-02T17:00"),
            ("2026-03-02T17:00:01", "2026-03-02T17:00"),
            ("2026-03-02T09:00", "2026-03-02T09:00"),
            ("2026-03-03T08:59:59", "2026-03-02T17:00"),
            ("2026-03-02T08:59:59", "2026-02-27T17:00"),
            ("2026-03-08T12:00", "2026-03-06T17:00"),
        ],
    )
    def test_the_last_moment_of_somebodys_working_week(self, moment: str, then: str) -> None:
        for zone in ("UTC", "Asia/Seoul", "America/New_York"):
            assert within_working_hours_before(at(moment, zone), ZoneInfo(zone)) == at(then, zone)

    @pytest.mark.parametrize(
        ("zone", "sunday"),
        [
            ("Europe/London", date(2026, 3, 29)),
            ("Europe/London", date(2026, 10, 25)),
            ("America/New_York", date(2026, 3, 8)),
            ("America/New_York", date(2026, 11, 1)),
            ("Australia/Lord_Howe", date(2026, 4, 5)),
        ],
    )
    def test_nine_oclock_is_nine_oclock_after_the_clocks_have_changed(self, zone: str, sunday: date) -> None:
        there = ZoneInfo(zone)
        friday_night = datetime.combine(sunday - 2 * DAY, time(18), there).astimezone(UTC)
        monday = within_working_hours(friday_night, there).astimezone(there)
        assert (monday.date(), monday.time()) == (sunday + DAY, time(9))
        assert monday.utcoffset() != friday_night.astimezone(there).utcoffset()

    @given(moments, zones)
    def test_no_moment_is_moved_twice_and_none_that_needs_no_moving(self, moment: datetime, zone: ZoneInfo) -> None:
        after, before = within_working_hours(moment, zone), within_working_hours_before(moment, zone)
        assert before <= moment <= after
        assert is_working_time(after, zone)
        assert is_working_time(before, zone)
        assert within_working_hours(after, zone) == after
        assert within_working_hours_before(before, zone) == before
        assert after - moment < 4 * DAY
        assert moment - before < 4 * DAY

    @given(moments, moments, zones)
    def test_whoever_comes_first_stays_first(self, one: datetime, other: datetime, zone: ZoneInfo) -> None:
        assume(one <= other)
        assert within_working_hours(one, zone) <= within_working_hours(other, zone)
        assert within_working_hours_before(one, zone) <= within_working_hours_before(other, zone)


class TestTomorrow:
    @pytest.mark.parametrize(
        ("now", "then"),
        [
            ("2026-03-02T08:00", "2026-03-03T09:00"),
            ("2026-03-02T23:30", "2026-03-03T09:00"),
            ("2026-03-06T12:00", "2026-03-09T09:00"),
            ("2026-03-07T12:00", "2026-03-09T09:00"),
            ("2026-03-08T12:00", "2026-03-09T09:00"),
        ],
    )
    def test_the_next_working_mornings_nine_oclock(self, now: str, then: str) -> None:
        for zone in ("Europe/Lisbon", "Asia/Seoul", "Pacific/Pago_Pago"):
            assert tomorrow(at(now, zone), ZoneInfo(zone)) == at(then, zone)

    @given(moments, zones)
    def test_always_another_day_at_nine(self, now: datetime, zone: ZoneInfo) -> None:
        then = tomorrow(now, zone).astimezone(zone)
        assert then.time() == time(9)
        assert then.weekday() <= 4
        assert then.date() > now.astimezone(zone).date()

"""How often connections are looked at: never all at once, never over the day's budget, later after failures."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import after_failure, period, spread

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
DAY = timedelta(days=1)
moments = st.timedeltas(timedelta(), 3650 * DAY).map(lambda later: NOW + later)
keys = st.text(st.characters(codec="ascii"), max_size=32)
periods = st.timedeltas(timedelta(seconds=1), DAY)


class TestPeriod:
    def test_a_small_company_is_looked_at_as_often_as_was_asked_for(self) -> None:
        assert period(TEN_MINUTES, 0, 1_000_000) == TEN_MINUTES
        assert period(TEN_MINUTES, 5_000, 1_000_000) == TEN_MINUTES

    def test_a_large_one_as_often_as_the_budget_bears(self) -> None:
        assert period(TEN_MINUTES, 10_000, 1_000_000) == timedelta(seconds=960)
        assert period(TEN_MINUTES, 100_000, 1_000_000) == timedelta(seconds=9600)

    @given(periods, st.integers(0, 1_000_000), st.integers(1, 10_000_000))
    def test_a_days_looks_leave_a_tenth_of_the_budget_to_people(
        self, every: timedelta, active: int, calls: int
    ) -> None:
        result = period(every, active, calls)
        assert result >= every
        assert active * (DAY / result) <= calls * 0.9 * 1.000_001


class TestSpread:
    @given(moments, periods, keys)
    def test_a_quarter_of_the_period_earlier_or_later(self, now: datetime, every: timedelta, key: str) -> None:
        microsecond = timedelta(microseconds=1)
        assert now + every * 0.75 - microsecond <= spread(now, every, key) <= now + every * 1.25 + microsecond

    @given(moments, periods, keys)
    def test_the_same_for_the_same_one_at_the_same_moment(self, now: datetime, every: timedelta, key: str) -> None:
        assert spread(now, every, key) == spread(now, every, key)

    def test_who_were_looked_at_together_are_spread_over_the_time_that_follows(self) -> None:
        width, slots = TEN_MINUTES * 0.5, 10
        begins = NOW + TEN_MINUTES * 0.75
        found = [0] * slots
        for number in range(5000):
            found[int((spread(NOW, TEN_MINUTES, f"connection {number}") - begins) / width * slots)] += 1
        assert min(found) > 400
        assert max(found) < 600

    def test_somebody_is_not_early_every_time(self) -> None:
        at = NOW
        for _ in range(1000):
            at = spread(at, TEN_MINUTES, "somebody")
        assert 980 * TEN_MINUTES < at - NOW < 1020 * TEN_MINUTES


class TestAfterFailure:
    @given(moments, st.integers(0, 10_000), keys)
    def test_soon_at_first_and_within_a_quarter_of_an_hour_at_last(
        self, now: datetime, failures: int, key: str
    ) -> None:
        wait = after_failure(now, failures, key, None, DAY) - now
        longest = min(timedelta(seconds=15) * 2 ** min(failures, 10), timedelta(minutes=15))
        assert longest / 2 <= wait <= longest

    @given(moments, st.integers(0, 20), keys)
    def test_later_each_time(self, now: datetime, failures: int, key: str) -> None:
        waits = [after_failure(now, count, key, None, DAY) - now for count in (failures, failures + 1)]
        assert waits[0] <= waits[1]

    @given(moments, st.integers(0, 20), keys, periods)
    def test_never_rarer_than_looks_that_go_well(
        self, now: datetime, failures: int, key: str, every: timedelta
    ) -> None:
        assert after_failure(now, failures, key, None, every) - now <= max(every, timedelta(seconds=15))

    @given(moments, st.integers(0, 20), keys, st.timedeltas(timedelta(), DAY))
    def test_never_before_google_asked_for_it(self, now: datetime, failures: int, key: str, asked: timedelta) -> None:
        again = after_failure(now, failures, key, asked, TEN_MINUTES)
        assert now + asked < again <= now + asked + TEN_MINUTES

    def test_who_were_turned_away_together_do_not_come_back_together(self) -> None:
        asked = timedelta(minutes=1)
        for wait in (None, asked):
            found = {after_failure(NOW, 3, f"connection {number}", wait, TEN_MINUTES) for number in range(1000)}
            assert len(found) > 990

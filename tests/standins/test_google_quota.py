"""How Calendar requests are counted, and refused once the limits hold."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.standins.google_setting import ANA, CLEO, Setting, opened, refusal


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


def _lists(setting: Setting, email: str = ANA) -> Any:
    return setting.calendar(setting.connected(email)).calendarList()


def test_calendar_calls_are_counted_by_minute_and_day(setting: Setting) -> None:
    ana, cleo, quota = _lists(setting), _lists(setting, CLEO), setting.google.quota
    began = setting.clock.now()
    for _ in range(3):
        ana.list().execute()
    cleo.list().execute()
    assert (quota.calls, quota.busiest_minute, quota.busiest_minute_of_a_user) == (4, 4, 3)
    setting.clock.advance(timedelta(minutes=2))
    setting.google.expire_access_tokens()
    assert refusal(cleo.get(calendarId="nothing")) == (404, "notFound")
    assert (quota.calls, quota.busiest_minute) == (5, 4)
    minutes = (began + timedelta(minutes=number) for number in range(4))
    assert sum(quota.calls_in(minute) for minute in minutes) == 5, "tokens, and calls without a good one, cost nothing"
    assert quota.calls_on(began) + quota.calls_on(began + timedelta(days=1)) == 5
    quota.reset()
    assert (quota.calls, quota.busiest_minute) == (0, 0)


def test_the_minute_slides(setting: Setting) -> None:
    """Four just before the full minute and four just after it are eight in a minute."""
    lists, quota = _lists(setting), setting.google.quota
    for _ in range(2):
        for _ in range(4):
            lists.list().execute()
        setting.clock.advance(timedelta(seconds=40))
    assert quota.busiest_minute == 8


def test_beyond_the_limits_google_refuses_until_the_minute_has_passed(setting: Setting) -> None:
    ana, cleo, quota = _lists(setting), _lists(setting, CLEO), setting.google.quota
    quota.enforce(project=5, user=3)
    for _ in range(3):
        ana.list().execute()
    assert refusal(ana.list()) == (403, "userRateLimitExceeded")
    cleo.list().execute()
    cleo.list().execute()
    assert refusal(cleo.list()) == (403, "rateLimitExceeded")
    assert (quota.calls, quota.refused, quota.busiest_minute) == (5, 2, 5)
    setting.clock.advance(timedelta(seconds=61))
    ana.list().execute()
    quota.relax()
    for _ in range(9):
        ana.list().execute()


def test_a_day_has_its_own_limit(setting: Setting) -> None:
    lists, quota = _lists(setting), setting.google.quota
    quota.enforce(day=2)
    lists.list().execute()
    lists.list().execute()
    setting.clock.advance(timedelta(minutes=1))
    headers = {"authorization": f"Bearer {setting.connected().token}"}
    answer = requests.get(f"{setting.url}/calendar/v3/users/me/calendarList", headers=headers, timeout=5)
    error = answer.json()["error"]
    assert (answer.status_code, error["errors"][0]["reason"]) == (403, "dailyLimitExceeded")
    assert error["errors"][0]["domain"] == "usageLimits"
    setting.clock.advance(timedelta(days=1))
    assert _lists(setting).list().execute()["items"]

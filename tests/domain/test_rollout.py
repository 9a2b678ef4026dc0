"""Who is invited, when they are asked again, and who may be nudged."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.domain.health import Cause, Health
from bot.domain.rollout import (
    NUDGE,
    Audience,
    Candidate,
    Choice,
    Left,
    Stage,
    can_be_nudged,
    left_out,
    mended_by_choice,
    next_step,
    time_left,
)

EVERYONE = Choice(Audience.EVERYONE)
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def of(stage: Stage, *, is_bot: bool = False, is_guest: bool = False) -> Candidate:
    return Candidate(is_bot, is_guest, stage)


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        (Stage.NOT_INVITED, None),
        (Stage.INVITED, Left.INVITED),
        (Stage.OPENED, Left.INVITED),
        (Stage.CONNECTED, Left.CONNECTED),
        (Stage.NO_CALENDAR, Left.CONNECTED),
        (Stage.BROKEN, Left.CONNECTED),
        (Stage.DECLINED, Left.DECLINED),
        (Stage.LEFT, Left.GONE),
    ],
)
def test_everyone_means_those_who_were_not_asked_yet(stage: Stage, why: Left | None) -> None:
    assert left_out(of(stage), EVERYONE) is why


def test_bots_and_leavers_are_never_invited_and_guests_only_if_ticked() -> None:
    for with_guests, again in product((False, True), repeat=2):
        choice = Choice(Audience.PEOPLE, ("U0ANA",), with_guests, again)
        assert left_out(of(Stage.NOT_INVITED, is_bot=True), choice) is Left.BOTS
        assert left_out(of(Stage.LEFT), choice) is Left.GONE
        guest = left_out(of(Stage.NOT_INVITED, is_guest=True), choice)
        assert guest is (None if with_guests else Left.GUESTS)


def test_again_means_all_who_are_still_there() -> None:
    again = Choice(Audience.EVERYONE, again=True)
    assert [stage for stage in Stage if left_out(of(stage), again) is not None] == [Stage.LEFT]


def test_two_reminders_on_day_three_and_seven_in_working_hours_and_then_peace() -> None:
    seoul = ZoneInfo("Asia/Seoul")
    first = next_step(0, MONDAY_NOON, seoul)
    second = next_step(1, first or MONDAY_NOON, seoul)
    assert first is not None
    assert second is not None
    assert MONDAY_NOON + timedelta(days=3) <= first < MONDAY_NOON + timedelta(days=4)
    assert all(
        9 <= moment.astimezone(seoul).hour < 18 and moment.astimezone(seoul).weekday() < 5 for moment in (first, second)
    )
    assert next_step(2, second, seoul) is None
    assert next_step(NUDGE, MONDAY_NOON, seoul) is None


def test_who_can_do_nothing_about_it_is_not_nudged() -> None:
    nudged = {stage for stage in Stage if can_be_nudged(stage, None)}
    assert nudged == {Stage.NOT_INVITED, Stage.INVITED, Stage.OPENED, Stage.NO_CALENDAR, Stage.BROKEN}
    waits = {cause for cause in Cause if not can_be_nudged(Stage.BROKEN, cause)}
    assert waits == {cause for cause in Cause if cause.health is Health.BLOCKED}


def test_a_choice_of_calendars_mends_what_is_not_googles_to_say() -> None:
    assert mended_by_choice(Stage.NO_CALENDAR, None)
    assert not mended_by_choice(Stage.INVITED, None)
    by_choice = {cause for cause in Cause if mended_by_choice(Stage.BROKEN, cause)}
    assert by_choice == {Cause.CALENDAR_GONE, Cause.LOST_WRITE}


def test_time_left_follows_the_pace_so_far() -> None:
    assert time_left(50, 200, timedelta(minutes=1)) == timedelta(minutes=3)
    assert time_left(0, 200, timedelta(minutes=1)) is None
    assert time_left(200, 200, timedelta(minutes=1)) is None

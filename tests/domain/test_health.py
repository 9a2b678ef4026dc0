"""The state machine: where every state goes with every signal, and what each change asks of us."""

from datetime import timedelta

import pytest

from bot.domain.health import (
    Answered,
    Cause,
    Closed,
    Condition,
    Effect,
    Ended,
    Health,
    Healthy,
    Hold,
    Opened,
    Reconnected,
    Refused,
    Struck,
    transition,
)
from tests.domain.health_table import CONFIRM_AFTER, NOW, SAME, SIGNALS, STATES, TABLE

CELLS = [(state, signal) for state in STATES for signal in SIGNALS]


@pytest.mark.parametrize(("state", "signal"), CELLS, ids=lambda word: word)
def test_every_state_with_every_signal(state: str, signal: str) -> None:
    before = STATES[state]
    moved = transition(before, SIGNALS[signal], NOW, CONFIRM_AFTER)
    expected = TABLE[state][signal]
    if expected == SAME:
        assert (moved.condition, moved.effects) == (before, ())
    else:
        assert in_words(moved.condition, moved.effects) == expected


def test_the_table_has_every_state_and_every_signal() -> None:
    assert {condition.health for condition in STATES.values()} == set(Health)
    assert {type(signal) for signal in SIGNALS.values()} == {Healthy, Answered, Refused, Reconnected, Ended}
    assert set(TABLE) == set(STATES)
    assert all(set(row) == set(SIGNALS) for row in TABLE.values())


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.EXPIRING])
def test_every_cause_is_confirmed_and_healed_alike(cause: Cause) -> None:
    struck = transition(Condition(Health.CONNECTED), Refused(cause), NOW, CONFIRM_AFTER)
    assert struck.effects == (Struck(NOW + CONFIRM_AFTER),)
    broken = transition(struck.condition, Refused(cause), NOW + CONFIRM_AFTER, CONFIRM_AFTER)
    assert (broken.condition, broken.effects) == (Condition(cause.health, cause), (Opened(cause),))
    mended = transition(broken.condition, Healthy(), NOW + 2 * CONFIRM_AFTER, CONFIRM_AFTER)
    assert (mended.condition, mended.effects) == (Condition(Health.CONNECTED), (Closed(healed=True),))


@pytest.mark.parametrize("state", [state for state in STATES if state != "disconnected"])
@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.EXPIRING])
def test_while_the_operators_have_a_fault_no_refusal_says_anything(state: str, cause: Cause) -> None:
    before = STATES[state]
    moved = transition(before, Refused(cause), NOW, CONFIRM_AFTER, Hold.JUDGING)
    assert (moved.condition.health, moved.condition.cause, moved.effects) == (before.health, before.cause, ())


def test_while_many_are_refused_at_once_first_refusals_are_noted_and_none_is_believed() -> None:
    struck = transition(Condition(Health.CONNECTED), Refused(Cause.GRANT_DEAD), NOW, CONFIRM_AFTER, Hold.CONFIRMING)
    assert struck.condition.health is Health.SUSPECT
    later = transition(struck.condition, Refused(Cause.GRANT_DEAD), NOW + timedelta(1), CONFIRM_AFTER, Hold.CONFIRMING)
    assert (later.condition, later.effects) == (struck.condition, ())
    released = transition(later.condition, Refused(Cause.GRANT_DEAD), NOW + timedelta(1), CONFIRM_AFTER)
    assert released.effects == (Opened(Cause.GRANT_DEAD),)


@pytest.mark.parametrize("hold", Hold)
def test_what_google_has_signed_counts_whatever_the_operators_have_to_mend(hold: Hold) -> None:
    moved = transition(
        Condition(Health.CONNECTED), Refused(Cause.GRANT_DEAD, certain=True), NOW, CONFIRM_AFTER, hold=hold
    )
    assert moved.effects == (Opened(Cause.GRANT_DEAD),)


def test_the_end_of_a_grant_is_told_from_three_days_before_on() -> None:
    ends = NOW + timedelta(days=3)
    moved = transition(Condition(Health.CONNECTED), Healthy(ends), NOW, CONFIRM_AFTER)
    assert moved.effects == (Opened(Cause.EXPIRING, ends),)
    early = transition(Condition(Health.CONNECTED), Healthy(ends), NOW - timedelta(seconds=1), CONFIRM_AFTER)
    assert early.effects == ()


def test_who_is_looking_at_it_is_not_written_to() -> None:
    refused = Refused(Cause.CALENDAR_GONE, certain=True, told=True)
    moved = transition(Condition(Health.CONNECTED), refused, NOW, CONFIRM_AFTER)
    assert moved.effects == (Opened(Cause.CALENDAR_GONE, told=True),)


def in_words(condition: Condition, effects: tuple[Effect, ...]) -> str:
    beside = f"/{condition.strike.cause}" if condition.strike else ""
    return " ".join([f"{condition.health}{beside}", *map(_word, effects)])


def _word(effect: Effect) -> str:
    match effect:
        case Struck():
            return "struck"
        case Opened():
            return "told"
        case Closed(healed):
            return "healed" if healed else "over"

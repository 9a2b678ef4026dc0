"""Whatever is observed, in whatever order and at whatever time: at most one message an outage, and success heals."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain.health import (
    Answered,
    Cause,
    Closed,
    Condition,
    Ended,
    Health,
    Healthy,
    Hold,
    Opened,
    Reconnected,
    Refused,
    Signal,
    Struck,
    transition,
)

CONFIRM_AFTER = timedelta(minutes=10)
CAUSES = [cause for cause in Cause if cause is not Cause.EXPIRING]
"""EXPIRING is no refusal."""
holds = st.sampled_from([Hold.NOTHING, Hold.NOTHING, Hold.CONFIRMING, Hold.JUDGING])
pauses = st.sampled_from([timedelta(), CONFIRM_AFTER * 0.6, CONFIRM_AFTER - timedelta.resolution, CONFIRM_AFTER])


class Observed(RuleBasedStateMachine):
    """One connection. What it may do is reckoned here in other words than the product's."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 3, tzinfo=UTC)
        self.condition = Condition(Health.CONNECTED)
        self.open: Cause | None = None
        """The outage that its owner was told of, by the effects alone."""
        self.refused: list[tuple[datetime, Cause]] = []
        """Refusals that nothing has disproved since."""

    # --- what is observed -----------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 9))
    def nobody_looks_for_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(left=st.none() | st.integers(-5, 30), hold=holds)
    def a_look_finds_all_well(self, left: int | None, hold: Hold) -> None:
        ends_at = None if left is None else self.now + timedelta(days=left)
        is_open = self.condition.health is not Health.DISCONNECTED
        self.sees(Healthy(ends_at), hold)
        if is_open:
            assert self.condition.health is (Health.EXPIRING if left is not None and left <= 3 else Health.CONNECTED)
            assert self.condition.strike is None
        self.refused = []

    @rule(hold=holds)
    def google_answers(self, hold: Hold) -> None:
        self.sees(Answered(), hold)
        assert self.condition.health not in (Health.NEEDS_RECONNECT, Health.BLOCKED)
        self.refused = [each for each in self.refused if not _of_the_grant(each[1])]

    @rule(cause=st.sampled_from(CAUSES), hold=holds, pause=pauses)
    def google_refuses(self, cause: Cause, hold: Hold, pause: timedelta) -> None:
        self.now += pause
        before, opened = self.condition, self.sees(Refused(cause), hold)
        if hold is Hold.JUDGING:
            assert (self.condition.health, self.condition.cause) == (before.health, before.cause)
            return
        if opened:
            earlier = [at for at, of in self.refused if of.depth == cause.depth]
            assert hold is Hold.NOTHING
            assert earlier, "a single refusal proves nothing"
            assert self.now - earlier[0] >= CONFIRM_AFTER, "the second one came too early"
        self.refused.append((self.now, cause))

    @rule(cause=st.sampled_from(CAUSES), hold=holds, told=st.booleans())
    def it_is_refused_for_certain(self, cause: Cause, hold: Hold, told: bool) -> None:
        disconnected = self.condition.health is Health.DISCONNECTED
        self.sees(Refused(cause, certain=True, told=told), hold)
        if not disconnected:
            assert self.condition.health is cause.health, "no hold and no strike is waited for"

    @rule(hold=holds)
    def the_person_reconnects(self, hold: Hold) -> None:
        self.sees(Reconnected(), hold)
        assert self.condition == Condition(Health.CONNECTED)
        self.refused = []

    @precondition(lambda self: self.refused or self.open)
    @rule(hold=holds)
    def it_is_given_up(self, hold: Hold) -> None:
        self.sees(Ended(), hold)
        assert self.condition == Condition(Health.DISCONNECTED)
        self.refused = []

    # --- what must hold of it -------------------------------------------------------------------------------------

    def sees(self, signal: Signal, hold: Hold) -> bool:
        """Carry out one transition; whether its owner is told of an outage."""
        before = self.condition
        moved = transition(before, signal, self.now, CONFIRM_AFTER, hold)
        self.condition = moved.condition
        if before.health is Health.DISCONNECTED and not isinstance(signal, Reconnected):
            assert (moved.condition, moved.effects) == (before, ()), "what is disconnected stays so"
        for effect in moved.effects:
            match effect:
                case Opened(cause):
                    assert self.open is None, "one outage at a time"
                    self.open = cause
                case Closed():
                    assert self.open is not None, "nothing to close"
                    self.open = None
                case Struck(again_at):
                    assert again_at == self.now + CONFIRM_AFTER
        if moved.condition == before:
            assert moved.effects == (), "effects come with a change only"
        return any(isinstance(effect, Opened) for effect in moved.effects)

    @invariant()
    def an_outage_is_open_exactly_while_there_is_a_cause(self) -> None:
        assert self.condition.cause is self.open

    @invariant()
    def the_health_is_that_of_the_cause(self) -> None:
        if self.condition.cause is not None:
            assert self.condition.health is self.condition.cause.health
        else:
            assert self.condition.health in (Health.CONNECTED, Health.SUSPECT, Health.DISCONNECTED)

    @invariant()
    def a_suspect_has_a_strike(self) -> None:
        if self.condition.health is Health.SUSPECT:
            assert self.condition.strike is not None
        if self.condition.health in (Health.CONNECTED, Health.DISCONNECTED):
            assert self.condition.strike is None


def _of_the_grant(cause: Cause) -> bool:
    return cause in (Cause.GRANT_DEAD, Cause.SESSION_EXPIRED, Cause.ADMIN_POLICY, Cause.SERVICE_OFF)


TestSequences = Observed.TestCase
TestSequences.settings = settings(max_examples=200, stateful_step_count=30)

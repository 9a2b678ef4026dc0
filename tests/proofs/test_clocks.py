"""T15: the machine's clock jumps ahead or back, or stands still, while Slack's goes on: each reminder is sent once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest

from storage import outages
from tests.proofs.crowd import Crowd, gather
from tests.proofs.owed import ledger, owe, tally, unsent
from tests.proofs.scale import size
from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Fault
from tests.sandbox.world import World, world_with

PEOPLE = max(12, size(1000))
HOUR = timedelta(hours=1)
LOST_ON_THE_WAY_BACK = Fault("", kind="drop", when="after")


class Crooked(SandboxClock):
    """The bot's. ``steady`` is the true time, by which Slack and Google live."""

    def __init__(self, steady: SandboxClock) -> None:
        super().__init__()
        self.steady = steady
        self.skew = timedelta()
        self._stands_at: datetime | None = None

    def now(self) -> datetime:
        return self._stands_at or self.steady.now() + self.skew

    def advance(self, by: timedelta) -> None:
        self.steady.advance(by)

    def stands_still(self) -> None:
        self._stands_at = self.now()

    def goes_on(self) -> None:
        self._stands_at = None


def crooked(world: World) -> Crooked:
    """Start the world's bot again, with a clock of its own."""
    world.stop_bot()
    world.clock = clock = Crooked(world.clock)
    world.start_bot()
    return clock


def _jump(by: timedelta) -> Callable[[Crooked], None]:
    def jump(clock: Crooked) -> None:
        clock.skew += by

    return jump


MISHAPS: dict[str, tuple[Callable[[Crooked], None], Callable[[Crooked], None]]] = {
    "two hours ahead": (_jump(2 * HOUR), _jump(-2 * HOUR)),
    "two hours back": (_jump(-2 * HOUR), _jump(2 * HOUR)),
    "ten minutes back": (_jump(-HOUR / 6), _jump(timedelta())),
    "a leap second": (_jump(timedelta(seconds=-1)), _jump(timedelta(seconds=1))),
    "it stands still": (Crooked.stands_still, Crooked.goes_on),
}
"""What happens to the clock, and how it is set right later."""


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("was_wrong_before", [False, True], ids=["from_right", "to_right"])
def test_no_reminder_is_lost_or_doubled(
    sqlite_database_url: str,
    mishap: str,
    was_wrong_before: bool,
    logged: StringIO,  # noqa: ARG001 - before the bot
) -> None:
    happens, is_mended = MISHAPS[mishap]
    with world_with(sqlite_database_url) as world:
        clock = crooked(world)
        if was_wrong_before:
            happens(clock)
            happens, is_mended = is_mended, happens
        people = gather(world, PEOPLE)
        owe(world, people)
        half_of_it_is_unclear(world)
        happens(clock)
        deliver(world, HOUR / 6, lambda: not unsent(world.bot.database))
        clock.goes_on()
        deliver(world, HOUR / 6, lambda: not unsent(world.bot.database))
        assert tally(world, world.bot.database).is_right, tally(world, world.bot.database)
        assert people.told() == {each.user_id: 1 for each in people.members}

        world.time_leaps(timedelta(days=1))
        is_mended(clock)
        clock.goes_on()
        deliver(world, 3 * HOUR, lambda: all_reminded(world, people))
        assert tally(world, world.bot.database, step=1).is_right, tally(world, world.bot.database, step=1)
        assert people.told() == {each.user_id: 2 for each in people.members}
        assert tally(world, world.bot.database).is_right


def half_of_it_is_unclear(world: World) -> None:
    """Some rows are held by somebody who died; of others nobody knows whether they were sent."""
    now = world.clock.now()
    with world.bot.database.transaction() as session:
        assert outages.claim(session, now=now, lease="dead", until=now + timedelta(minutes=3), limit=5)
    world.slack.script.at_rate("POST /api/chat.postMessage", 0.5, (LOST_ON_THE_WAY_BACK,), seed=15)
    world.bot.watching.reminders.deliver()
    world.slack.script.clear()


def deliver(world: World, every: timedelta, until: Callable[[], bool]) -> None:
    """Deliver what is due, as time goes on: five days at most."""
    for _ in range(60):
        world.bot.watching.reminders.deliver()
        world.settles()
        if until():
            return
        world.clock.advance(every)


def all_reminded(world: World, people: Crowd) -> bool:
    """Whether the second message has gone to everybody."""
    return sum(row.sent_at is not None for _, row in ledger(world.bot.database, step=1)) == len(people.members)

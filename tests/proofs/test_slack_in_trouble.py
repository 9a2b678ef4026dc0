"""T13, T14: lines that Slack cuts after it has posted, and Slack's limits: each reminder arrives, and once."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest

from tests.proofs.crowd import gather
from tests.proofs.owed import owe, tally, unsent
from tests.proofs.scale import size
from tests.proofs.storm import Storm
from tests.sandbox.faults import Fault
from tests.sandbox.world import World, world_with

AFTER, BEFORE = Fault("", kind="drop", when="after"), Fault("", kind="drop")
UNKNOWN = Fault("", status=200, body={"ok": False, "error": "fatal_error"}, when="after")


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(sqlite_database_url) as made:
        yield made


def deliver_until_done(world: World, every: timedelta, at_most: int) -> None:
    """Have what is due delivered, again and again, and see what became of it."""
    for _ in range(at_most):
        world.bot.watching.reminders.deliver()
        world.settles()
        if not unsent(world.bot.database):
            break
        world.time_leaps(every)
    assert tally(world, world.bot.database).is_right, tally(world, world.bot.database)


@pytest.mark.parametrize("faults", [(AFTER,), (AFTER, BEFORE, UNKNOWN)], ids=["close_after_commit", "all_kinds"])
def test_a_line_cut_after_the_commit_loses_and_doubles_nothing(world: World, faults: tuple[Fault, ...]) -> None:
    people = gather(world, max(50, size(2000)))
    owe(world, people)
    world.slack.script.at_rate("POST /api/chat.postMessage", 0.1, faults, seed=13)
    deliver_until_done(world, timedelta(minutes=1), 10)
    assert len(world.slack.script.met) > len(people.members) / 30, "much was cut"
    assert people.told() == {each.user_id: 1 for each in people.members}


@pytest.mark.parametrize("says_when", [True, False], ids=["with_retry_after", "without"])
def test_under_slacks_limits_everything_arrives_and_nobody_is_pressed(world: World, says_when: bool) -> None:
    """At most one message a second and conversation: more than that would have been refused, and noted."""
    people = gather(world, max(120, size(5000)))
    owe(world, people)
    storms = 20
    world.slack.state.limits = limits = Storm(storms / len(people.members), says_when=says_when)
    deliver_until_done(world, timedelta(seconds=10), 200 + len(people.members))
    assert limits.refused >= storms / 2, "the limits were met"
    assert limits.too_early == []
    assert people.told() == {each.user_id: 1 for each in people.members}

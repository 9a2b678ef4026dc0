"""Inviting keeps to Slack's minute, and a backlog costs nothing while it waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bot.services.invitations import A_MINUTE
from tests.journeys.attacking import rows
from tests.sandbox.slack.people import User
from tests.sandbox.world import TEAM, World

CROWD = 150


@contextmanager
def commits(world: World) -> Iterator[list[Any]]:
    """Every transaction that was committed meanwhile."""
    engine, seen = world.bot.database._engine, list[Any]()  # noqa: SLF001 - nothing else counts them
    note = seen.append  # one and the same object, to be found again
    event.listen(engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(engine, "commit", note)


def test_a_backlog_waits_for_the_next_minute_without_a_word(world: World) -> None:
    world.slack.add_users(
        User(TEAM, f"U1{number:03}", f"P {number}", f"p{number}@acme.example", "UTC") for number in range(CROWD)
    )
    world.ada.types("/calendar invite")
    world.ada.submits()
    world.time_leaps(timedelta(seconds=60 - world.clock.now().second % 60))
    world.ada.submits()
    world.settles()
    sent = [A_MINUTE, 2 * A_MINUTE, 3 * A_MINUTE, CROWD + 4]
    for expected in sent:
        world.bot.rolling.invitations.deliver()
        assert rows(world, "SELECT count(*) FROM invitation WHERE outcome = 'sent'") == [expected]
        assert rows(world, "SELECT count(*) FROM invitation WHERE lease IS NOT NULL") == [0]
        with commits(world) as seen:
            world.bot.rolling.invitations.deliver()
        assert len(seen) <= 3, "nothing is put off, one by one"
        world.time_leaps(timedelta(minutes=1))

"""T12: several processes with several threads deliver from one ledger: no reminder twice, none lost, whoever dies."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from tests.proofs.crowd import Crowd, gather
from tests.proofs.owed import owe, tally, unsent
from tests.proofs.replicas import Replica, Replicas, replicas
from tests.proofs.scale import size
from tests.sandbox.world import World, world_with

PEOPLE = size(5000)
TIMES = max(2, size(20))
PAST_THE_LEASE = timedelta(minutes=4)


@pytest.fixture
def world(database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(database_url) as made:
        yield made


@pytest.fixture
def people(world: World) -> Crowd:
    gathered = gather(world, PEOPLE)
    owe(world, gathered)
    return gathered


def finished(world: World, running: Replicas) -> None:
    """Let them deliver until nothing is left, however many leases have to run out."""
    for _ in range(5):
        running.wait_for_all()
        if not unsent(world.bot.database):
            break
        running.time_leaps(PAST_THE_LEASE)
        running.go()
    assert tally(world, world.bot.database).is_right, tally(world, world.bot.database)


def test_four_deliverers_send_each_reminder_once(world: World, people: Crowd, tmp_path: Path) -> None:
    with replicas(world, tmp_path) as running:
        running.go()
        running.wait_for_all()
        assert tally(world, world.bot.database).is_right, tally(world, world.bot.database)
        assert people.told() == {each.user_id: 1 for each in people.members}


def test_killed_again_and_again_nothing_is_lost_or_doubled(world: World, people: Crowd, tmp_path: Path) -> None:
    with replicas(world, tmp_path) as running:
        for time in range(TIMES):
            running.go()
            running.wait_for_messages(PEOPLE // (TIMES + 2))
            unlucky = running.each[time % 2]
            unlucky.gets(signal.SIGKILL)
            running.replace(unlucky)
            running.wait_for_all()
            running.time_leaps(PAST_THE_LEASE)
        running.go()
        finished(world, running)
    assert people.told() == {each.user_id: 1 for each in people.members}


def test_stopped_past_their_lease_nothing_is_lost_or_doubled(world: World, people: Crowd, tmp_path: Path) -> None:
    with replicas(world, tmp_path) as running:
        for time in range(TIMES):
            running.go()
            running.wait_for_messages(PEOPLE // (TIMES + 2))
            sleeper, other = running.each[time % 2], running.each[(time + 1) % 2]
            stopped_outside_a_transaction(world, sleeper)
            running.wait_for(other)
            running.time_leaps(PAST_THE_LEASE)
            other.goes()
            running.wait_for(other)
            sleeper.gets(signal.SIGCONT)
            running.wait_for_all()
        finished(world, running)
    assert people.told() == {each.user_id: 1 for each in people.members}


def stopped_outside_a_transaction(world: World, replica: Replica) -> None:
    """Whoever holds SQLite's one lock keeps everybody from writing: that is another test's matter."""
    url = world.environment()["DATABASE_URL"]
    while True:
        replica.gets(signal.SIGSTOP)
        if not url.startswith("sqlite"):
            return
        try:
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=1, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            replica.gets(signal.SIGCONT)
        else:
            return

"""T12: several processes with several threads deliver from one ledger: no reminder twice, none lost, whoever dies."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from bot.settings import Settings
from handlers import app
from storage import outages
from tests.journeys.attacking import Gate, meanwhile
from tests.proofs.crowd import Crowd, gather
from tests.proofs.deliverer import THREADS
from tests.proofs.owed import ledger, owe, tally, unsent
from tests.proofs.replicas import Replica, Replicas, replicas
from tests.proofs.scale import size
from tests.sandbox.server import Served
from tests.sandbox.world import World, world_with

PEOPLE = size(5000)
TIMES = size(20)
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
    # Whoever was stopped right before posting posts when it wakes up, sees that it was late, and takes it back.
    assert people.standing() == {each.user_id: 1 for each in people.members}
    taken_back = sum(people.told().values()) - len(people.members)
    assert taken_back <= TIMES * THREADS


@pytest.mark.parametrize("posted", [True, False], ids=["after_posting", "before_posting"])
def test_whoever_sleeps_over_a_message_leaves_one(world: World, posted: bool) -> None:
    """The same in slow motion: one is held up at Slack's door, or on its way back, while another takes over."""
    people = gather(world, 1)
    gate = Gate(world.slack.app)
    held_up = Served(gate)
    settings = {**world.environment(), "SLACK_API_URL": f"{held_up.url}/api/"}
    sleeper, other = app.build(Settings.read(settings), world.clock), world.bot
    try:
        owe(world, people)
        gate.shut("/chat.postMessage", answers=posted)
        with meanwhile(sleeper.watching.reminders.deliver):
            assert gate.reached.wait(10)
            world.clock.advance(PAST_THE_LEASE)
            other.watching.reminders.deliver()
            assert tally(world, other.database).is_right
            gate.opened.set()
        world.settles()
        sleeper.drain()
        assert tally(world, other.database).is_right
        assert people.standing() == {people.members[0].user_id: 1}
        assert people.told() == {people.members[0].user_id: 1 if posted else 2}, "and one was taken back"
    finally:
        gate.opened.set()
        sleeper.close()
        held_up.stop()


def test_of_two_messages_for_one_step_the_one_noted_first_stands(world: World) -> None:
    people = gather(world, 1)
    owe(world, people)
    now, soon, later = (world.clock.now() + timedelta(minutes=minutes) for minutes in (0, 3, 4))
    with world.bot.database.transaction() as session:
        (sleeper,) = outages.claim(session, now=now, lease="sleeper", until=soon, limit=1)
        assert outages.trying(session, sleeper.id, "sleeper", now)
        (other,) = outages.claim(session, now=later, lease="other", until=later + PAST_THE_LEASE, limit=1)
        assert other.tried_at == now, "the other knows that a message may be out"
        assert not outages.trying(session, sleeper.id, "sleeper", later)
        assert outages.trying(session, other.id, "other", later)
        assert outages.sent(session, other, "D0", "2.0", later, None)
        assert not outages.sent(session, sleeper, "D0", "1.0", later, None), "it is to be taken back"
        assert outages.sent(session, sleeper, "D0", "2.0", later, None), "the other has found this very one"
    ((_, row),) = ledger(world.bot.database)
    assert (row.ts, row.sent_at, row.todo) == ("2.0", later, None)


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

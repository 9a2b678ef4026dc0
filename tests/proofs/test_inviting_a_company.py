"""A company is invited through a Slack in trouble, by a bot that is killed again and again: each person once."""

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import select

from bot.services.invitations import A_MINUTE
from storage import rounds
from storage.rollout_tables import Round
from storage.tables import Person
from tests.proofs.replicas import replicas
from tests.proofs.scale import size
from tests.proofs.storm import Storm
from tests.sandbox.faults import Fault, Script
from tests.sandbox.slack.people import User
from tests.sandbox.world import TEAM, World, world_with

PEOPLE = size(5000)
KILLS = max(2, size(10))
UNREACHABLE = 3
PAST_THE_LEASE = timedelta(minutes=4)
CUT = Fault("", kind="drop", when="after")
_COUNTS = re.compile(r"([\d,]+) of ([\d,]+) invited(?: · ([\d,]+) left out)?(?: · ([\d,]+) could not be reached)?")


class Heard(Storm):
    """It refuses nothing that is about to be cut: of such a refusal nobody would hear."""

    def __init__(self, script: Script) -> None:
        super().__init__(max(0.01, 8 / PEOPLE), says_when=None)
        self._script = script
        self._cut: object = None

    def _by_chance(self, method: str) -> None:
        cut = self._script.met[-1] if self._script.met else None
        if cut is self._cut:
            super()._by_chance(method)
        self._cut = cut


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(sqlite_database_url) as made:
        yield made


@dataclass(frozen=True)
class Drawn:
    """One state of the progress message, and how many Slack had got by then."""

    sent: int
    total: int
    others: int
    posted: int


def begin(world: World) -> tuple[str, list[str]]:
    """A round for very many, some of whom leave before it reaches them; and who is in it."""
    ids = [f"U1{number:05}" for number in range(PEOPLE)]
    world.slack.add_users(User(TEAM, each, f"P {each}", f"{each}@acme.example".lower(), "UTC") for each in ids)
    world.bot.rolling.roster.read(TEAM)
    for gone in ids[:: max(1, PEOPLE // UNREACHABLE)][:UNREACHABLE]:
        world.slack.state.users[gone].deleted = True  # nobody has told us
    with world.bot.database.transaction() as session:
        known = {person.user_id: person.id for person in session.exec(select(Person))}
        chosen = [known[each] for each in ids]
        return rounds.start(session, TEAM, "U0ADA", world.clock.now(), chosen, {}).id, ids


def is_over(world: World) -> bool:
    with world.bot.database.reading() as session:
        return session.exec(select(Round.state)).one() == rounds.FINISHED


def drawings(world: World) -> list[Drawn]:
    """Every state of the progress message that Slack took, in order."""
    found, posted = [], set[str]()
    for call in world.slack.journal:
        if call.method not in ("chat.postMessage", "chat.update") or not call.response.get("ok"):
            continue
        if counted := _COUNTS.search(json.dumps(call.args, ensure_ascii=False)):
            sent, total, skipped, unreached = (int((each or "0").replace(",", "")) for each in counted.groups())
            found.append(Drawn(sent, total, skipped + unreached, len(posted)))
        elif call.method == "chat.postMessage":
            posted.add(str(call.args["channel"]))
    return found


def test_everybody_is_invited_once_whatever_slack_and_the_machine_do(world: World, tmp_path: Path) -> None:
    _, ids = begin(world)
    gone = [each for each in ids if world.slack.state.users[each].deleted]
    world.slack.script.at_rate("POST /api/chat.postMessage", 0.1, (CUT,), seed=20)
    world.slack.state.limits = limits = Heard(world.slack.script)
    with replicas(world, tmp_path, 1, "invitations") as running:
        for _ in range(KILLS):
            running.go()
            running.wait_for_messages(PEOPLE // (KILLS + 2))
            unlucky = running.each[0]
            unlucky.gets(signal.SIGKILL)
            running.replace(unlucky)
            running.time_leaps(PAST_THE_LEASE)
        for _ in range(30 + 6 * PEOPLE // A_MINUTE):
            running.go()
            running.wait_for_all()
            if is_over(world):
                break
            running.time_leaps(timedelta(seconds=30))
    assert is_over(world), running.each[0].log.read_text()[-3000:]

    invited = {each: sum(message.from_bot for message in world.slack.dm(each)) for each in ids}
    assert {each: count for each, count in invited.items() if count != (each not in gone)} == {}
    assert world.slack.script.met
    assert limits.refused >= PEOPLE / 200
    assert len(limits.too_early) <= KILLS, "who is killed with a 429 in hand takes the waiting along, and nobody else"

    seen = drawings(world)
    assert len(seen) >= 2 + KILLS
    assert {each.total for each in seen} == {PEOPLE}
    assert [each for each in seen if each.sent > each.posted] == []
    done = [each.sent + each.others for each in seen]
    assert done == sorted(done)
    assert seen[-1] == Drawn(PEOPLE - UNREACHABLE, PEOPLE, UNREACHABLE, PEOPLE - UNREACHABLE)
    last = next(each for each in reversed(world.slack.dm("U0ADA")) if each.from_bot)
    assert all(f"<@{each}>" in json.dumps(last.blocks) for each in gone), "they are named"
    assert sum(each.from_bot for each in world.slack.dm("U0ADA")) == 1, "one live message"

"""T7: what is broken for everybody is told to the operators once, and to nobody else; nobody's connection changes."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from sqlmodel import select

from bot.domain.people import Who
from bot.services.grants import grant_aad
from bot.services.sweep import BATCH
from storage import canary
from storage.crypto import Sealer
from storage.tables import Canary, Connection, Person
from storage.watch_tables import Quota
from tests.proofs.crowd import DOMAIN, Crowd, gather
from tests.proofs.minutes import (
    TOLD_THERE,
    alerts,
    busiest_minute,
    lines,
    minutes_pass,
    open_incidents,
    operators_meet,
    texts,
)
from tests.proofs.scale import size
from tests.sandbox.faults import Fault
from tests.sandbox.world import KEY, TEAM, World, world_with

PEOPLE = 5000
_OTHER_KEY = b"another-key-of-thirty-two-bytes!"


@dataclass(frozen=True)
class Broken:
    """One thing that is broken for everybody, and how it is mended."""

    name: str
    breaks: Callable[[World], Any]
    mends: Callable[[World], Any]
    noticed_within: int = 2
    """Minutes."""


def _reseal(world: World) -> None:
    """As if the bot had been given the wrong key ever since it started."""
    mine, other = Sealer([base64.b64decode(KEY)]), Sealer([_OTHER_KEY])
    with world.bot.database.transaction() as session:
        for row, person in session.exec(select(Connection, Person).where(Connection.person_id == Person.id)):
            aad = grant_aad(row.id, Who(person.team_id, person.user_id))
            assert row.grant is not None
            row.grant = other.seal(mine.open(row.grant, aad), aad)
            session.add(row)
        for sung in session.exec(select(Canary)):
            session.delete(sung)
        session.flush()
        canary.check(session, other, world.clock.now())


def _restart_with_both_keys(world: World) -> None:
    world.stop_bot()
    world.start_bot({"ENCRYPTION_KEYS": f"{KEY},{base64.b64encode(_OTHER_KEY).decode()}"})


def _google_goes_away(world: World) -> None:
    world.google.script.add(Fault("", kind="drop", times=-1))


CAUSES = (
    Broken("secret", lambda w: w.google.rotate_client_secret(), lambda w: w.google.restore_client_secret()),
    Broken("deleted", lambda w: w.google.set_client_state("deleted_client"), lambda w: w.google.set_client_state("ok")),
    Broken(
        "api", lambda w: w.google.set_project_state("accessNotConfigured"), lambda w: w.google.set_project_state("ok")
    ),
    Broken("organisation", lambda w: w.google.block_app(domain=DOMAIN), lambda w: w.google.unblock_app(domain=DOMAIN)),
    Broken("key", _reseal, _restart_with_both_keys),
    Broken("egress", _google_goes_away, lambda w: w.google.script.clear(), noticed_within=8),
)


def allowance_used(world: World) -> int:
    """How much of Google's allowance for the day counts as used."""
    with world.bot.database.reading() as session:
        return sum(row.used for row in session.exec(select(Quota)) if "T" not in row.key)


@pytest.fixture
def crowd(database_url: str, logged: StringIO) -> Iterator[tuple[World, Crowd]]:  # noqa: ARG001 - before the bot
    with world_with(database_url, TOLD_THERE) as world:
        operators_meet(world)
        people = gather(world, size(PEOPLE))
        minutes_pass(world, 2)
        yield world, people


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_a_fault_of_ours_touches_nobody(cause: Broken, crowd: tuple[World, Crowd], logged: StringIO) -> None:
    world, people = crowd
    before = people.conditions()
    cause.breaks(world)
    minutes_pass(world, cause.noticed_within)
    assert len(alerts(world)) == 1, texts(world)
    assert "solved" not in texts(world)[0].lower()
    noticed = world.clock.now()

    minutes_pass(world, 25)
    assert people.conditions() == before
    assert people.told() == {}
    assert len(alerts(world)) == 1, texts(world)
    asked = [each.at for each in world.google.journal] + [each.at for each in world.google.script.met if each.at]
    assert busiest_minute(asked, noticed) <= 10

    looks = sum(each.path == "/token" for each in world.google.journal) + len(world.google.script.met)
    assert allowance_used(world) <= looks + BATCH, "whom nobody asks about costs nothing of what Google allows a day"

    cause.mends(world)
    mended = world.clock.now()
    minutes_pass(world, 5)
    assert people.not_answered_since(mended) == 0, "one sweep, and Google has answered for everybody"
    assert people.conditions() == before
    assert people.told() == {}
    assert open_incidents(world) == []
    assert len(alerts(world)) == 1, texts(world)
    assert "solved" in texts(world)[0].lower()
    assert len(lines(logged, "operator_alert")) == 1
    somebody = world.joined(people.members[len(people.members) // 2].user_id)
    somebody.types("/calendar status")
    assert "is connected" in somebody.answer


def test_a_dead_slack_token_keeps_back_what_is_owed_and_nothing_else(
    crowd: tuple[World, Crowd], logged: StringIO
) -> None:
    world, people = crowd
    unlucky, others = people.members[0], people.members[1:]
    before = people.conditions()
    world.slack.refuse_token(TEAM, "account_inactive")
    minutes_pass(world, 2)
    assert [line["incident"] for line in lines(logged, "operator_alert")] == [f"slack_app:{TEAM}"], "in the log alone"
    assert people.conditions() == before
    world.google.revoke(unlucky.email)
    looked_at = world.clock.now()
    minutes_pass(world, 26)
    assert people.told() == {}
    assert people.not_answered_since(looked_at) == 0, "connections are watched all the same"
    unhealthy = [each[0] for each in people.unhealthy()]
    assert unhealthy == [unlucky.connection_id]
    assert len(lines(logged, "operator_alert")) == 1

    world.slack.accept_token(TEAM)
    minutes_pass(world, 3)
    assert people.told() == {unlucky.user_id: 1}, "what was owed is told, once"
    assert open_incidents(world) == []
    mended = world.clock.now()
    minutes_pass(world, 13)
    assert people.not_answered_since(mended) == 0
    somebody = world.joined(others[-1].user_id)
    somebody.types("/calendar status")
    assert "is connected" in somebody.answer

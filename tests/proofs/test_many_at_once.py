"""T8, T10: many who fall out at once, or at one age, are not to blame; nobody hears of it unless an admin says so."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from sqlmodel import select

from bot.domain.people import Who
from storage.watch_tables import Incident
from tests.proofs.crowd import Crowd, Member, gather
from tests.proofs.minutes import TOLD_THERE, alerts, minutes_pass, open_incidents, operators_meet, texts
from tests.proofs.scale import size
from tests.sandbox.world import TEAM, World, world_with

PEOPLE = max(150, size(5000))
FAILING = max(16, PEOPLE * 4 // 100)
"""Four in a hundred; more of a small crowd, of whom five could be looked at one after the other by chance."""
SPREADS = pytest.mark.parametrize("spread", [1, 15], ids=["at_once", "over_15_minutes"])


@pytest.fixture
def world(database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(database_url, TOLD_THERE) as made:
        operators_meet(made)
        yield made


@pytest.fixture
def small(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    """For patterns in a few people's dates, which are the same on any database."""
    with world_with(sqlite_database_url, TOLD_THERE) as made:
        operators_meet(made)
        yield made


def released(world: World, key: str) -> bool:
    """As an admin does with the button of the alert."""
    with world.bot.database.reading() as session:
        found = session.exec(select(Incident).where(Incident.key == key)).one()
    return world.bot.watching.incidents.release(Who(TEAM, "U0ADA"), found.id)


def fall_out(world: World, unlucky: Sequence[Member], spread: int) -> None:
    """Google takes the grants of some for dead, one after the other within so many minutes."""
    for minute in range(spread):
        for each in unlucky[minute::spread]:
            world.google.set_account_state(each.email, "disabled")
        minutes_pass(world, 1)


def come_back(world: World, unlucky: Sequence[Member]) -> None:
    for each in unlucky:
        world.google.set_account_state(each.email, "ok")


def some_of(people: Crowd) -> Sequence[Member]:
    """From everywhere in the order in which they are looked at, and in no order of their own."""
    return Random(0).sample(people.members, FAILING)  # noqa: S311 - repeatable, not secret


@SPREADS
def test_an_outage_of_some_that_passes_is_nobodys_business(world: World, spread: int) -> None:
    people = gather(world, PEOPLE)
    minutes_pass(world, 11)
    unlucky = some_of(people)
    fall_out(world, unlucky, spread)
    minutes_pass(world, 40)
    assert people.told() == {}
    assert len(alerts(world)) == 1, texts(world)
    assert {each[1] for each in people.unhealthy()} == {"suspect"}
    assert {each[0] for each in people.unhealthy()} == {each.connection_id for each in unlucky}
    come_back(world, unlucky)
    minutes_pass(world, 30)
    assert people.unhealthy() == []
    assert people.told() == {}
    assert open_incidents(world) == []
    assert len(alerts(world)) == 1, texts(world)
    assert "solved" in texts(world)[0].lower()


def test_what_does_not_pass_is_told_once_an_admin_says_so(world: World) -> None:
    people = gather(world, PEOPLE)
    minutes_pass(world, 11)
    unlucky = some_of(people)
    fall_out(world, unlucky, 1)
    minutes_pass(world, 45)
    assert people.told() == {}
    assert open_incidents(world) == ["mass"]
    assert released(world, "mass")
    minutes_pass(world, 20)
    assert people.told() == {each.user_id: 1 for each in unlucky}
    assert {each[1] for each in people.unhealthy()} == {"needs_reconnect"}
    assert open_incidents(world) == []
    minutes_pass(world, 60)
    assert people.told() == {each.user_id: 1 for each in unlucky}
    assert len(alerts(world)) == 1, texts(world)


def test_grants_that_end_after_seven_days_speak_of_testing_mode(small: World) -> None:
    people = gather(small, 20, given=small.clock.now() - timedelta(days=7, minutes=3))
    minutes_pass(small, 11)
    unlucky = people.members[5:8]
    fall_out(small, unlucky, 1)
    minutes_pass(small, 45)
    assert people.told() == {}
    assert open_incidents(small) == ["testing_mode"]
    assert len(alerts(small)) == 1, texts(small)
    assert "Testing" in texts(small)[0]
    assert released(small, "testing_mode")
    minutes_pass(small, 30)
    assert people.told() == {each.user_id: 1 for each in unlucky}
    assert len(alerts(small)) == 1, texts(small)


def test_hours_apart_they_are_still_known_by_their_age(small: World) -> None:
    """The first who dies is told, as one person alone would be; from the second on it is a pattern."""
    people = gather(small, 20, given=small.clock.now() - timedelta(days=7) + timedelta(minutes=100))
    minutes_pass(small, 11)
    first, second, third = people.members[5:8]
    for each in (first, second, third):
        small.google.set_account_state(each.email, "disabled")
        minutes_pass(small, 60)
    assert people.told() == {first.user_id: 1}
    assert open_incidents(small) == ["testing_mode"]
    come_back(small, [first, second, third])
    minutes_pass(small, 15)
    assert people.unhealthy() == []
    assert open_incidents(small) == []
    assert people.told() == {first.user_id: 1}


def test_grants_of_any_other_age_are_peoples_own(small: World) -> None:
    people = gather(small, 20, given=small.clock.now() - timedelta(days=6, hours=20))
    minutes_pass(small, 11)
    unlucky = people.members[5:8]
    fall_out(small, unlucky, 1)
    minutes_pass(small, 40)
    assert people.told() == {each.user_id: 1 for each in unlucky}
    assert alerts(small) == []

"""Each single fault: its class, its words, one message at the right time, and its end."""

from datetime import datetime

import pytest

from tests.journeys.attacking import is_connected, rows
from tests.journeys.outages import (
    ANA,
    CLEO,
    CONFIRM_AFTER,
    FIRST_LOOK,
    GUS,
    MINUTE,
    Letters,
    buttons,
    cause_of,
    falls_ill,
    health_of,
    passes_until,
    reads,
)
from tests.journeys.single_faults import FAULTS, Single
from tests.sandbox.world import Persona, World, said


@pytest.mark.parametrize("single", FAULTS, ids=str)
def test_a_single_fault_is_told_once_and_heals(world: World, single: Single) -> None:
    person = who_it_befalls(world, single)
    letters, to_cleo, to_operators = Letters(person), Letters(world.cleo), Letters(world.ada)
    world.time_passes(3 * MINUTE)
    home, broken_at = person.home, world.clock.now()
    single.breaks(world)

    falls_ill(world, single.account)
    assert (letters.new, person.home) == ([], home), "one refusal proves nothing"
    assert [single.alert in message.text for message in to_operators.new] == [True] * bool(single.alert)
    struck_at = first_refusal(world)
    passes_until(world, lambda: letters.new != [], CONFIRM_AFTER + MINUTE)
    told = letters.only
    assert struck_at + CONFIRM_AFTER <= told.at <= broken_at + FIRST_LOOK + CONFIRM_AFTER
    assert (health_of(world, single.account), cause_of(world, single.account)) == (single.health, single.cause)
    reads(told, single.reason, *single.says)
    assert tuple(buttons(told)) == single.clicks
    assert single.reason in person.home, "the Home tab agrees by itself"
    person.types("/calendar status")
    assert single.reason in person.answer

    world.time_passes(FIRST_LOOK)
    assert (letters.only.ts, letters.only.edited) == (told.ts, None), "and it is not told again"

    single.mends(world)
    passes_until(world, lambda: health_of(world, single.account) == "connected", FIRST_LOOK)
    world.settles()
    told = letters.new[0]
    assert single.mended in told.text
    assert buttons(told) == []
    assert f"*{single.account}* is connected" in person.home
    assert is_connected(person, single.account)
    world.time_passes((3 if single.alert else 1) * FIRST_LOOK)
    assert not [message for message in letters.new if single.says[0] in message.text]
    assert to_cleo.new == []
    assert len(to_operators.new) == bool(single.alert), "nor were the operators told twice"
    assert all("*Resolved*" in said(message) for message in to_operators.new)


def who_it_befalls(world: World, single: Single) -> Persona:
    """Everybody is connected, and Ana has chosen calendars of both kinds."""
    world.ana.connects_google(ANA)
    world.ana.picks("Family", "Team", "Holidays in Portugal")
    if not single.alone:
        world.cleo.connects_google(CLEO)
        world.cleo.picks(CLEO)
    if single.account == GUS:
        world.gus.connects_google(GUS)
        world.gus.picks(GUS)
    return world.gus if single.account == GUS else world.ana


def first_refusal(world: World) -> datetime:
    (at,) = rows(world, "SELECT strike_at FROM connection WHERE strike_at IS NOT NULL")
    return datetime.fromisoformat(f"{at}+00:00")

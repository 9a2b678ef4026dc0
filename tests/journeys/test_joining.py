"""Who joins is invited, if that is switched on; whose address changes is asked about their account, once."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from tests.journeys.attacking import rows
from tests.journeys.outages import ANA, Letters, buttons, reads
from tests.sandbox.world import TEAM, World

DAY = timedelta(days=1)
Setting = Callable[[Mapping[str, str]], World]


def invited(world: World) -> list[str]:
    """Whose invitation has arrived."""
    return [
        user.id
        for user in world.slack.users()
        if any("invite" in each.text and "connect" in each.text for each in world.slack.dm(user.id))
    ]


def compares(world: World) -> None:
    world.bot.rolling.compare()
    world.settles()
    world.jobs_run()


def joins(world: World, user_id: str, **more: bool) -> None:
    world.slack.joins(TEAM, user_id, name="Dora", email=f"{user_id.lower()}@acme.example", tz="UTC", **more)
    world.settles()


@pytest.mark.parametrize("heard", [True, False])
def test_newcomers_are_invited_once_and_guests_bots_and_old_hands_are_not(
    world_set_up: Setting, *, heard: bool
) -> None:
    world = world_set_up({"INVITE_ON_JOIN": "true"})
    world.ada.types("/calendar status")
    world.ana.types("/calendar connect")
    compares(world)
    assert invited(world) == [], "the first reading finds everybody, and nobody new"
    world.slack.subscribe(["team_join", "user_change"] if heard else [])
    joins(world, "U0DORA")
    joins(world, "U0GUEST", guest=True)
    joins(world, "U0BOT", bot=True)
    if heard:
        assert invited(world) == ["U0DORA"]
    world.time_leaps(DAY)
    compares(world)
    world.time_leaps(DAY)
    compares(world)
    assert invited(world) == ["U0DORA"]
    assert len([each for each in world.slack.dm("U0DORA") if each.from_bot]) == 1
    assert rows(world, "SELECT user_id FROM audit WHERE action = 'invited_on_joining'") == ["U0DORA"]


def test_nobody_is_invited_on_joining_unless_it_is_switched_on(world: World) -> None:
    world.ada.types("/calendar status")
    compares(world)
    joins(world, "U0DORA")
    world.time_leaps(DAY)
    compares(world)
    assert invited(world) == []


def test_a_new_address_in_slack_raises_the_question_once_and_the_link_settles_it(world: World) -> None:
    world.ana.connects_google(ANA)
    compares(world)
    letters = Letters(world.ana)
    for address in ("ana.lima@acme.example", "ana.lima@acme.example", "lima@acme.example"):
        world.slack.changes("U0ANA", email=address)
        world.settles()
    for _ in range(3):
        world.jobs_run()
    reads(letters.only, f"Is {ANA} still your Google account?", "goes on working")
    assert buttons(letters.only) == ["connect_open"]
    assert world.google.grants(ANA), "nothing was ended"
    assert rows(world, "SELECT count(*) FROM audit WHERE action = 'email_changed'") == [2]
    world.ana.opens_link().presses("Continue")
    world.ana.consents(ANA)
    world.ana.browser.presses("Confirm with Slack")
    assert "Connected" in world.ana.consents(ANA).page
    world.time_leaps(DAY)
    compares(world)
    assert len([each for each in letters.new if "still your Google account" in each.text]) == 0
    assert rows(world, "SELECT count(*) FROM errand WHERE key LIKE 'confirm:%'") == [0]


def test_an_address_that_becomes_the_accounts_own_raises_no_question(world: World) -> None:
    world.slack.state.users["U0ANA"].email = "old@acme.example"
    world.ana.connects_google(ANA).presses("Confirm with Slack")
    assert "Connected" in world.ana.consents(ANA).page
    compares(world)
    world.slack.changes("U0ANA", email=ANA.upper())
    world.settles()
    assert rows(world, "SELECT count(*) FROM errand WHERE key LIKE 'confirm:%'") == [0]

"""`calendar-bot invite`, `status` and `audit`, beside a bot that serves and without one."""

import csv
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.domain.notices import RoundProgress
from bot.settings import Settings
from handlers import app
from handlers.rollout_cli import Inviter, Stopped, Wanted
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, Persona, World, world_with
from tests.serving.program import PATIENCE, PROGRAM

ANA = "ana@acme.example"


@pytest.fixture
def world(sqlite_database_url: str) -> Iterator[World]:
    with world_with(sqlite_database_url) as made:
        yield made


@pytest.fixture
def world_on_postgresql(postgresql_database_url: str) -> Iterator[World]:
    with world_with(postgresql_database_url) as made:
        yield made


@contextmanager
def inviting_beside(world: World) -> Iterator[Inviter]:
    """Another process' worth of bot over the same database; whoever waits lets the world's time pass."""
    bot = app.build(Settings.read(world.environment()), world.clock, speaks=False)
    try:
        yield Inviter(bot, world.clock.advance)
    finally:
        bot.close()


def run(world: World, wanted: Wanted) -> list[RoundProgress]:
    """Every progress that the bar was shown."""
    seen: list[RoundProgress] = []
    with inviting_beside(world) as inviter:
        team_id = inviter.team(wanted.team)
        inviter.run(team_id, inviter.choice(team_id, wanted), seen.append)
    return seen


def invited(person: Persona) -> int:
    return sum("You are invited to connect" in message.text for message in person.messages())


def test_everyone_is_invited_from_the_command_line_and_the_bar_tells_the_truth(world: World) -> None:
    seen = run(world, Wanted(everyone=True))
    assert [invited(person) for person in (world.ada, world.ana, world.ben, world.cleo, world.gus)] == [1, 1, 1, 1, 0]
    assert (seen[-1].state, seen[-1].sent, seen[-1].total) == ("finished", 4, 4)
    world.jobs_run()
    assert invited(world.ana) == 1, "the bot that serves sends nothing twice"


def test_who_cannot_be_reached_is_counted_and_slack_is_waited_for(world: World) -> None:
    limited: dict[str, object] = {"ok": False, "error": "ratelimited"}
    gone: dict[str, object] = {"ok": False, "error": "user_disabled"}
    world.slack.script.add(Fault("conversations.open", status=429, body=limited, headers={"Retry-After": "30"}))
    world.slack.script.add(Fault("conversations.open", status=200, body=gone))
    began = world.clock.now()
    seen = run(world, Wanted(everyone=True))
    assert (seen[-1].sent, seen[-1].unreachable) == (3, 1)
    assert [reason for _, reason in seen[-1].unreached] == ["Unreachable"]
    assert (world.clock.now() - began).total_seconds() >= 30


def test_people_by_address_and_none_that_slack_does_not_know(world: World) -> None:
    run(world, Wanted(emails=[ANA, "GUS@partner.example"], guests=True))
    assert [invited(person) for person in (world.ana, world.gus, world.ben)] == [1, 1, 0]
    with pytest.raises(Stopped, match=r"Slack knows nobody by: nobody@acme\.example\."):
        run(world, Wanted(emails=[ANA, "nobody@acme.example"]))


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(everyone=True, groups=["S0SALES"])], ids=["none", "two"])
def test_one_audience_has_to_be_named(world: World, wanted: Wanted) -> None:
    with pytest.raises(Stopped, match="in one way"):
        run(world, wanted)


def test_a_workspace_that_the_bot_is_not_in_is_named(world: World) -> None:
    with inviting_beside(world) as inviter, pytest.raises(Stopped, match=f"installed in: {TEAM}"):
        inviter.team("T0ELSEWHERE")


def calls(world: World, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**world.environment(), "PATH": "", "COLUMNS": "80"}
    return subprocess.run(
        [PROGRAM, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_the_program_previews_sends_and_tells_how_everybody_stands(world_on_postgresql: World, tmp_path: Path) -> None:
    world = world_on_postgresql
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    world.slack.changes("U0BEN", name="=HYPERLINK(evil)")
    sent = calls(world, tmp_path, "invite", "--everyone", "--yes")
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.splitlines()[0].startswith("3 people are invited. Not invited: 1 connected already; 1 guests;")
    assert "3 invited, 0 left out, 0 could not be reached." in sent.stdout
    assert [invited(person) for person in (world.ada, world.ben, world.cleo)] == [1, 1, 1]

    told = calls(world, tmp_path, "status").stdout
    assert "1  connected" in told
    assert "3  invited" in told
    people = {each["user"]: each for each in json.loads(calls(world, tmp_path, "status", "--json").stdout)}
    assert (people["U0ANA"]["stage"], people["U0ANA"]["account"]) == ("connected", ANA)
    assert (people["U0BEN"]["stage"], people["U0BEN"]["team"]) == ("invited", TEAM)
    rows = list(csv.DictReader(calls(world, tmp_path, "status", "--csv").stdout.splitlines()))
    assert {row["user"]: row["name"] for row in rows}["U0BEN"] == "'=HYPERLINK(evil)"
    acts = json.loads(calls(world, tmp_path, "audit", "--json").stdout)
    assert [each["action"] for each in acts if each["action"] == "invited_people"] == ["invited_people"]
    assert "invited_people  audience=everyone people=3" in calls(world, tmp_path, "audit").stdout
    assert calls(world, tmp_path, "audit", "--since", "2999-01-01").stdout == ""


def test_without_yes_the_program_asks(world: World, tmp_path: Path) -> None:
    asked = calls(world, tmp_path, "invite", "--everyone")
    assert "Send 4 direct messages?" in asked.stdout
    assert asked.returncode == 1
    assert invited(world.ana) == 0

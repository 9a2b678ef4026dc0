"""Slack is slow, down or wrong when the bot first needs it: the event loop goes on, and each request has its answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.sandbox.faults import Fault
from tests.sandbox.world import World, world_with

LIVELY = 20
"""Pages answered in two seconds: an event loop that stands still answers one or two."""


@pytest.fixture
def world(sqlite_database_url: str) -> Iterator[World]:
    """A bot that has not asked Slack yet which workspace its token is of."""
    with world_with(sqlite_database_url) as made:
        yield made
        assert made.slack.faults == []


def test_pages_are_served_while_slack_keeps_us_waiting(world: World) -> None:
    world.slack.script.add(Fault("auth.test", kind="hang", seconds=3, status=503))
    pages = 0
    with ThreadPoolExecutor(1) as people:
        command = people.submit(world.slack.command, "U0ANA", "/calendar status")
        while not command.done():
            pages += requests.get(f"{world.bot_url}/healthz", timeout=10).ok
        assert command.result().ok
    assert pages > LIVELY
    assert "taking longer than usual" in world.ana.answer
    world.settles()
    world.ana.types("/calendar status")
    assert "No Google Calendar is connected" in world.ana.answer


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("auth.test", status=503), "try again in a minute"),
        (Fault("auth.test", kind="drop"), "try again in a minute"),
        (Fault("auth.test", status=200, body="<html>Hotel Wi-Fi</html>"), "try again in a minute"),
        (Fault("auth.test", status=200, body={"ok": False, "error": "token_revoked"}), "have to mend that"),
    ],
)
def test_a_command_says_why_it_cannot_be_done_and_the_next_one_is_done(world: World, fault: Fault, words: str) -> None:
    world.slack.script.add(fault)
    world.ana.types("/calendar status")
    assert words in world.ana.answer
    assert "not installed" not in world.ana.answer
    world.ana.types("/calendar status")
    assert "No Google Calendar is connected" in world.ana.answer


def test_what_has_no_room_for_words_is_acknowledged_in_its_own_form(world: World) -> None:
    world.slack.script.add(Fault("auth.test", status=503, times=-1))
    for ack in (world.slack.opens_home("U0ANA"), world.slack.say("U0ANA", "status")):
        assert (ack.status, ack.body) == (200, "")
    assert world.ana.messages() == []

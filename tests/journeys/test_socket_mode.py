"""Socket Mode: everything a person does goes over a websocket that the bot opened; Slack never calls its address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest
import requests

from tests.sandbox.faults import Fault
from tests.sandbox.slack.standin import SlackStandIn
from tests.sandbox.world import World, world_with

ANA, BEN = "ana@acme.example", "ben@acme.example"


@contextmanager
def becomes_true(slack: SlackStandIn, condition: Callable[[], bool]) -> Iterator[None]:
    """The block, and then the wait for what it was to bring about; Slack says when anything changed."""
    changed = Event()
    slack.on_change(changed.set)
    yield
    while not condition():
        assert changed.wait(20), "nothing more happened"
        changed.clear()


def settings(world: World) -> dict[str, str]:
    return {"SLACK_APP_TOKEN": world.slack.app_token, "SLACK_SIGNING_SECRET": ""}


@pytest.fixture
def socket_world(sqlite_database_url: str) -> Iterator[World]:
    """A bot that Slack has no address of, with its websocket open."""
    with world_with(sqlite_database_url) as made:
        made.stop_bot()
        made.slack.point_at("http://127.0.0.1:9/nobody")
        with becomes_true(made.slack, lambda: made.slack.sockets.connected):
            made.start_bot(settings(made))
        yield made
        assert made.slack.faults == []


def test_from_the_command_to_saved_calendars(socket_world: World) -> None:
    world = socket_world
    assert "Connected" in world.ana.connects_google(ANA).page
    assert world.ana.sees("Not you?"), "a command and what follows it"
    world.ana.picks(ANA, "Team")
    assert world.ana.sees("The test found everything in order"), "menus and buttons"
    world.ana.opens_home()
    assert "Team" in world.ana.home, "events"
    world.ana.types("status")
    assert world.ana.sees(f"{ANA} is connected"), "words in the DM"
    assert requests.post(f"{world.bot_url}/slack/events", data=b"{}", timeout=5).status_code == 404


def test_a_modal_is_opened_searched_and_submitted(socket_world: World) -> None:
    world = socket_world
    world.ben.connects_google(BEN)
    world.ben.types("/calendar calendars")
    world.ben.chooses("pick_linked", BEN, on="modal")
    world.ben.chooses("pick_conflicts", "Sales Berlin", on="modal")
    world.ben.submits()
    assert "Saved" in world.ben.modal
    assert "Sales Berlin" in world.ben.home


def test_an_event_sent_again_is_worked_on_once(socket_world: World) -> None:
    world = socket_world
    world.ana.types("help")
    said = len(world.ana.messages())
    world.slack.retry()
    world.settles()
    assert len(world.ana.messages()) == said


def test_a_dropped_socket_is_opened_again(socket_world: World) -> None:
    world = socket_world
    opened = world.slack.sockets.opened
    with becomes_true(world.slack, lambda: world.slack.sockets.opened > opened):
        world.slack.sockets.disconnect()
    world.ana.types("/calendar status")
    assert "No Google Calendar is connected" in world.ana.answer
    assert world.slack.sockets.opened == opened + 1, "once for the goodbye and the end together"


def test_slacks_warning_brings_a_fresh_socket_before_the_old_one_ends(socket_world: World) -> None:
    world = socket_world
    opened = world.slack.sockets.opened
    with becomes_true(world.slack, lambda: world.slack.sockets.opened > opened):
        world.slack.sockets.disconnect("warning")
    world.ana.types("/calendar status")
    assert "No Google Calendar is connected" in world.ana.answer


def test_slack_being_down_at_the_start_does_not_keep_the_pages_from_being_served(sqlite_database_url: str) -> None:
    with world_with(sqlite_database_url) as world:
        world.ana.types("/calendar connect")
        link = world.ana.link
        world.stop_bot()
        down = Fault("apps.connections.open", status=503, body="<html>down</html>", times=1)
        world.slack.script.add(down)
        with becomes_true(world.slack, lambda: world.slack.sockets.connected):
            world.start_bot({**settings(world), "PUBLIC_URL": world.bot_url})
            path = link.partition("/connect/")[2]
            assert requests.get(f"{world.bot_url}/connect/{path}", timeout=5).status_code == 200
            assert requests.get(f"{world.bot_url}/readyz", timeout=5).status_code == 200
        world.ana.types("/calendar status")
        assert "No Google Calendar is connected" in world.ana.answer

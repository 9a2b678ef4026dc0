"""Slack sends twice, Slack stumbles, people click twice, the process is killed: what was meant happens, once."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sandbox.faults import Fault
from tests.sandbox.server import Served
from tests.sandbox.slack.delivery import Sent, post
from tests.sandbox.slack.state import ApiCall
from tests.sandbox.world import World

ANA = "ana@acme.example"


def links_sent(world: World) -> int:
    """How many personal links went out."""
    return sum("connect_open" in str(call.args.get("blocks")) for call in _posts(world))


def _posts(world: World) -> list[ApiCall]:
    return [call for call in world.slack.journal if call.method == "chat.postMessage"]


# --- sent again -----------------------------------------------------------------------------------------------------


def test_an_event_that_comes_again_is_handled_once(world: World) -> None:
    world.cleo.types("connect")
    for number in (1, 2, 3):
        assert world.slack.retry(number=number).ok
    world.settles()
    assert links_sent(world) == 1


def test_an_event_that_comes_again_after_a_restart_is_handled_once(world: World) -> None:
    world.cleo.types("connect")
    world.stop_bot()
    world.start_bot()
    assert world.slack.retry().ok
    world.settles()
    assert links_sent(world) == 1


def test_a_command_with_a_trigger_that_was_seen_is_handled_once(world: World) -> None:
    world.ana.types("/calendar connect")
    first = world.slack.last_request
    assert first is not None
    world.time_passes(timedelta(seconds=2))
    signed_anew = Sent(first.url, first.body, first.headers | world.slack.signed(first.body))
    assert signed_anew.headers != first.headers
    assert post(signed_anew).status == 200
    world.settles()
    assert links_sent(world) == 1


def test_a_recorded_request_does_nothing_and_soon_proves_nothing(world: World) -> None:
    world.ana.types("/calendar connect")
    recorded = world.slack.last_request
    assert recorded is not None
    world.time_passes(timedelta(minutes=4))
    assert post(recorded).status == 200
    world.settles()
    assert links_sent(world) == 1
    world.time_passes(timedelta(minutes=2))
    assert post(recorded).status == 401
    world.settles()
    assert links_sent(world) == 1


def test_two_clicks_on_save_at_once_save_one_choice_whole(world_on_either: World) -> None:
    world = world_on_either
    world.ana.connects_google(ANA)
    world.ana.chooses("pick_linked", "Family", on="dm")
    world.ana.chooses("pick_conflicts", "Team", "Holidays in Portugal", on="dm")
    (card,) = [message.ts for message in world.ana.messages() if "save_picks" in str(message.blocks)]
    together = Barrier(4)

    def click(_: int) -> int:
        together.wait()
        return world.slack.clicks("U0ANA", "Save", message_ts=card).status

    with ThreadPoolExecutor(4) as hands:
        assert set(hands.map(click, range(4))) == {200}
    world.settles()
    world.ana.types("/calendar status")
    assert "Appointments go to Family, 2 more" in world.ana.answer
    assert world.ana.sees("The test found everything in order")
    assert [event["summary"] for event in world.google.events(ANA) if "test" in event["summary"].casefold()] == []


# --- Slack stumbles -------------------------------------------------------------------------------------------------

STUMBLES = [
    Fault(
        "POST /api/chat.postMessage",
        status=429,
        headers={"retry-after": "30"},
        body={"ok": False, "error": "ratelimited"},
    ),
    Fault("POST /api/chat.postMessage", status=429, body={"ok": False, "error": "ratelimited"}),
    Fault("POST /api/chat.postMessage", status=500, body="<html>oops</html>"),
    Fault("POST /api/chat.postMessage", status=200, body={"ok": False, "error": "fatal_error"}),
    Fault("POST /api/chat.postMessage", status=200, body="<html>portal</html>"),
    Fault("POST /api/chat.postMessage", kind="drop"),
]


@pytest.mark.parametrize("fault", STUMBLES, ids=["429", "429-bare", "500", "fatal", "portal", "drop"])
def test_a_link_that_could_not_be_sent_is_told_and_leaves_the_old_one_alive(world: World, fault: Fault) -> None:
    world.ana.types("/calendar connect")
    old = world.ana.link
    world.slack.script.add(fault)
    world.ana.types("/calendar connect")
    assert "Slack did not take our message" in world.ana.answer
    assert world.ana.browser.opens(old).status == 200
    world.slack.script.clear()
    world.ana.types("/calendar connect")
    assert world.ana.browser.opens(old).status == 404
    assert "Connected" in world.ana.connects_google(ANA).page


def test_somebody_who_cannot_be_written_to_is_told_where_they_asked(world: World) -> None:
    world.slack.script.add(
        Fault("POST /api/conversations.open", status=200, body={"ok": False, "error": "cannot_dm_bot"}, times=-1)
    )
    world.ana.types("/calendar connect", channel_id="C0GENERAL")
    assert "Slack does not let us write" in world.ana.answer


def test_a_consent_counts_even_if_slack_takes_no_message_about_it(world: World) -> None:
    world.ana.types("/calendar connect")
    world.ana.opens_link().presses("Continue")
    world.slack.script.add(Fault("POST /api/chat.", status=500, times=-1))
    assert "Connected" in world.ana.consents(ANA).page
    world.slack.script.clear()
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer
    assert "is connected" in world.ana.home, "the Home tab was drawn all the same"
    world.ana.types("calendars")
    assert world.ana.sees("pick_linked"), "and the menus can be had"


@pytest.mark.parametrize("error", ["hash_conflict", "ratelimited", "internal_error"])
def test_a_home_tab_that_cannot_be_drawn_is_drawn_the_next_time_and_nobody_is_written_to(
    world: World, error: str
) -> None:
    world.ana.opens_home()
    before = len(world.ana.messages())
    world.slack.script.add(Fault("POST /api/views.publish", status=200, body={"ok": False, "error": error}))
    world.ana.opens_home()
    assert len(world.ana.messages()) == before
    world.ana.connects_google(ANA)
    world.ana.opens_home()
    assert "is connected" in world.ana.home


# --- Google is slower than people -----------------------------------------------------------------------------------


class Gate:
    """Google's calendar list behind a gate: who asks waits until it is opened."""

    def __init__(self, google: ASGIApp) -> None:
        self._google = google
        self.reached, self.opened = Event(), Event()
        self.opened.set()

    def shut(self) -> None:
        self.reached.clear()
        self.opened.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.opened.is_set():
            self.reached.set()
            await asyncio.to_thread(self.opened.wait)
        await self._google(scope, receive, send)


@pytest.fixture
def gate(world: World) -> Iterator[Gate]:
    gate = Gate(world.google.app)
    served = Served(gate)
    world.stop_bot()
    world.start_bot({"GOOGLE_CALENDAR_URL": f"{served.url}/calendar/v3/"})
    yield gate
    gate.opened.set()
    world.settles()
    served.stop()


def test_a_home_tab_drawn_slowly_does_not_overwrite_a_disconnect(world: World, gate: Gate) -> None:
    world.ana.connects_google(ANA)
    gate.shut()
    world.slack.opens_home("U0ANA")
    assert gate.reached.wait(5)
    world.ana.browser.presses("Disconnect")
    gate.opened.set()
    world.settles()
    assert "No Google Calendar is connected" in world.ana.home


def test_not_you_pressed_before_the_card_came_leaves_no_card_behind(world: World, gate: Gate) -> None:
    world.ana.types("/calendar connect")
    world.ana.opens_link().presses("Continue")
    callback = world.ana.stops_before_returning(ANA)
    gate.shut()
    page = world.ana.browser.opens(callback)
    assert gate.reached.wait(5)
    page.presses("Disconnect")
    gate.opened.set()
    world.settles()
    assert "No Google Calendar is connected" in world.ana.home
    assert world.ana.sees("is disconnected")
    assert not any("save_picks" in str(message.blocks) for message in world.ana.messages())

"""The websocket to Slack when it breaks, is refused, brings nonsense, or is to be closed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from structlog.testing import capture_logs

from handlers.socket_mode import SocketMode
from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Fault
from tests.sandbox.server import Faulty, Served
from tests.sandbox.slack.serving import SCOPES, add_acme
from tests.sandbox.slack.standin import SlackStandIn


@dataclass
class Line:
    """Slack, and how it is served."""

    slack: SlackStandIn
    served: Served


@pytest.fixture
def line() -> Iterator[Line]:
    slack = SlackStandIn(SandboxClock())
    served = Served(Faulty(slack.app, slack.script))
    slack.base_url = served.url
    add_acme(slack)
    slack.install("T0ACME", SCOPES)
    yield Line(slack, served)
    slack.close()
    served.stop()


def bot_that(listener: Callable[..., Any]) -> AsyncApp:
    async def authorize(team_id: str) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-anything")

    bolt = AsyncApp(authorize=authorize, signing_secret="", process_before_response=True)
    bolt.command("/calendar")(listener)
    return bolt


async def says_hello(ack: Any) -> None:
    await ack("Hello")


@asynccontextmanager
async def running(line: Line, bolt: AsyncApp, token: str = "") -> AsyncIterator[SocketMode]:
    """A socket that looks after itself five times a second, and leaves nothing behind."""
    socket = SocketMode(bolt, token or line.slack.app_token, f"{line.slack.base_url}/api/", ping_interval=0.2)
    await socket.start()
    try:
        yield socket
    finally:
        await socket.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@contextmanager
def change_of(slack: SlackStandIn) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """How to wait until Slack says that something is so."""
    changed = threading.Event()
    slack.on_change(changed.set)

    def until(condition: Callable[[], bool]) -> None:
        while not condition():
            assert changed.wait(20), "nothing more happened"
            changed.clear()

    yield until


async def connected(slack: SlackStandIn) -> None:
    with change_of(slack) as until:
        await asyncio.to_thread(until, lambda: slack.sockets.connected)


def test_a_line_that_was_cut_is_noticed_and_opened_again(line: Line) -> None:
    async def walk() -> None:
        async with running(line, bot_that(says_hello)):
            await connected(line.slack)
            with change_of(line.slack) as until:
                line.served.cuts_every_line()
                await asyncio.to_thread(until, lambda: not line.slack.sockets.connected)
            await connected(line.slack)
            assert (await asyncio.to_thread(line.slack.command, "U0ANA", "/calendar status")).ok

    asyncio.run(walk())
    assert [message.text for message in line.slack.ephemerals("U0ANA")] == ["Hello"]


def test_an_address_that_leads_nowhere_is_given_up_for_a_fresh_one(line: Line) -> None:
    nowhere: dict[str, object] = {"ok": True, "url": "ws://127.0.0.1:9/link/?ticket=used-up"}
    line.slack.script.add(Fault("apps.connections.open", status=200, body=nowhere))

    async def walk() -> None:
        async with running(line, bot_that(says_hello)):
            await connected(line.slack)

    with capture_logs() as logged:
        asyncio.run(walk())
    assert "Failed to connect" in {entry.get("step") for entry in logged}
    assert "used-up" not in str(logged)


def test_it_can_be_stopped_while_slack_is_down(line: Line) -> None:
    line.slack.script.add(Fault("apps.connections.open", kind="drop", times=-1))

    async def walk() -> None:
        async with running(line, bot_that(says_hello)):
            pass

    asyncio.run(walk())


def test_a_token_slack_does_not_take_is_named_by_slacks_word_and_never_shown(line: Line) -> None:
    token = "xapp-1-A0CALENDAR-1-ab54a98"

    async def walk() -> None:
        async with running(line, bot_that(says_hello), token):
            while not any(entry["event"] == "socket_not_opened" for entry in logged):  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0)

    with capture_logs() as logged:
        asyncio.run(walk())
    assert {"event": "socket_not_opened", "error": "invalid_auth", "again_in": 1.0, "log_level": "warning"} in logged
    assert token not in str(logged)


def test_what_came_in_is_answered_before_the_socket_closes(line: Line) -> None:
    async def walk() -> None:
        came_in, go_on = asyncio.Event(), asyncio.Event()

        async def takes_its_time(ack: Any) -> None:
            came_in.set()
            await go_on.wait()
            await ack("Done")

        async with asyncio.TaskGroup() as group, running(line, bot_that(takes_its_time)) as socket:
            await connected(line.slack)
            command = group.create_task(asyncio.to_thread(line.slack.command, "U0ANA", "/calendar status"))
            await came_in.wait()
            stopping = group.create_task(socket.stop())
            go_on.set()
            await stopping
            assert (await command).ok

    asyncio.run(walk())
    assert [message.text for message in line.slack.ephemerals("U0ANA")] == ["Done"]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("interactive", {"type": "nonsense"}), ("events_api", {"type": "event_callback"}), ("something_new", {})],
)
def test_nonsense_is_acknowledged_and_goes_no_further(line: Line, kind: str, payload: dict[str, Any]) -> None:
    async def walk() -> dict[str, Any]:
        async with running(line, bot_that(says_hello)):
            await connected(line.slack)
            return await asyncio.to_thread(line.slack.sockets.send, kind, payload, answers=True, timeout=3)

    with capture_logs() as logged:
        answer = asyncio.run(walk())
    assert not answer.get("payload")
    assert [entry["event"] for entry in logged if entry["log_level"] == "warning"] == ["slack_refused"]

"""A real process and a real SIGKILL between the consent and the card: the next process knows where things stand."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Condition

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.sandbox.faults import Fault
from tests.sandbox.world import World

ANA = "ana@acme.example"
_PATIENCE = 30
_UNTIL_IT_LISTENS = HTTPAdapter(max_retries=Retry(300, backoff_factor=0.05, backoff_max=0.1))


@contextmanager
def served_by_a_process(world: World) -> Iterator["subprocess.Popen[bytes]"]:
    """The world's bot as `calendar-bot serve`, over the same database."""
    world.stop_bot()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    world.bot_url = f"http://127.0.0.1:{port}"
    world.slack.point_at(world.bot_url)
    world.google.redirect_uris.add(f"{world.bot_url}/oauth/google/callback")
    process = subprocess.Popen(
        [sys.executable, "-c", "from handlers.cli import main; main()", "serve"],
        env=os.environ | world.environment() | {"PORT": str(port)},
    )
    try:
        with requests.Session() as session:
            session.mount("http://", _UNTIL_IT_LISTENS)
            assert session.get(f"{world.bot_url}/readyz", timeout=_PATIENCE).text == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        world.slack.script.clear()
        world.start_bot()


def waits_for(world: World, condition: Callable[[], bool]) -> None:
    """Until Slack shows it."""
    changed = Condition()

    def wake() -> None:
        with changed:
            changed.notify_all()

    world.slack.on_change(wake)
    with changed:
        assert changed.wait_for(condition, _PATIENCE)


def test_killed_between_consent_and_card_the_connection_stands_and_everything_says_so(world: World) -> None:
    with served_by_a_process(world) as process:
        world.slack.command("U0ANA", "/calendar connect")
        waits_for(world, lambda: bool(world.ana.messages()))
        world.ana.opens_link().presses("Continue")
        callback = world.ana.stops_before_returning(ANA)
        world.slack.script.add(Fault("POST /api/chat.", kind="hang", times=-1))
        page = world.ana.browser.opens(callback)
        process.send_signal(signal.SIGKILL)
        assert "Connected" in page.page
    assert "pick_linked" not in str([message.blocks for message in world.ana.messages()]), "the card never came"
    world.ana.opens_home()
    assert "is connected" in world.ana.home
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer
    again = f"{world.bot_url}/oauth/google/callback?{callback.partition('?')[2]}"
    assert world.ana.browser.opens(again).status == 400, "a consent counts once"
    world.ana.types("calendars")
    world.ana.picks(ANA, "Team")
    assert world.ana.sees("The test found everything in order")


def test_killed_before_the_link_was_sent_another_one_can_be_had(world: World) -> None:
    with served_by_a_process(world) as process:
        world.slack.script.add(Fault("POST /api/chat.", kind="hang", times=-1))
        world.slack.command("U0ANA", "/calendar connect")
        process.send_signal(signal.SIGKILL)
    assert world.ana.messages() == []
    assert "Connected" in world.ana.connects_google(ANA).page

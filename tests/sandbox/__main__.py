"""`make sandbox`: the whole bot on loopback, Slack and Google stood in for, and one page to watch it all."""

import argparse
import signal
import tempfile
from pathlib import Path
from threading import Event

from bot import telemetry
from storage import schema
from tests.sandbox.page.page import SandboxPage
from tests.sandbox.server import Served
from tests.sandbox.world import TEAM, World


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make sandbox", description=__doc__)
    arguments.add_argument("--port", type=int, default=8700, help="where the page is served")
    port: int = arguments.parse_args().port
    telemetry.configure()
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory(prefix="calendar-bot-") as folder:
        url = f"sqlite:///{Path(folder) / 'sandbox.db'}"
        schema.migrate(url)
        world = World(url, by_itself=True)
        world.google.risc.register(f"{world.bot_url}/google/risc")  # as `calendar-bot risc register` does
        page = SandboxPage(world.slack, world.google, world.clock, TEAM, world.time_passes)
        served = Served(page.app, port)
        print(f"\n  Calendar Bot's sandbox is ready: {served.url}", flush=True)
        print(f"  The bot itself listens at {world.bot_url}. Ctrl-C ends it all.\n", flush=True)
        stopped.wait()
        page.close()
        served.stop()
        world.close()


if __name__ == "__main__":
    main()

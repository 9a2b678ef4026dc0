"""Processes that serve the bot over one database: `python -m tests.proofs.clerk`, told how many, tells their addresses.

It forks them because importing everything anew takes most of the time; nothing is built or connected by then. They end
with its orders.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import telemetry
from bot.settings import Settings
from handlers import app
from tests.sandbox.passing import ByHand
from tests.sandbox.server import Served

Order = dict[str, Any]


class ToldClock:
    """The machine's, put forward to what it was told last."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def told(self, moment: str) -> None:
        self._ahead = datetime.fromisoformat(moment) - datetime.now(UTC)  # noqa: TID251 - this is the clock

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead  # noqa: TID251 - this is the clock


def orders() -> Iterator[Order]:
    """What stands on standard input, line by line."""
    for line in sys.stdin:
        yield json.loads(line)


def answer(words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    telemetry.configure(sys.stderr)
    order = next(orders())
    children = []
    for _ in range(order["clerks"]):
        child = os.fork()
        if child == 0:
            os._exit(_serves(order["now"]))
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def _serves(moment: str) -> int:
    clock = ToldClock()
    clock.told(moment)
    try:
        bot = app.build(Settings.read(os.environ), clock)
        bot.jobs = ByHand(bot.sweeps, bot.jobs.table)  # what people ask for alone, and no sweep that helps them
        answer({"url": Served(bot.http).url})
        sys.stdin.read()
    except Exception:  # noqa: BLE001 - whoever waits for the address has to hear of it
        traceback.print_exc()
        answer({})
        return 1
    return 0


if __name__ == "__main__":
    main()

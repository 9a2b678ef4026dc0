"""A process in which many ask for one time at once, as often as it is told to: `python -m tests.proofs.clerk`."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

from bot import telemetry
from bot.errors import SlotTaken
from bot.settings import Settings
from handlers import app
from tests.proofs.company import wish

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
    clock = ToldClock()
    bot = app.build(Settings.read(os.environ), clock)
    for order in orders():
        clock.told(order["now"])
        answer(_raced(order, bot.booking.appointments.book))
    bot.close()


def _raced(order: Order, book: Callable[..., object]) -> dict[str, int]:
    """What each of the racers got to hear: accepted, taken, or the name of another error."""
    count, start = order["racers"], datetime.fromisoformat(order["start"])
    together = Barrier(count)

    def race(number: int) -> str:
        together.wait(30)
        try:
            book(wish(order["people"], start), requester="race", idempotency_key=f"{order['name']}-{number}")
        except SlotTaken:
            return "taken"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return repr(error)
        return "accepted"

    with ThreadPoolExecutor(count) as crowd:
        return dict(Counter(crowd.map(race, range(count))))


if __name__ == "__main__":
    main()

"""A process whose children book, move and cancel, each until it falls into its trap: `python -m tests.proofs.victim`.

It forks them because importing and wiring everything anew would take most of the time. Nothing is connected then.
"""

import os
import sys
import traceback
from datetime import datetime, timedelta

from bot import telemetry
from bot.errors import AvailabilityUnknown, NotBookable
from bot.settings import Settings
from handlers import app
from handlers.app import Bot
from tests.proofs.clerk import Order, ToldClock, answer, orders
from tests.proofs.company import REQUESTER, wish
from tests.proofs.traps import BOOK, CANCEL, TRAPS
from tests.sandbox.world import TEAM

_TRIES, _MINUTE = 4, timedelta(minutes=1)


def main() -> None:
    telemetry.configure(sys.stderr)
    clock = ToldClock()
    bot = app.build(Settings.read(os.environ), clock)
    bot.database.close()  # it opens again by itself
    for order in orders():
        child = os.fork()
        if child == 0:
            clock.told(order["now"])
            os._exit(_lives(bot, clock, order))
        _, status = os.waitpid(child, 0)
        answer({"killed": os.WIFSIGNALED(status), "failed": os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0})


def _lives(bot: Bot, clock: ToldClock, order: Order) -> int:
    """Google fails now and then on the way to the trap: then it asks again, or goes on by sweeping, by the minute."""
    try:
        TRAPS[order["trap"]].is_set()
        for _ in range(_TRIES):
            _does(bot, order)
            bot.booking.bulletin.deliver()
            clock.told((clock.now() + _MINUTE).isoformat())
            bot.booking.outbox.run()
        bot.booking.bulletin.deliver()
    except Exception:  # noqa: BLE001 - a child tells how it ended by its status alone
        traceback.print_exc()
        return 1
    return 0


def _does(bot: Bot, order: Order) -> None:
    desk, deed = bot.booking.appointments, TRAPS[order["trap"]].deed
    start, end = (datetime.fromisoformat(order[side]) for side in ("start", "end"))
    try:
        if deed == BOOK:
            desk.book(wish(order["people"], start), requester=REQUESTER, idempotency_key=order["key"])
        elif deed == CANCEL:
            desk.cancel(TEAM, order["id"])
        else:
            desk.move(TEAM, order["id"], start, end)
    except (AvailabilityUnknown, NotBookable):  # nothing was promised, or the move that was is under way
        pass


if __name__ == "__main__":
    main()

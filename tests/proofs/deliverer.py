"""A process that delivers, as often as it is told to go: `python -m tests.proofs.deliverer`.

Its clock is the machine's, plus the seconds that stand in the file of its first argument. The second says what it
delivers: reminders, in two threads, or invitations, with the progress of their rounds.
"""

import os
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import telemetry
from bot.settings import Settings
from handlers import app

THREADS = 2


class FileClock:
    """Moved by whoever writes the file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text()))  # noqa: TID251 - this is the clock


def main() -> None:
    telemetry.configure(sys.stderr)
    bot = app.build(Settings.read(os.environ), FileClock(Path(sys.argv[1])))
    rolling = bot.rolling
    inviting: tuple[Callable[[], object], ...] = (rolling.invitations.deliver, rolling.rollout.finish_what_is_done)
    work = {"reminders": (bot.watching.reminders.deliver,) * THREADS, "invitations": inviting}[sys.argv[2]]
    _say("ready")
    for _ in sys.stdin:
        with ThreadPoolExecutor(THREADS if work is not inviting else 1) as pool:
            delivering = [pool.submit(each) for each in work]
        for each in delivering:
            if (error := each.exception()) is not None:
                traceback.print_exception(error)
        bot.drain()
        _say("done")
    bot.close()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

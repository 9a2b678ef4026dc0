"""A process that delivers reminders in two threads, as often as it is told to go: `python -m tests.proofs.deliverer`.

Its clock is the machine's, plus the seconds that stand in the file of its first argument.
"""

import os
import sys
import traceback
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
    _say("ready")
    for _ in sys.stdin:
        with ThreadPoolExecutor(THREADS) as pool:
            delivering = [pool.submit(bot.watching.reminders.deliver) for _ in range(THREADS)]
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

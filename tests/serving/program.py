"""`calendar-bot` as an operator runs it: a process of its own, told nothing but its settings."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread

from tests.sandbox.world import World

PROGRAM = str(Path(sys.executable).parent / "calendar-bot")
PATIENCE = 60


class Running:
    """`calendar-bot serve`, and everything it wrote."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.log: list[str] = []
        self._said = Condition()
        self._process = subprocess.Popen(
            [PROGRAM, "serve"], cwd=folder, env=_bare(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def says(self, word: str) -> None:
        """Wait until a line of the log holds ``word``."""
        with self._said:
            found = self._said.wait_for(lambda: self._is_said(word) or not self._listener.is_alive(), PATIENCE)
        assert found, f"{word} was never said: {self.log}"
        assert self._is_said(word), self.log

    def is_told_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(number)

    def ends(self) -> int:
        """Wait for the end; the exit status."""
        status = self._process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        return status

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self.ends()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _is_said(self, word: str) -> bool:
        return any(word in line for line in self.log)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._said:
                self.log.append(line.decode())
                self._said.notify_all()
        with self._said:
            self._said.notify_all()


@contextmanager
def serving(folder: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """Served and ready, for the length of a block."""
    running = Running(folder, environment)
    try:
        running.says('"event": "serving"')
        yield running
    finally:
        running.close()


@contextmanager
def without_its_own_bot(database_url: str) -> Iterator[World]:
    """Slack, Google and the people. The bot is yours to run, with ``environment()``, where this one was."""
    world = World(database_url)
    try:
        world.stop_bot()
        yield world
    finally:
        world.close()


def told(world: World, **more: str) -> dict[str, str]:
    """What the bot's process is told to be where the world expects it."""
    return {**world.environment(), "PORT": world.bot_url.rpartition(":")[2], **more}


def becomes_so(world: World, condition: Callable[[], bool]) -> None:
    """Wait until the bot has done it; Slack says when anything there has changed."""
    changed = Condition()

    def notify() -> None:
        with changed:
            changed.notify_all()

    world.slack.on_change(notify)
    with changed:
        assert changed.wait_for(condition, PATIENCE), "it never happened"


def _bare(environment: Mapping[str, str]) -> dict[str, str]:
    # A coverage run or a debugger reaches its child by these; a bot's settings are never among them.
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COV_", "PYTHON"))}
    return {**kept, **environment}

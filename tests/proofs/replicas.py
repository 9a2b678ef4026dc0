"""Several real processes over one database, which a test kills, stops and lets go on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Condition, Thread
from typing import IO

from tests.sandbox.world import World

PATIENCE = 120


class Replica:
    """One process of tests/proofs/deliverer.py."""

    def __init__(self, environment: dict[str, str], clock: Path, changed: Condition, work: str) -> None:
        self._changed = changed
        self._owes = 1
        """How often it has still to say that it is ready, or done."""
        self.log = clock.with_name(f"{clock.name}.log")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.proofs.deliverer", str(clock), work],
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def goes(self) -> None:
        """Deliver what is due now."""
        with self._changed:
            self._owes += 1
        self._stdin.write(b"go\n")
        self._stdin.flush()

    @property
    def is_idle(self) -> bool:
        return self._owes <= 0 or self._process.poll() is not None

    def gets(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            with self._changed:
                self._owes -= 1
                self._changed.notify_all()
        with self._changed:
            self._owes = 0
            self._changed.notify_all()


class Replicas:
    """The processes, their clock, and how many messages Slack has got."""

    def __init__(self, world: World, folder: Path, count: int, work: str) -> None:
        self._world, self._work = world, work
        self._clock = folder / "clock"
        self._ahead = timedelta()
        self._changed = Condition()
        self._write_clock()
        world.slack.on_change(self._notify)
        self.each = [self._started() for _ in range(count)]
        self.wait_for_all()

    def posted(self) -> int:
        """How many messages the bot has posted."""
        with self._world.slack.state.lock:
            return sum(map(len, self._world.slack.state.messages.values()))

    def time_leaps(self, by: timedelta) -> None:
        """For the processes and for Slack alike."""
        self._ahead += by
        self._world.clock.advance(by)
        self._write_clock()

    def go(self) -> None:
        for replica in self.each:
            replica.goes()

    def wait_for_all(self) -> None:
        """Until nobody has anything left to do."""
        self._wait(lambda: all(each.is_idle for each in self.each))

    def wait_for(self, replica: Replica) -> None:
        self._wait(lambda: replica.is_idle)

    def wait_for_messages(self, more: int) -> None:
        """Until Slack has got so many more, or nothing is under way."""
        target = self.posted() + more
        self._wait(lambda: self.posted() >= target or all(each.is_idle for each in self.each))

    def replace(self, replica: Replica) -> None:
        """Another one takes the place of a dead one."""
        replica.close()
        self.each[self.each.index(replica)] = self._started()

    def close(self) -> None:
        for each in self.each:
            each.close()

    def _started(self) -> Replica:
        return Replica(self._world.environment(), self._clock, self._changed, self._work)

    def _wait(self, condition: Callable[[], bool]) -> None:
        """As long as something still arrives at Slack."""
        with self._changed:
            while not condition():
                before = self.posted()
                moved = self._changed.wait_for(lambda: condition() or self.posted() > before, PATIENCE)  # noqa: B023 - called at once
                assert moved, self.each[0].log.read_text()[-3000:]

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _write_clock(self) -> None:
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(self._ahead.total_seconds()))
        fresh.replace(self._clock)


@contextmanager
def replicas(world: World, folder: Path, count: int = 2, work: str = "reminders") -> Iterator[Replicas]:
    """So many of them, instead of the world's own bot."""
    made = Replicas(world, folder, count, work)
    try:
        yield made
    finally:
        made.close()

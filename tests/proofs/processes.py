"""Processes of ours over the world's database, which answer each line of JSON with another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.sandbox.world import World


class Process:
    """`python -m tests.proofs.<module>`."""

    def __init__(self, world: World, module: str, log: Path) -> None:
        self._world = world
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"tests.proofs.{module}"],
                env=os.environ | world.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def told(self, **order: Any) -> None:
        """An order, with what time it is in this world."""
        line = {"now": self._world.clock.now().isoformat(), **order}
        _open(self._process.stdin).write(f"{json.dumps(line)}\n".encode())
        _open(self._process.stdin).flush()

    def answer(self) -> dict[str, Any]:
        """What it says to the oldest order that it has not answered."""
        line = _open(self._process.stdout).readline()
        assert line, self.said()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def said(self) -> str:
        """The end of its log."""
        return self._log.read_text()[-3000:]

    def close(self) -> None:
        """It ends with its orders."""
        _open(self._process.stdin).close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _open(self._process.stdout).close()


@contextmanager
def processes(world: World, module: str, folder: Path, count: int) -> Iterator[list[Process]]:
    """So many of them, beside the world's own bot."""
    running = [Process(world, module, folder / f"{module}-{number}.log") for number in range(count)]
    try:
        yield running
    finally:
        for each in running:
            each.close()


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream

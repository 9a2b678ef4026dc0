from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

from tests.sandbox.clock import SandboxClock


class State:
    """What all parts of the stand-in share: the clock, one lock, one rising version, and who hears of changes."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self.lock = RLock()
        self._depth = 0
        self._version = 0
        self._listeners: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self._clock.now()

    @property
    def version(self) -> int:
        return self._version

    def tick(self) -> int:
        """The next version. Etags and sync tokens are made of it."""
        with self.lock:
            self._version += 1
            return self._version

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Do it once the change under way is whole and the lock is free; now, if there is none."""
        with self.lock:
            if self._depth:
                self._afterwards.append(act)
                return
        act()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock; once the outermost change is whole and the lock is free, tell the listeners."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            outermost = self._depth == 0
            acts: list[Callable[[], None]] = []
            if outermost:
                acts, self._afterwards = self._afterwards, acts
        if outermost:
            for act in [*self._listeners, *acts]:
                act()

"""Moving the sandbox's clock. Jobs of the bot may run on the way, so it can take a while, and the page shows it."""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Any

from tests.sandbox.clock import SandboxClock

Json = dict[str, Any]


class Passing:
    """One leap at a time. ``let_pass`` moves the clock, and may do much on the way."""

    def __init__(
        self, clock: SandboxClock, let_pass: Callable[[timedelta], None] | None, changed: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._let_pass = let_pass or clock.advance
        self._changed = changed
        self._lock = Lock()
        self._until: str | None = None

    @property
    def until(self) -> str | None:
        """Where a leap under way will end; None while time passes as everywhere."""
        return self._until

    def leap(self, asked: Json) -> None:
        """The act of the page: {"minutes": …} or {"hours": …}. Raises ValueError in words."""
        by = timedelta(hours=asked.get("hours", 0), minutes=asked.get("minutes", 0))
        if by <= timedelta():
            raise ValueError("Time does not run backwards here.")
        if not self._lock.acquire(blocking=False):
            raise ValueError("Time is passing already.")
        try:
            self._until = (self._clock.now() + by).isoformat()
            self._changed()
            self._let_pass(by)
        finally:
            self._until = None
            self._lock.release()
            self._changed()

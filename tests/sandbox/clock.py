from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Condition


class SandboxClock:
    """Real time plus an offset that only ever grows: six hours pass in an instant."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._turn = Condition()
        self._needing_it_still = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset  # noqa: TID251 - this is the clock

    def advance(self, by: timedelta) -> None:
        """Let ``by`` pass, once nobody needs it still. Raises ValueError if it would turn time back."""
        if by < timedelta():
            raise ValueError("time does not run backwards here")
        with self._turn:
            self._turn.wait_for(lambda: self._needing_it_still == 0)
            self._offset += by

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nobody puts it forward as long as this lasts: what is signed meanwhile is not outdated on its way."""
        with self._turn:
            self._needing_it_still += 1
        try:
            yield
        finally:
            with self._turn:
                self._needing_it_still -= 1
                self._turn.notify_all()

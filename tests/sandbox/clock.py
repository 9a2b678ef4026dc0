from datetime import UTC, datetime, timedelta
from threading import Lock


class SandboxClock:
    """Real time plus an offset that only ever grows: six hours pass in an instant."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset  # noqa: TID251 - this is the clock

    def advance(self, by: timedelta) -> None:
        """Let ``by`` pass. Raises ValueError if it would turn time back."""
        if by < timedelta():
            raise ValueError("time does not run backwards here")
        with self._lock:
            self._offset += by

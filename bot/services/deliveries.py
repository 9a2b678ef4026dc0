"""Slack sends again what it thinks we missed: each delivery is worked on once, whichever replica gets it."""

from bot.ports import Clock
from storage import work
from storage.database import Database


class Deliveries:
    """Remembers what was handled already."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def first(self, key: str) -> bool:
        """Whether this delivery is new."""
        with self._database.transaction() as session:
            return work.claim_once(session, f"slack:{key}", self._clock.now())

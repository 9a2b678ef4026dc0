"""Every night what has had its time is deleted, a little at once."""

from datetime import timedelta

import structlog

from bot.ports import Clock
from bot.settings import Settings
from storage import errands, retention
from storage.database import Database
from storage.retention import Kept
from storage.tables import new_id

log = structlog.get_logger()

_KEY = "retention"
_LEASE = timedelta(minutes=10)
_DAY = timedelta(days=1)
_BATCHES = 2000
"""In one night, a million rows of each kind."""


class Retention:
    """Done by one process a night; one that dies over it is followed by another."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._kept = Kept(
            flows=settings.retain_flows_days,
            messages=settings.retain_messages_days,
            audit=settings.retain_audit_days,
        )

    def nightly(self) -> int:
        """Delete what is too old, if that is due. How many rows."""
        now, lease = self._clock.now(), new_id()
        with self._database.reading() as session:
            if _KEY in errands.settled(session, _KEY, now):
                return 0
        with self._database.transaction() as session:
            if errands.claim(session, _KEY, now, lease, now + _LEASE) is None:
                return 0
        total = 0
        for _ in range(_BATCHES):
            gone = self._some(lease)
            total += gone
            if not gone:
                break
        now = self._clock.now()
        with self._database.transaction() as session:
            errands.done(session, _KEY, now, now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY)
        self._database.scrub()
        log.info("purged", rows=total)
        return total

    def _some(self, lease: str) -> int:
        now = self._clock.now()
        with self._database.transaction() as session:
            if not errands.extend(session, _KEY, lease, now + _LEASE):
                return 0
            return retention.purge(session, now, self._kept)

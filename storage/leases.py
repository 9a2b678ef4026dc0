"""Claiming due rows: of several processes and threads one gets a row, and whoever dies over it loses it in time."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from storage.booking_tables import Operation, Word
from storage.rollout_tables import Invitation
from storage.watch_tables import Incident, Probe, Reminder

Leased = type[Probe] | type[Reminder] | type[Incident] | type[Invitation] | type[Operation] | type[Word]


def is_free(table: Leased, now: datetime) -> ColumnElement[bool]:
    """Nobody is at it, or whoever was has let the lease run out."""
    return or_(col(table.lease_until).is_(None), col(table.lease_until) <= now)

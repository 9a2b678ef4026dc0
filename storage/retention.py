"""Deleting what has served its time, some rows at once. What is still needed stays, however old it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists
from sqlalchemy.sql.dml import Delete
from sqlmodel import Session, col, select

from storage.booking_tables import Booking, Operation
from storage.rollout_tables import Erasure, Invitation, Round
from storage.tables import Audit, Flow, Once, Ticket
from storage.watch_tables import Incident, Outage, Quota, Reminder

_KEYS_KEPT = timedelta(days=1)
_OVER = ("stopped", "finished")


@dataclass(frozen=True)
class Kept:
    """For how long."""

    flows: timedelta
    """Links and sign-ins, from the moment at which they have ended."""
    messages: timedelta
    """What was sent, from the moment at which its occasion was over."""
    audit: timedelta
    """The audit log."""


def purge(session: Session, now: datetime, kept: Kept, *, batch: int = 500) -> int:
    """Delete some of each kind and say how many rows: call it again, in a new transaction, until 0."""
    return sum(
        session.exec(each.execution_options(synchronize_session=False)).rowcount
        for each in _deletions(now, kept, batch)
    )


def _deletions(now: datetime, kept: Kept, batch: int) -> Iterator[Delete]:
    trips, messages = now - kept.flows, now - kept.messages
    yield _some(Flow, Flow.id, batch, col(Flow.expires_at) < trips)
    yield _some(Ticket, Ticket.id, batch, col(Ticket.expires_at) < trips)
    # Reminders first, so that no single deletion takes thousands of them along
    closed = select(Outage.id).where(col(Outage.closed_at) < messages, ~_owed_of_outage())
    yield _some(Reminder, Reminder.id, batch, col(Reminder.outage_id).in_(closed))
    empty = ~exists().where(col(Reminder.outage_id) == col(Outage.id))
    yield _some(Outage, Outage.id, batch, col(Outage.closed_at) < messages, empty)
    over = select(Round.id).where(col(Round.state).in_(_OVER), col(Round.finished_at) < messages, ~_owed_of_round())
    yield _some(Invitation, Invitation.id, batch, col(Invitation.round_id).in_(over))
    nobody = ~exists().where(col(Invitation.round_id) == col(Round.id))
    yield _some(Round, Round.id, batch, col(Round.id).in_(over), nobody)
    settled = ~exists().where(col(Operation.booking_id) == col(Booking.id))
    yield _some(
        Booking, Booking.id, batch, col(Booking.ends_at) < messages, col(Booking.changed_at) < messages, settled
    )
    yield _some(Incident, Incident.id, batch, col(Incident.resolved_at) < messages, col(Incident.todo).is_(None))
    yield _some(Quota, Quota.key, batch, col(Quota.until) < now - _KEYS_KEPT)
    yield _some(Once, Once.key, batch, col(Once.seen_at) < now - _KEYS_KEPT)
    yield _some(Audit, Audit.id, batch, col(Audit.at) < now - kept.audit)
    yield _some(Erasure, Erasure.digest, batch, col(Erasure.at) < now - kept.audit)


def _owed_of_outage() -> Any:
    return exists().where(col(Reminder.outage_id) == col(Outage.id), col(Reminder.todo).is_not(None))


def _owed_of_round() -> Any:
    return exists().where(col(Invitation.round_id) == col(Round.id), col(Invitation.todo).is_not(None))


def _some(table: Any, key: Any, batch: int, *which: Any) -> Delete:
    return delete(table).where(col(key).in_(select(key).where(*which).limit(batch)))

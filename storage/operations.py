"""What is still to be done at Google: one appointment's operations in order, each by whoever holds its lease."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.booking_tables import Operation
from storage.leases import is_free
from storage.tables import new_id

WRITE, MOVE, CANCEL = "write", "move", "cancel"


@dataclass(frozen=True, slots=True)
class Task:
    """One operation under a lease."""

    id: str
    booking_id: str
    kind: str
    attempts: int
    """This one counted: above 1 nobody knows what an earlier one has left at Google."""
    lease: str
    asked_by: str = ""
    change: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The words that it is to have."""


def add(
    session: Session,
    booking_id: str,
    kind: str,
    now: datetime,
    until: datetime,
    by: str = "",
    change: Mapping[str, Any] | None = None,
) -> Task:
    """Put it behind the others, leased to the caller."""
    before = session.exec(select(func.max(Operation.seq)).where(Operation.booking_id == booking_id)).one()
    row = Operation(
        booking_id=booking_id,
        seq=(before or 0) + 1,
        kind=kind,
        asked_by=by,
        change=dict(change) if change else None,
        due_at=now,
        lease=new_id(),
        lease_until=until,
        attempts=1,
    )
    session.add(row)
    session.flush()
    return Task(row.id, booking_id, kind, 1, row.lease or "", by, change or {})


def is_next(session: Session, task: Task) -> bool:
    """Whether nothing of its appointment stands before it."""
    other = aliased(Operation)
    mine = select(Operation.seq).where(Operation.id == task.id).scalar_subquery()
    earlier = select(other.id).where(other.booking_id == task.booking_id, other.seq < mine)
    return session.exec(earlier.limit(1)).first() is None


def claim(session: Session, now: datetime, lease: str, until: datetime, limit: int) -> list[Task]:
    """Lease what is due; of each appointment only the first that is still to be done."""
    earlier = aliased(Operation)
    blocked = exists().where(
        col(earlier.booking_id) == col(Operation.booking_id), col(earlier.seq) < col(Operation.seq)
    )
    due = select(Operation.id).where(is_free(Operation, now), Operation.due_at <= now, ~blocked)
    due = due.order_by(col(Operation.due_at)).limit(limit).with_for_update(skip_locked=True, of=Operation)
    ids = list(session.exec(due))
    if not ids:
        return []
    leased = {"lease": lease, "lease_until": until, "attempts": col(Operation.attempts) + 1}
    session.exec(
        update(Operation)
        .where(col(Operation.id).in_(ids))
        .values(**leased)
        .execution_options(synchronize_session=False)
    )
    rows = session.exec(
        select(Operation).where(col(Operation.id).in_(ids)), execution_options={"populate_existing": True}
    )
    return [Task(row.id, row.booking_id, row.kind, row.attempts, lease, row.asked_by, row.change or {}) for row in rows]


def done(session: Session, task: Task) -> bool:
    """It is done. False when the lease went to another: then nothing may be kept of the transaction."""
    mine = delete(Operation).where(col(Operation.id) == task.id, col(Operation.lease) == task.lease)
    return session.exec(mine).rowcount == 1


def again(session: Session, task: Task, due_at: datetime, code: str) -> None:
    """Try it again then."""
    mine = update(Operation).where(col(Operation.id) == task.id, col(Operation.lease) == task.lease)
    session.exec(mine.values(due_at=due_at, lease=None, lease_until=None, last_code=code))


def soon(session: Session, booking_ids: list[str], now: datetime) -> None:
    """Try what waits of these appointments now: what kept it from being done has ended."""
    session.exec(update(Operation).where(col(Operation.booking_id).in_(booking_ids)).values(due_at=now))


def waits(session: Session, booking_id: str) -> bool:
    """Whether anything is still to be done for it."""
    return session.exec(select(Operation.id).where(Operation.booking_id == booking_id).limit(1)).first() is not None


def changes(session: Session, booking_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """The words that these appointments are still to have, of those that are to have others."""
    query = select(Operation.booking_id, Operation.change).where(col(Operation.booking_id).in_(booking_ids))
    return {booking_id: dict(change) for booking_id, change in session.exec(query) if change}


def canceller(session: Session, booking_id: str) -> str:
    """Slack's id of who asked for its cancel; empty if it was a booking system, or nobody."""
    asked = select(Operation.asked_by).where(Operation.booking_id == booking_id, Operation.kind == CANCEL)
    return session.exec(asked).first() or ""


def drop(session: Session, booking_id: str) -> None:
    """Nothing of it can be done any more."""
    session.exec(delete(Operation).where(col(Operation.booking_id) == booking_id))

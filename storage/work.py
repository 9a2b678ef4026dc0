"""What was done already, and sweeping out what has served its time."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.tables import Flow, Once, Ticket

_TRIPS_KEPT = timedelta(days=30)
_KEYS_KEPT = timedelta(days=1)


def claim_once(session: Session, key: str, now: datetime) -> bool:
    """Whether the caller is the first, ever, to ask for ``key``."""
    row = insert_into(session, Once, key=key, seen_at=now)
    claimed = session.exec(row.on_conflict_do_nothing(index_elements=["key"]).returning(col(Once.key)))
    return claimed.first() is not None


def is_claimed(session: Session, key: str) -> bool:
    """Whether somebody has asked for ``key``."""
    return session.get(Once, key) is not None


def give_back(session: Session, key: str) -> None:
    """What was claimed could not be done: the next one to ask is the first again."""
    session.exec(delete(Once).where(col(Once.key) == key))


def purge(session: Session, now: datetime, *, batch: int = 500) -> int:
    """Delete some of what is too old to matter and say how many rows: call it again, in a new transaction, until 0."""
    old_flows = select(Flow.id).where(Flow.expires_at < now - _TRIPS_KEPT).limit(batch)
    old_tickets = select(Ticket.id).where(Ticket.expires_at < now - _TRIPS_KEPT).limit(batch)
    old_keys = select(Once.key).where(Once.seen_at < now - _KEYS_KEPT).limit(batch)
    deletions = (
        delete(Flow).where(col(Flow.id).in_(old_flows)),
        delete(Ticket).where(col(Ticket.id).in_(old_tickets)),
        delete(Once).where(col(Once.key).in_(old_keys)),
    )
    return sum(session.exec(each.execution_options(synchronize_session=False)).rowcount for each in deletions)

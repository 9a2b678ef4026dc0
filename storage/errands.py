"""Errands: work that comes up once or every night, done by one process at a time, and taken over from one that died."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.rollout_tables import Errand


def begin(session: Session, key: str, now: datetime, due_at: datetime) -> bool:
    """Note that it is to be done. False when that was noted before: then it stays as it was."""
    row = insert_into(session, Errand, key=key, since=now, due_at=due_at)
    noted = session.exec(row.on_conflict_do_nothing(index_elements=["key"]).returning(col(Errand.key)))
    return noted.first() is not None


def due(session: Session, prefix: str, now: datetime, limit: int = 100) -> list[str]:
    """Which errands of this kind are due and in nobody's hands, the oldest first."""
    query = select(Errand.key).where(col(Errand.key).startswith(prefix, autoescape=True), col(Errand.due_at) <= now)
    free = query.where(or_(col(Errand.lease_until).is_(None), col(Errand.lease_until) <= now))
    return list(session.exec(free.order_by(col(Errand.due_at), col(Errand.key)).limit(limit)))


def settled(session: Session, prefix: str, now: datetime) -> set[str]:
    """Which errands of this kind are not due now, or in somebody's hands."""
    query = select(Errand.key).where(col(Errand.key).startswith(prefix, autoescape=True))
    return set(session.exec(query.where(or_(col(Errand.due_at) > now, col(Errand.lease_until) > now))))


def claim(session: Session, key: str, now: datetime, lease: str, until: datetime) -> datetime | None:
    """Since when it is waiting, if it is due and now the caller's; it comes up by this if it never did before."""
    begin(session, key, now, now)
    mine = update(Errand).where(
        col(Errand.key) == key,
        col(Errand.due_at) <= now,
        or_(col(Errand.lease_until).is_(None), col(Errand.lease_until) <= now),
    )
    claimed = session.exec(mine.values(lease=lease, lease_until=until).returning(col(Errand.since)))
    return claimed.scalars().first()


def extend(session: Session, key: str, lease: str, until: datetime) -> bool:
    """Whoever is at it is still alive. False when it was taken over."""
    mine = update(Errand).where(col(Errand.key) == key, col(Errand.lease) == lease)
    return session.exec(mine.values(lease_until=until)).rowcount == 1


def put_off(session: Session, key: str, lease: str, due_at: datetime) -> None:
    """Give it back, to be gone on with then."""
    mine = update(Errand).where(col(Errand.key) == key, col(Errand.lease) == lease)
    session.exec(mine.values(due_at=due_at, lease=None, lease_until=None))


def done(session: Session, key: str, now: datetime, next_at: datetime) -> None:
    """It was done, and comes up again then."""
    facts = {"due_at": next_at, "done_at": now, "since": next_at, "lease": None, "lease_until": None}
    row = insert_into(session, Errand, key=key, **facts)
    session.exec(row.on_conflict_do_update(index_elements=["key"], set_=facts))


def done_last(session: Session, key: str) -> datetime | None:
    """When it was last done."""
    return session.exec(select(Errand.done_at).where(Errand.key == key)).one_or_none()


def drop(session: Session, keys: Collection[str]) -> None:
    """There is nothing more to do."""
    session.exec(delete(Errand).where(col(Errand.key).in_(keys)))


def lock(session: Session, key: str, now: datetime) -> None:
    """Make others who lock this wait until we are done; SQLite's write lock does so by itself."""
    begin(session, key, now, now)
    session.exec(select(Errand.key).where(Errand.key == key).with_for_update()).one()

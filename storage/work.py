"""What was done already."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from storage.inserts import insert_into
from storage.tables import Once


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

"""Who had everything about them deleted, as a one-way mark of workspace and person."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.rollout_tables import Erasure


def note(session: Session, digest: str, now: datetime) -> None:
    """From now on they are known as somebody who is not to be asked."""
    row = insert_into(session, Erasure, digest=digest, at=now)
    session.exec(row.on_conflict_do_update(index_elements=["digest"], set_={"at": now}))


def any_at_all(session: Session) -> bool:
    """Whether there is anybody like that."""
    return bool(session.exec(select(func.count()).select_from(Erasure)).one())


def among(session: Session, digests: Collection[str]) -> set[str]:
    """Which of these are known."""
    return set(session.exec(select(Erasure.digest).where(col(Erasure.digest).in_(digests))))

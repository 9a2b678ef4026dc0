"""What of ours is broken, and what the operators were told of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text, update
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.leases import is_free
from storage.tables import new_id
from storage.watch_tables import Incident

ALERT, EDIT, RESOLVE = "alert", "edit", "resolve"


def meet(
    session: Session, key: str, code: str, team_id: str, now: datetime, *, touched: int = 0, try_at: datetime | None
) -> tuple[Incident, bool]:
    """The open incident of this key, and whether it has just been opened."""
    row = insert_into(
        session,
        Incident,
        id=new_id(),
        key=key,
        code=code,
        team_id=team_id,
        opened_at=now,
        seen_at=now,
        released=False,
        try_at=try_at,
        touched=touched,
        todo=ALERT,
        due_at=now,
        messages=[],
    )
    unresolved = text("resolved_at IS NULL")
    opened = session.exec(
        row.on_conflict_do_nothing(index_elements=["key"], index_where=unresolved).returning(col(Incident.id))
    ).first()
    found = of(session, key)
    if found is None:  # resolved between the two statements
        return meet(session, key, code, team_id, now, touched=touched, try_at=try_at)
    if opened is None:
        found.seen_at, found.touched = max(found.seen_at, now), max(found.touched, touched)
        session.add(found)
        session.flush()
    return found, opened is not None


def of(session: Session, key: str) -> Incident | None:
    """The open incident of this key."""
    return session.exec(select(Incident).where(Incident.key == key, col(Incident.resolved_at).is_(None))).one_or_none()


def open_ones(session: Session) -> list[Incident]:
    """Every open incident, the oldest first."""
    return list(session.exec(select(Incident).where(col(Incident.resolved_at).is_(None)).order_by(*_BY_AGE)))


def latest(session: Session, limit: int) -> list[Incident]:
    """Those that were resolved last."""
    query = select(Incident).where(col(Incident.resolved_at).is_not(None)).order_by(col(Incident.resolved_at).desc())
    return list(session.exec(query.limit(limit)))


def resolve(session: Session, incident_id: str, now: datetime) -> bool:
    """It is mended. The alert is edited; one that was not sent yet never is. False when another has done so."""
    mine = update(Incident).where(col(Incident.id) == incident_id, col(Incident.resolved_at).is_(None))
    done = session.exec(mine.values(resolved_at=now, todo=RESOLVE, due_at=now, try_at=None))
    return done.rowcount == 1


def release(session: Session, incident_id: str, team_id: str, keys: Collection[str], now: datetime) -> bool:
    """An operator's word that people may be told all the same; the alert loses its button.

    False unless it is an open incident of one of these keys, told to this workspace, that nobody has released yet.
    """
    mine = update(Incident).where(col(Incident.id) == incident_id, col(Incident.team_id) == team_id)
    mine = mine.where(col(Incident.resolved_at).is_(None), col(Incident.released).is_(False))
    done = session.exec(mine.where(col(Incident.key).in_(keys)).values(released=True, todo=EDIT, due_at=now))
    return done.rowcount == 1


def claim_tries(session: Session, now: datetime, again_at: datetime) -> list[Incident]:
    """The open incidents whose turn it is to be tried, each by one process; next time at ``again_at``."""
    due = select(Incident.id).where(col(Incident.resolved_at).is_(None), col(Incident.try_at) <= now)
    ids = list(session.exec(due.with_for_update(skip_locked=True)))
    if not ids:
        return []
    session.exec(update(Incident).where(col(Incident.id).in_(ids)).values(try_at=again_at))
    return list(session.exec(select(Incident).where(col(Incident.id).in_(ids)).order_by(*_BY_AGE)))


def claim_words(session: Session, now: datetime, lease: str, until: datetime) -> list[Incident]:
    """The incidents of which the operators are still to be told something."""
    due = select(Incident.id).where(col(Incident.todo).is_not(None), col(Incident.due_at) <= now)
    ids = list(session.exec(due.where(is_free(Incident, now)).with_for_update(skip_locked=True)))
    if not ids:
        return []
    session.exec(update(Incident).where(col(Incident.id).in_(ids)).values(lease=lease, lease_until=until))
    return list(session.exec(select(Incident).where(col(Incident.id).in_(ids)).order_by(*_BY_AGE)))


def said(
    session: Session, incident_id: str, lease: str, todo: str, messages: Sequence[Mapping[str, str]] | None = None
) -> None:
    """The operators were told. What came up meanwhile stays to be told."""
    values: dict[str, Any] = {"lease": None, "lease_until": None}
    if messages is not None:
        values["messages"] = [dict(each) for each in messages]
    mine = update(Incident).where(col(Incident.id) == incident_id, col(Incident.lease) == lease)
    session.exec(mine.values(**values))
    done = update(Incident).where(col(Incident.id) == incident_id, col(Incident.todo) == todo)
    session.exec(done.values(todo=None, due_at=None))


def put_off(session: Session, incident_id: str, lease: str, until: datetime) -> None:
    """Tell them then."""
    mine = update(Incident).where(col(Incident.id) == incident_id, col(Incident.lease) == lease)
    session.exec(mine.values(due_at=until, lease=None, lease_until=None))


_BY_AGE = (col(Incident.opened_at), col(Incident.id))

"""The ledger of what people are told about appointments."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.booking_tables import Word
from storage.inserts import insert_new
from storage.leases import is_free
from storage.tables import Person, new_id


@dataclass(frozen=True, slots=True)
class Owed:
    """One message to one person, claimed."""

    id: str
    booking_id: str
    person_id: str
    team_id: str
    user_id: str
    kind: str
    detail: Mapping[str, str]
    tried_at: datetime | None
    lease: str


def owe(
    session: Session,
    booking_id: str,
    person_ids: Iterable[str],
    kind: str,
    version: int,
    detail: Mapping[str, str],
    now: datetime,
) -> None:
    """Each of them is to be told; who is owed it already is not told twice."""
    about = {"booking_id": booking_id, "kind": kind, "version": version, "detail": dict(detail), "due_at": now}
    rows = [{"id": new_id(), "person_id": person_id, **about} for person_id in person_ids]
    if rows:
        insert_new(session, Word, rows)


def claim(
    session: Session, *, now: datetime, lease: str, until: datetime, limit: int, not_teams: Collection[str] = ()
) -> list[Owed]:
    """Lease what is due, the oldest first."""
    due = select(Word.id).join(Person, col(Person.id) == col(Word.person_id))
    due = due.where(col(Word.due_at) <= now, is_free(Word, now))
    if not_teams:
        due = due.where(col(Person.team_id).not_in(not_teams))
    ids = list(session.exec(due.order_by(col(Word.due_at)).limit(limit).with_for_update(skip_locked=True, of=Word)))
    if not ids:
        return []
    leasing = update(Word).where(col(Word.id).in_(ids)).values(lease=lease, lease_until=until)
    session.exec(leasing.execution_options(synchronize_session=False))
    query = select(Word, Person).join(Person, col(Person.id) == col(Word.person_id)).where(col(Word.id).in_(ids))
    return [
        Owed(
            word.id,
            word.booking_id,
            word.person_id,
            person.team_id,
            person.user_id,
            word.kind,
            word.detail,
            word.tried_at,
            lease,
        )
        for word, person in session.exec(query.order_by(col(Word.due_at)))
    ]


def settle(session: Session, owed: Owed, now: datetime, channel: str | None = None, ts: str | None = None) -> None:
    """It is out, or never will be."""
    mine = update(Word).where(col(Word.id) == owed.id)
    session.exec(mine.values(due_at=None, lease=None, lease_until=None, sent_at=now, channel=channel, ts=ts))


def messages(session: Session, booking_id: str) -> list[tuple[str, str, str]]:
    """What stands in people's conversations about an appointment: person, channel and timestamp."""
    query = select(Word.person_id, Word.channel, Word.ts).where(Word.booking_id == booking_id)
    rows = session.exec(query.where(col(Word.ts).is_not(None)).order_by(col(Word.sent_at)))
    return [(person_id, channel, ts) for person_id, channel, ts in rows if channel and ts]

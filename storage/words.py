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


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that was sent."""

    kind: str
    detail: Mapping[str, str]
    channel: str
    ts: str


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


def older(session: Session, owed: Owed, kinds: Collection[str]) -> list[Sent]:
    """What stands in this person's conversation about the same appointment, of these kinds, the latest alone.

    Whatever came before it has had its turn when that one was sent.
    """
    query = select(Word).where(Word.booking_id == owed.booking_id, Word.person_id == owed.person_id)
    query = query.where(Word.id != owed.id, col(Word.kind).in_(kinds), col(Word.ts).is_not(None))
    rows = session.exec(query.order_by(col(Word.sent_at).desc()).limit(1))
    return [Sent(word.kind, word.detail, word.channel, word.ts) for word in rows if word.channel and word.ts]

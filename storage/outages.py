"""Outages, and the ledger of what was said about them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from storage.leases import is_free
from storage.tables import Connection, Person
from storage.watch_tables import Outage, Reminder

SEND, UNBUTTON, SETTLE, REPORT = "send", "unbutton", "settle", "report"


@dataclass(frozen=True, slots=True)
class Owed:
    """One step of one outage at which something is to be done, as it was when it was claimed."""

    id: str
    todo: str
    step: int
    tried_at: datetime | None
    channel: str | None
    ts: str | None
    outage_id: str
    cause: str
    opened_at: datetime
    ends_at: datetime | None
    closed_at: datetime | None
    healed: bool
    connection_id: str
    team_id: str
    user_id: str
    time_zone: str | None


def open(  # noqa: A001 - always read as outages.open
    session: Session,
    connection_id: str,
    cause: str,
    now: datetime,
    *,
    ends_at: datetime | None = None,
    told: bool = False,
    next_at: datetime | None = None,
) -> None:
    """Begin one. Its first message is due at once, unless the person is looking at it already."""
    outage = Outage(connection_id=connection_id, cause=cause, opened_at=now, ends_at=ends_at)
    session.add(outage)
    session.flush()
    if told:
        session.add(Reminder(outage_id=outage.id, step=0, todo=None, due_at=None, sent_at=now))
        if next_at is not None:
            session.add(Reminder(outage_id=outage.id, step=1, todo=SEND, due_at=next_at))
    else:
        session.add(Reminder(outage_id=outage.id, step=0, todo=SEND, due_at=now))
    session.flush()


def close(session: Session, connection_id: str, now: datetime, *, healed: bool) -> bool:
    """End the open one, if any. What was sent is to be edited, what was not is called off."""
    which = session.exec(
        update(Outage)
        .where(col(Outage.connection_id) == connection_id, col(Outage.closed_at).is_(None))
        .values(closed_at=now, healed=healed)
        .returning(col(Outage.id))
        .execution_options(synchronize_session=False)
    ).first()
    if which is None:
        return False
    mine = col(Reminder.outage_id) == which[0]
    changes = (
        # Never begun: called off. Whoever is at one, or has died over it, finds the outage closed.
        update(Reminder)
        .where(mine, col(Reminder.sent_at).is_(None), col(Reminder.tried_at).is_(None))
        .values(todo=None, due_at=None, lease=None, lease_until=None),
        update(Reminder).where(mine, col(Reminder.ts).is_not(None)).values(todo=SETTLE, due_at=now),
    )
    for change in changes:
        session.exec(change.execution_options(synchronize_session=False))
    return True


def open_of(session: Session, connection_id: str) -> Outage | None:
    """The connection's open outage."""
    query = select(Outage).where(Outage.connection_id == connection_id, col(Outage.closed_at).is_(None))
    return session.exec(query).one_or_none()


def claim(
    session: Session,
    *,
    now: datetime,
    lease: str,
    until: datetime,
    limit: int,
    quiet: bool = False,
    only_first: bool = False,
    not_teams: Collection[str] = (),
) -> list[Owed]:
    """Lease what is due. ``quiet``: nothing is to be sent now; ``only_first``: no reminders."""
    due = (
        select(Reminder.id)
        .join(Outage, col(Outage.id) == col(Reminder.outage_id))
        .join(Connection, col(Connection.id) == col(Outage.connection_id))
        .where(col(Reminder.todo).is_not(None), col(Reminder.due_at) <= now, is_free(Reminder, now))
    )
    if quiet or only_first:
        held_back = col(Reminder.todo) != SEND
        due = due.where(held_back if quiet else or_(held_back, col(Reminder.step) == 0))
    if not_teams:
        due = due.where(col(Connection.team_id).not_in(not_teams))
    due = due.order_by(col(Reminder.due_at)).limit(limit).with_for_update(skip_locked=True, of=Reminder)
    ids = list(session.exec(due))
    if not ids:
        return []
    leasing = update(Reminder).where(col(Reminder.id).in_(ids)).values(lease=lease, lease_until=until)
    session.exec(leasing.execution_options(synchronize_session=False))
    return _described(session, ids)


def trying(session: Session, reminder_id: str, lease: str, now: datetime) -> bool:
    """Right before sending: note that the message may be out from now on. False when the lease went to another."""
    first = update(Reminder).where(col(Reminder.id) == reminder_id, col(Reminder.lease) == lease)
    return session.exec(first.where(col(Reminder.lease_until) > now).values(tried_at=now)).rowcount == 1


def sent(session: Session, owed: Owed, channel: str, ts: str, now: datetime, next_at: datetime | None) -> bool:
    """It is out: the older steps' buttons go, and the next step has its time. ``next_at`` None: it was the last one.

    False when another message has been noted for this step: whoever slept past the lease has sent it a second time.
    """
    closed = session.exec(select(Outage.closed_at).where(Outage.id == owed.outage_id).with_for_update()).one()
    first = session.exec(
        update(Reminder)
        .where(col(Reminder.id) == owed.id, col(Reminder.sent_at).is_(None))
        .values(
            sent_at=now,
            channel=channel,
            ts=ts,
            todo=SETTLE if closed else None,
            due_at=now if closed else None,
            lease=None,
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    if first.rowcount == 0:
        return session.exec(select(Reminder.ts).where(Reminder.id == owed.id)).one() == ts
    if closed:
        return True
    older = update(Reminder).where(
        col(Reminder.outage_id) == owed.outage_id, col(Reminder.step) < owed.step, col(Reminder.ts).is_not(None)
    )
    session.exec(older.where(col(Reminder.todo).is_(None)).values(todo=UNBUTTON, due_at=now))
    if next_at is not None:
        _schedule(session, owed.outage_id, owed.step + 1, SEND, next_at)
    return True


def report(session: Session, owed: Owed, at: datetime) -> None:
    """Have the operators told, then, that the last step has passed in vain."""
    _schedule(session, owed.outage_id, owed.step + 1, REPORT, at)


def done(session: Session, reminder_id: str, lease: str, todo: str, *, gone: bool = False) -> None:
    """Nothing more to do for this step, unless something new came up meanwhile. ``gone``: its message is no more."""
    values: dict[str, object] = {"todo": None, "due_at": None, "lease": None, "lease_until": None}
    if gone:
        values |= {"channel": None, "ts": None}
    mine = update(Reminder).where(col(Reminder.id) == reminder_id, col(Reminder.lease) == lease)
    if session.exec(mine.where(col(Reminder.todo) == todo).values(**values)).rowcount == 0:
        session.exec(mine.values(lease=None, lease_until=None))


def put_off(session: Session, reminder_id: str, lease: str, until: datetime, *, untried: bool = False) -> None:
    """Try again then. ``untried``: certainly nothing was sent."""
    values: dict[str, object] = {"due_at": until, "lease": None, "lease_until": None}
    if untried:
        values["tried_at"] = None
    session.exec(update(Reminder).where(col(Reminder.id) == reminder_id, col(Reminder.lease) == lease).values(**values))


def snooze(session: Session, reminder_id: str, owner: tuple[str, str], until: datetime) -> bool:
    """Put the step after this message off to ``until``, at its owner's wish. False when there is none to put off."""
    step = session.exec(
        select(Reminder)
        .join(Outage, col(Outage.id) == col(Reminder.outage_id))
        .join(Connection, col(Connection.id) == col(Outage.connection_id))
        .join(Person, col(Person.id) == col(Connection.person_id))
        .where(
            Reminder.id == reminder_id,
            col(Outage.closed_at).is_(None),
            Person.team_id == owner[0],
            Person.user_id == owner[1],
        )
    ).one_or_none()
    if step is None:
        return False
    following = update(Reminder).where(
        col(Reminder.outage_id) == step.outage_id, col(Reminder.step) > step.step, col(Reminder.todo) == SEND
    )
    return session.exec(following.where(col(Reminder.tried_at).is_(None)).values(due_at=until)).rowcount > 0


def hold(session: Session, reminder_id: str, lease: str, now: datetime, until: datetime) -> bool:
    """Keep everybody else from editing this step's message for a moment; False where somebody is at it, or will be."""
    mine = update(Reminder).where(col(Reminder.id) == reminder_id, col(Reminder.todo).is_(None))
    return session.exec(mine.where(is_free(Reminder, now)).values(lease=lease, lease_until=until)).rowcount == 1


def let_go(session: Session, reminder_id: str, lease: str) -> None:
    """Others may edit it again."""
    mine = update(Reminder).where(col(Reminder.id) == reminder_id, col(Reminder.lease) == lease)
    session.exec(mine.values(lease=None, lease_until=None))


def standing(session: Session, outage_id: str) -> Sequence[Reminder]:
    """The outage's messages that stand in the conversation, the newest first."""
    query = select(Reminder).where(Reminder.outage_id == outage_id, col(Reminder.ts).is_not(None))
    return list(session.exec(query.order_by(col(Reminder.step).desc())))


def _schedule(session: Session, outage_id: str, step: int, todo: str, at: datetime) -> None:
    known = select(Reminder.id).where(Reminder.outage_id == outage_id, Reminder.step == step)
    if session.exec(known).first() is None:
        session.add(Reminder(outage_id=outage_id, step=step, todo=todo, due_at=at))
        session.flush()


def _described(session: Session, ids: Collection[str]) -> list[Owed]:
    about = (
        sa.select(
            *(getattr(Reminder, name) for name in ("id", "todo", "step", "tried_at", "channel", "ts")),
            *(getattr(Outage, name) for name in ("id", "cause", "opened_at", "ends_at", "closed_at", "healed")),
            col(Connection.id),
            *(getattr(Person, name) for name in ("team_id", "user_id", "time_zone")),
        )
        .join(Outage, col(Outage.id) == col(Reminder.outage_id))
        .join(Connection, col(Connection.id) == col(Outage.connection_id))
        .join(Person, col(Person.id) == col(Connection.person_id))
        .where(col(Reminder.id).in_(ids))
        .order_by(col(Reminder.due_at))
    )
    rows: Iterable[Sequence[Any]] = session.connection().execute(about).all()
    return [Owed(*row) for row in rows]

"""The ledger of one outage, as its tests move it on."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from storage import outages
from storage.outages import Owed
from storage.tables import Connection
from storage.watch_tables import Outage, Reminder
from tests.storage.rows import NOW, connect

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LEASE = 3 * MINUTE


def an_outage(
    session: Session, number: int = 0, *, cause: str = "grant_dead", team_id: str = "T0ACME", now: datetime = NOW
) -> Connection:
    """Somebody whose connection has just broken."""
    row = connect(session, f"U{number}", f"sub-{number}", team_id=team_id)
    outages.open(session, row.id, cause, now)
    return row


def claim(
    session: Session,
    lease: str = "mine",
    *,
    now: datetime = NOW,
    limit: int = 100,
    quiet: bool = False,
    only_first: bool = False,
    not_teams: Collection[str] = (),
) -> list[Owed]:
    return outages.claim(
        session,
        now=now,
        lease=lease,
        until=now + LEASE,
        limit=limit,
        quiet=quiet,
        only_first=only_first,
        not_teams=not_teams,
    )


def send(
    session: Session, owed: Owed, *, lease: str = "mine", now: datetime = NOW, next_at: datetime | None = None
) -> None:
    """What a sender does with one that it has claimed: says that it tries, and that it is out."""
    assert outages.trying(session, owed.id, lease, now)
    outages.sent(session, owed, "D0ANA", f"ts of step {owed.step}", now, next_at)


def sent_to(session: Session, row: Connection, steps: int) -> None:
    """The first ``steps`` messages are out, a day apart; the next one is due a day after the last."""
    for step in range(steps):
        at = NOW + step * DAY
        # An older message's button is to be taken off by now: that is for others to do.
        owed = [each for each in claim(session, now=at) if each.connection_id == row.id]
        for each in owed:
            if each.todo == outages.SEND:
                send(session, each, now=at, next_at=at + DAY)
            else:
                outages.done(session, each.id, "mine", each.todo)


def ledger(session: Session, row: Connection) -> list[tuple[int, str | None, datetime | None]]:
    """Every step of all of somebody's outages: what is to be done, and when."""
    query = select(Reminder).join(Outage, col(Outage.id) == col(Reminder.outage_id))
    query = query.where(Outage.connection_id == row.id).order_by(col(Outage.opened_at), col(Reminder.step))
    session.expire_all()
    return [(each.step, each.todo, each.due_at) for each in session.exec(query)]


def reminder(session: Session, row: Connection, step: int = 0) -> Reminder:
    """One step of somebody's only outage."""
    query = select(Reminder).join(Outage, col(Outage.id) == col(Reminder.outage_id))
    session.expire_all()
    return session.exec(query.where(Outage.connection_id == row.id, Reminder.step == step)).one()

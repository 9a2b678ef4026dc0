"""What all ledgers of messages have in common: right before sending it is noted, and what failed is put off."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.booking_tables import Word
from storage.inserts import insert_into
from storage.rollout_tables import Invitation
from storage.watch_tables import Quota, Reminder

Entries = type[Reminder] | type[Invitation] | type[Word]


def trying(session: Session, table: Entries, entry_id: str, lease: str, now: datetime) -> bool:
    """Right before sending: note that the message may be out from now on. False when the lease went to another."""
    mine = update(table).where(col(table.id) == entry_id, col(table.lease) == lease)
    return session.exec(mine.where(col(table.lease_until) > now).values(tried_at=now)).rowcount == 1


def put_off(
    session: Session, table: Entries, entry_id: str, lease: str, until: datetime, *, untried: bool = False
) -> None:
    """Try again then. ``untried``: certainly nothing was sent."""
    values: dict[str, object] = {"due_at": until, "lease": None, "lease_until": None}
    if untried:
        values["tried_at"] = None
    session.exec(update(table).where(col(table.id) == entry_id, col(table.lease) == lease).values(**values))


def hush(session: Session, team_id: str, until: datetime) -> None:
    """Slack wants to hear nothing from us in this workspace until then; all processes heed it."""
    facts = {"used": 0, "until": until}
    row = insert_into(session, Quota, key=_hushed(team_id), **facts)
    session.exec(row.on_conflict_do_update(index_elements=["key"], set_=facts))


def hushed(session: Session, now: datetime) -> list[str]:
    """The workspaces in which Slack wants to hear nothing now."""
    query = select(Quota.key).where(col(Quota.key).startswith(_hushed("")), Quota.until > now)
    return [key.removeprefix(_hushed("")) for key in session.exec(query)]


def hushed_until(session: Session, team_id: str, now: datetime) -> datetime | None:
    """Until when Slack wants to hear nothing there, if it does not now."""
    query = select(Quota.until).where(Quota.key == _hushed(team_id), Quota.until > now)
    return session.exec(query).one_or_none()


def _hushed(team_id: str) -> str:
    return f"slack-hushed:{team_id}"

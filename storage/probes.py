"""Whose turn it is to be looked at, and what the look has left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.leases import is_free
from storage.tables import Connection, Person, Pick
from storage.watch_tables import Probe

_PICK_FACTS = ("calendar_id", "name", "purpose", "present", "writable")
_CONNECTION_FACTS = (
    "google_email",
    "hosted_domain",
    "scopes",
    "grant",
    "token_version",
    "revision",
    "health",
    "cause",
    "strike_cause",
    "strike_at",
    "refresh_expires_at",
)


@dataclass(frozen=True, slots=True)
class PickFacts:
    """A chosen calendar as it was seen last."""

    calendar_id: str
    name: str
    purpose: str
    present: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """One connection to be looked at, with everything the look needs."""

    connection_id: str
    team_id: str
    user_id: str
    account: str
    hosted_domain: str | None
    scopes: str
    grant: bytes
    token_version: int
    revision: int
    health: str
    cause: str | None
    strike_cause: str | None
    strike_at: datetime | None
    refresh_expires_at: datetime | None
    failures: int
    list_token: str | None
    picks: tuple[PickFacts, ...]

    def __repr__(self) -> str:
        return f"Claimed({self.connection_id}, v{self.token_version})"


def begin(session: Session, connection_id: str, probe_at: datetime) -> None:
    """From a new grant on; what was learnt with an older one is forgotten."""
    fresh = {"probe_at": probe_at, "lease": None, "lease_until": None, "failures": 0, "list_token": None}
    row = insert_into(session, Probe, connection_id=connection_id, **fresh)
    session.exec(row.on_conflict_do_update(index_elements=["connection_id"], set_=fresh))


def soon(session: Session, connection_id: str, probe_at: datetime) -> None:
    """Look at it no later than then."""
    later = col(Probe.probe_at) > probe_at
    session.exec(update(Probe).where(col(Probe.connection_id) == connection_id, later).values(probe_at=probe_at))


def seen(session: Session, connection_id: str, now: datetime, probe_at: datetime) -> None:
    """It was looked at in passing, for somebody's own request: it is not looked at again so soon."""
    done = {"probe_at": probe_at, "probed_at": now, "answered_at": now, "failures": 0}
    session.exec(update(Probe).where(col(Probe.connection_id) == connection_id).values(**done))


def claim(
    session: Session,
    *,
    now: datetime,
    lease: str,
    until: datetime,
    limit: int,
    only: Collection[str] | None = None,
) -> list[Claimed]:
    """Lease what is due, the longest due first. With ``only`` these, due or not."""
    due = select(Probe.connection_id).join(Connection, col(Connection.id) == col(Probe.connection_id))
    due = due.where(is_free(Probe, now), col(Connection.grant).is_not(None))
    due = due.where(Probe.probe_at <= now) if only is None else due.where(col(Probe.connection_id).in_(only))
    due = due.order_by(col(Probe.probe_at)).limit(limit).with_for_update(skip_locked=True, of=Probe)
    ids = list(session.exec(due))
    if not ids:
        return []
    session.exec(
        update(Probe)
        .where(col(Probe.connection_id).in_(ids))
        .values(lease=lease, lease_until=until)
        .execution_options(synchronize_session=False)
    )
    return _described(session, ids)


def finish(session: Session, lease: str, results: Sequence[Mapping[str, Any]]) -> None:
    """What looks have left: the connection_id and the same columns of each. Whoever lost the lease has no say."""
    if not results:
        return
    table = Probe.__table__  # type: ignore[attr-defined]  # SQLModel makes it
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in results[0] if name != "connection_id"}
    statement = (
        update(table)
        .where(table.c.connection_id == bindparam("which"), table.c.lease == lease)
        .values(**values, lease=None, lease_until=None)
    )
    bound = [{"which": each["connection_id"], **{f"new_{name}": each[name] for name in values}} for each in results]
    session.connection().execute(statement, bound)


def let_go(session: Session, lease: str, connection_ids: Sequence[str]) -> None:
    """Give back what was claimed and not looked at."""
    mine = update(Probe).where(col(Probe.lease) == lease, col(Probe.connection_id).in_(connection_ids))
    session.exec(mine.values(lease=None, lease_until=None).execution_options(synchronize_session=False))


def peek(session: Session, connection_id: str) -> Claimed | None:
    """One connection as a look needs it, without claiming it: whatever the look finds is not written back."""
    return next(iter(_described(session, [connection_id])), None)


def active(session: Session) -> int:
    """How many connections there are to look at."""
    return session.exec(select(func.count()).select_from(Probe)).one()


def probed_since(session: Session, since: datetime) -> int:
    """How many were looked at since then."""
    return session.exec(select(func.count()).select_from(Probe).where(col(Probe.probed_at) >= since)).one()


def overdue(session: Session, since: datetime) -> int:
    """How many should have been looked at before then."""
    return session.exec(select(func.count()).select_from(Probe).where(col(Probe.probe_at) < since)).one()


def answered_last(session: Session) -> datetime | None:
    """When Google last answered for anybody."""
    return session.exec(select(func.max(Probe.answered_at))).one()


def failing(session: Session, since: datetime, at_least: int) -> int:
    """How many of those looked at since then have met nothing but trouble, again and again."""
    query = select(func.count()).select_from(Probe)
    return session.exec(query.where(col(Probe.probed_at) >= since, Probe.failures >= at_least)).one()


def least_recently_tried(session: Session, *, except_id: str = "", domain: str | None = None) -> str | None:
    """Somebody else's connection, for a second opinion; with ``domain`` one of that Google Workspace domain."""
    query = select(Probe.connection_id).join(Connection, col(Connection.id) == col(Probe.connection_id))
    query = query.where(Probe.connection_id != except_id, col(Connection.grant).is_not(None))
    query = query.where(col(Connection.health).in_(("connected", "expiring")))
    if domain is not None:
        query = query.where(Connection.hosted_domain == domain)
    return session.exec(query.order_by(col(Probe.probed_at).nulls_first()).limit(1)).first()


def _described(session: Session, ids: Sequence[str]) -> list[Claimed]:
    connection, picked = session.connection(), dict[str, list[PickFacts]]()
    facts = sa.select(*(getattr(Pick, name) for name in ("connection_id", *_PICK_FACTS)))
    for connection_id, *rest in connection.execute(facts.where(col(Pick.connection_id).in_(ids))):
        picked.setdefault(connection_id, []).append(PickFacts(*rest))
    about = (
        sa.select(
            col(Connection.id),
            col(Person.team_id),
            col(Person.user_id),
            *(getattr(Connection, name) for name in _CONNECTION_FACTS),
            col(Probe.failures),
            col(Probe.list_token),
        )
        .join(Person, col(Person.id) == col(Connection.person_id))
        .join(Probe, col(Probe.connection_id) == col(Connection.id))
        .where(col(Connection.id).in_(ids), col(Connection.grant).is_not(None))
    )
    rows: Iterable[Sequence[Any]] = connection.execute(about).all()
    return [Claimed(*(*row, tuple(picked.get(row[0], ())))) for row in rows]

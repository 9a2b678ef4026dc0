"""How connections stand: noting a judgement, and counting them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal, update
from sqlmodel import Session, UTCDateTime, col, select

from storage.tables import Connection
from storage.watch_tables import Outage

_DISCONNECTED = "disconnected"
_GRANT_DEAD = "grant_dead"
_AT_MOST = 1000


@dataclass(frozen=True)
class Seen:
    """Which state of a connection a judgement is about."""

    connection_id: str
    token_version: int
    revision: int


def set_condition(
    session: Session,
    seen: Seen,
    now: datetime,
    *,
    health: str,
    cause: str | None,
    strike_cause: str | None,
    strike_at: datetime | None,
) -> bool:
    """Note a judgement. False when a newer grant or another judgement came meanwhile, or none is left: look again."""
    done = session.exec(
        update(Connection)
        .where(
            col(Connection.id) == seen.connection_id,
            col(Connection.token_version) == seen.token_version,
            col(Connection.revision) == seen.revision,
            col(Connection.health) != _DISCONNECTED,
        )
        .values(
            health=health,
            cause=cause,
            strike_cause=strike_cause,
            strike_at=strike_at,
            revision=col(Connection.revision) + 1,
            changed_at=changed(health, now),
        )
        .execution_options(synchronize_session="fetch")
    )
    return done.rowcount == 1


def struck_since(session: Session, since: datetime) -> int:
    """How many connections had a first refusal since then that is neither confirmed nor disproved."""
    return session.exec(select(func.count()).select_from(Connection).where(col(Connection.strike_at) >= since)).one()


def struck(session: Session, limit: int | None = None) -> list[str]:
    """Connections with a first refusal, the earliest first."""
    query = select(Connection.id).where(col(Connection.strike_at).is_not(None)).order_by(col(Connection.strike_at))
    return list(session.exec(query.limit(limit) if limit else query))


def counts(session: Session, team_id: str | None = None) -> dict[str, int]:
    """How many there are of each health."""
    query = select(Connection.health, func.count()).group_by(Connection.health)
    if team_id is not None:
        query = query.where(Connection.team_id == team_id)
    return dict(session.exec(query).all())


def dead_grants(session: Session) -> list[tuple[datetime, datetime, bool]]:
    """When grants that Google refuses now were given and were first refused, and whether that is still unconfirmed."""
    struck = select(Connection.connected_at, Connection.strike_at).where(Connection.strike_cause == _GRANT_DEAD)
    open_ones = (
        select(Connection.connected_at, Outage.opened_at)
        .join(Outage, col(Outage.connection_id) == col(Connection.id))
        .where(Outage.cause == _GRANT_DEAD, col(Outage.closed_at).is_(None))
        .order_by(col(Outage.opened_at).desc())
    )
    unconfirmed = [(given, died, True) for given, died in session.exec(struck.limit(_AT_MOST)) if died is not None]
    return unconfirmed + [(given, died, False) for given, died in session.exec(open_ones.limit(_AT_MOST))]


def lifetimes(session: Session, soon: datetime) -> tuple[int, int]:
    """How many grants Google ends before ``soon``, and how many it does not."""
    held = select(func.count()).select_from(Connection).where(col(Connection.grant).is_not(None))
    short = session.exec(held.where(col(Connection.refresh_expires_at) < soon)).one()
    return short, session.exec(held).one() - short


def some_team(session: Session) -> str:
    """A workspace with people in it, for what concerns all of them; empty when there is none."""
    return session.exec(select(Connection.team_id).order_by(Connection.team_id).limit(1)).first() or ""


def changed(health: str, now: datetime) -> ColumnElement[datetime]:
    """When the health last changed, if it becomes ``health`` now."""
    return case(
        (col(Connection.health) == health, col(Connection.changed_at)),
        else_=literal(now, UTCDateTime()),
    )

"""How connections stand, for whoever goes through them one by one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select

from storage.tables import Connection, Person

_BY_ACCOUNT = (col(Connection.google_email), col(Connection.id))


@dataclass(frozen=True, slots=True)
class Standing:
    """One connection as it is stored, without its grant."""

    connection_id: str
    team_id: str
    user_id: str
    account: str
    health: str
    cause: str | None
    strike_cause: str | None
    strike_at: datetime | None
    refresh_expires_at: datetime | None


def count(session: Session) -> int:
    """How many hold a grant."""
    return session.exec(select(func.count()).select_from(Connection).where(col(Connection.grant).is_not(None))).one()


def page(session: Session, after: Standing | None, limit: int) -> list[Standing]:
    """Those that hold a grant, by account, from behind ``after`` on: so that no number of them is ever in memory."""
    query = _query().where(col(Connection.grant).is_not(None))
    if after is not None:
        query = query.where(tuple_(*_BY_ACCOUNT) > tuple_(sa.literal(after.account), sa.literal(after.connection_id)))
    return _read(session, query.limit(limit))


def of(session: Session, connection_ids: Collection[str]) -> list[Standing]:
    """These, by account."""
    return _read(session, _query().where(col(Connection.id).in_(connection_ids)))


def with_account(session: Session, email: str) -> list[Standing]:
    """Those of the Google account with this address, in whatever case."""
    return _read(session, _query().where(func.lower(Connection.google_email) == email.lower()))


def of_person(session: Session, team_id: str, user_id: str) -> list[Standing]:
    """The one of this Slack person, if there is one."""
    return _read(session, _query().where(col(Person.team_id) == team_id, col(Person.user_id) == user_id))


_FACTS = (
    col(Connection.id),
    col(Person.team_id),
    col(Person.user_id),
    col(Connection.google_email),
    col(Connection.health),
    col(Connection.cause),
    col(Connection.strike_cause),
    col(Connection.strike_at),
    col(Connection.refresh_expires_at),
)


def _query() -> sa.Select[*tuple[Any, ...]]:
    joined = sa.select(*_FACTS).join(Person, col(Person.id) == col(Connection.person_id))
    return joined.order_by(*_BY_ACCOUNT)


def _read(session: Session, query: sa.Select[*tuple[Any, ...]]) -> list[Standing]:
    rows: Iterable[Sequence[Any]] = session.connection().execute(query)
    return [Standing(*row) for row in rows]

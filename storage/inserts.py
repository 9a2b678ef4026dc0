"""INSERT with ON CONFLICT, which each database spells for itself."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, SQLModel


def insert_into(session: Session, table: type[SQLModel], **values: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of ``values`` for the session's database, ready for an ``on_conflict_...``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(**values)
    return postgresql.insert(table).values(**values)


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those that are not there yet, in this order; how many that were. Waits for others' unfinished ones."""
    if not rows:
        return 0
    given = [dict(row) for row in rows]
    if session.get_bind().dialect.name == "sqlite":  # a statement costs nothing there, but to read what it answers does
        return session.connection().execute(_new_on_sqlite(table), given).rowcount
    return len(session.connection().execute(_new_on_postgresql(table), given).all())


# Made once, and the rows given beside them: with them in it, SQLAlchemy would write its SQL anew for each call.


@cache
def _new_on_sqlite(table: type[SQLModel]) -> sqlite.Insert:
    return sqlite.insert(table).on_conflict_do_nothing()


@cache
def _new_on_postgresql(table: type[SQLModel]) -> ReturningInsert[tuple[str]]:
    """One statement for all of them: each costs a way to the server."""
    return postgresql.insert(table).on_conflict_do_nothing().returning(literal_column("1"))

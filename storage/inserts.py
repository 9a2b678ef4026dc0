"""INSERT with ON CONFLICT, which each database spells for itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_into(session: Session, table: type[SQLModel], **values: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of ``values`` for the session's database, ready for an ``on_conflict_...``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(**values)
    return postgresql.insert(table).values(**values)


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those that are not there yet, in this order; how many that were. Waits for others' unfinished ones."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert(table).values(rows).on_conflict_do_nothing()
    return len(session.connection().execute(new.returning(literal_column("1"))).all())

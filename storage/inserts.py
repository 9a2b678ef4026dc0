"""INSERT with ON CONFLICT, which each database spells for itself."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_into(session: Session, table: type[SQLModel], **values: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of ``values`` for the session's database, ready for an ``on_conflict_...``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(**values)
    return postgresql.insert(table).values(**values)

"""Everything a database remembers, so that two moments can be compared."""

from sqlmodel import SQLModel

from storage.database import Database

Rows = dict[str, list[str]]


def everything(database_url: str) -> Rows:
    """Every row of every table, in words."""
    database = Database(database_url)
    try:
        with database.reading() as session:
            return {
                table.name: sorted(map(repr, session.connection().execute(table.select())))
                for table in SQLModel.metadata.sorted_tables
            }
    finally:
        database.close()

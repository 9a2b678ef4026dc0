"""The database before anything is served: does it answer, and is its schema ours?"""

from collections.abc import Iterator
from contextlib import contextmanager

from storage import schema
from storage.database import Database, DatabaseUnavailable
from storage.engines import DatabaseUrlInvalid


class CannotStart(Exception):
    """Why the program ends here, and what to do."""


def migrate(url: str) -> None:
    """Bring the schema up to date. Raises CannotStart."""
    with _explained():
        _check(url)
        schema.migrate(url)


def prepare(url: str) -> None:
    """Bring SQLite's schema up to date; a PostgreSQL one is the operator's to migrate. Raises CannotStart."""
    if url.startswith("sqlite"):
        migrate(url)
        return
    with _explained():
        _check(url)
        if schema.is_behind(url):
            raise CannotStart(
                "The database schema is not the one this version needs. Run `calendar-bot migrate`, then start again."
            )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (DatabaseUrlInvalid, schema.SchemaUnknown) as error:
        raise CannotStart(str(error)) from None
    except DatabaseUnavailable:
        raise CannotStart(
            "The database of DATABASE_URL does not answer as a database should. Check the address, and that the server "
            "runs and lets us in."
        ) from None


def _check(url: str) -> None:
    database = Database(url)
    try:
        database.check()
    finally:
        database.close()

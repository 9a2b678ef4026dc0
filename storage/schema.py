"""Bringing a database to the tables that the code needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from storage import engines

_MIGRATORS_QUEUE = 0x63616C  # any number of our own: PostgreSQL's advisory locks are numbered


class SchemaUnknown(Exception):
    """The database was migrated by a newer version of this program. Run that one, or restore a backup."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade to ``revision`` in one transaction. Of several processes that try at once, one does it.

    Raises SchemaUnknown.
    """
    with _migrating(url) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current and not _is_known(current):
            raise SchemaUnknown
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Go back to ``revision``, in one transaction. What newer tables and columns held is lost."""
    with _migrating(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current_revision(url: str) -> str | None:
    """The revision the database is at; None for an empty one."""
    engine = engines.build(url)
    try:
        with engine.execution_options(**{engines.READ_ONLY: True}).begin() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head_revision() -> str:
    """The revision the code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("The package was built without its migrations.")
    return head


def is_behind(url: str) -> bool:
    """Whether the database is not at the revision the code needs."""
    return current_revision(url) != head_revision()


def _is_known(revision: str) -> bool:
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _migrating(url: str) -> Iterator[Connection]:
    """One connection in one transaction, without foreign keys on SQLite: a rebuilt table would cascade otherwise."""
    engine = engines.build(url, foreign_keys=False)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATORS_QUEUE})")
            yield connection
    finally:
        engine.dispose()

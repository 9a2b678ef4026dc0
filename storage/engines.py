"""From a database's address to an engine that behaves alike on SQLite and PostgreSQL."""

import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from storage import turns

READ_ONLY = "postgresql_readonly"
"""The execution option of a read-only transaction. The name is psycopg's dialect's; SQLite listens to it here."""

WAITS_FOR_A_LOCK = 30
"""Seconds, on both databases."""


class DatabaseUrlInvalid(ValueError):
    """DATABASE_URL cannot be used. The sentence says why and never holds the password."""


def parse(url: str) -> URL:
    """The address as SQLAlchemy wants it. Raises DatabaseUrlInvalid."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUrlInvalid("DATABASE_URL is not a database address, like sqlite:///calendar-bot.db") from None
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if parsed.database in {None, "", ":memory:"} or parsed.query:
                raise DatabaseUrlInvalid(
                    "DATABASE_URL must name a plain SQLite file: memory is neither kept nor shared by threads"
                )
            return parsed.set(drivername="sqlite")
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise DatabaseUrlInvalid(
                f"DATABASE_URL begins with {other}://, but only sqlite:// and postgresql:// (psycopg 3) are known"
            )


def build(url: str, *, foreign_keys: bool = True) -> Engine:
    """An engine; nothing is connected yet. Without ``foreign_keys`` SQLite lets a migration rebuild a table."""
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, foreign_keys=foreign_keys)
    return _postgresql(parsed)


def _sqlite(url: URL, *, foreign_keys: bool) -> Engine:
    _keep_private(Path(str(url.database)))
    engine = create_engine(
        url, pool_size=10, max_overflow=20, connect_args={"timeout": WAITS_FOR_A_LOCK}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # The driver's own idea of when a transaction begins lets two writers read before either writes.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        # SQLite's own knows A to Z only (sqlite.org/lang_corefunc.html#lower), and people are called Álvaro and Åsa.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = bool(connection.get_execution_options().get(READ_ONLY))
        # Every transaction begins here, and SQLAlchemy's own way to a statement takes longer than these themselves.
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
        if reads:
            driver.execute("BEGIN")
            return
        try:
            turns.begin(driver, WAITS_FOR_A_LOCK)
        except sqlite3.OperationalError as error:
            raise OperationalError("BEGIN IMMEDIATE", None, error, hide_parameters=True) from error

    return engine


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute(f"SET lock_timeout = '{WAITS_FOR_A_LOCK}s'")
        connection.commit()

    return engine


def _keep_private(file: Path) -> None:
    """Only our own user reads the database. SQLite gives its WAL the mode of the file beside it."""
    try:
        # Only to make it. Closing one that is there would let go of every lock that SQLite holds on it in this process:
        # another process would then delete the WAL under us, and with it all we write from there on
        # (sqlite.org/howtocorrupt.html, 2.2).
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not file.is_file() or not os.access(file, os.R_OK | os.W_OK):
            raise DatabaseUrlInvalid(f"DATABASE_URL names {file}, which cannot be read and written") from None
    except OSError as error:
        raise DatabaseUrlInvalid(f"DATABASE_URL names {file}, which cannot be opened: {error.strerror}") from error
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)

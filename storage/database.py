"""The only way to a session. A transaction commits when its block ends well and rolls back otherwise."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from secrets import SystemRandom
from threading import local
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

from storage import engines, turns

__all__ = ["Database", "DatabaseUnavailable", "Session", "TransactionOpen"]

_T = TypeVar("_T")
_ATTEMPTS = 5
_SCRUB_WAITS = 1000
"""Milliseconds."""
_SERIALIZATION_FAILURE, _DEADLOCK = "40001", "40P01"
_JITTER = SystemRandom()


class TransactionOpen(RuntimeError):
    """This thread is inside a transaction already. A second one would not see the first and could wait for it."""


class DatabaseUnavailable(Exception):
    """The database does not answer."""


class Database:
    """One SQLite file or one PostgreSQL database, shared by all threads.

    SQLite takes the write lock when a transaction begins, so "look, then write" is safe there. On PostgreSQL
    (read committed) queries rely on unique constraints, on single statements, or on locking a person's row.
    """

    def __init__(self, url: str, *, sleep: Callable[[float], object] = time.sleep) -> None:
        """``url`` as in DATABASE_URL. Raises DatabaseUrlInvalid."""
        self._engine = engines.build(url)
        self._reader = self._engine.execution_options(**{engines.READ_ONLY: True})
        self._sleep = sleep
        self._here = local()
        self._line = turns.Line(engines.WAITS_FOR_A_LOCK) if self._engine.dialect.name == "sqlite" else None

    def __repr__(self) -> str:
        return f"Database({self._engine.url.render_as_string(hide_password=True)})"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Work that writes. Rows stay readable after the commit. Raises TransactionOpen when nested."""
        with (
            self._alone(),
            self._turn(),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Work that only reads, refused any write, and never waits for a writer. Raises TransactionOpen."""
        with self._alone(), Session(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    def retrying(self, work: Callable[[Session], _T]) -> _T:
        """``work`` in a transaction of its own, begun again when PostgreSQL asks for that (40001, 40P01)."""
        for attempt in range(1, _ATTEMPTS):
            try:
                with self.transaction() as session:
                    return work(session)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in {_SERIALIZATION_FAILURE, _DEADLOCK}:
                    raise
            self._sleep(_JITTER.uniform(0, 0.05 * 2**attempt))
        with self.transaction() as session:
            return work(session)

    def check(self) -> None:
        """Whether the database answers. Raises DatabaseUnavailable."""
        try:
            with self.reading() as session:
                session.connection().exec_driver_sql("SELECT 1")
        except SQLAlchemyError as error:
            raise DatabaseUnavailable("The database does not answer.") from error

    def scrub(self) -> None:
        """Have SQLite empty its log, where pages stand as they were before something was erased from them.

        As far as readers let it, and soon: it is tried again at the next occasion. PostgreSQL's VACUUM sees to its own.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {_SCRUB_WAITS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            cursor.execute(f"PRAGMA busy_timeout = {engines.WAITS_FOR_A_LOCK * 1000}")

    def close(self) -> None:
        """Close every connection, and let go of what was prepared for them."""
        self._engine.dispose()
        self._engine.clear_compiled_cache()

    def _turn(self) -> AbstractContextManager[None]:
        return self._line.stand() if self._line else nullcontext()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._here, "open", False):
            raise TransactionOpen(" ".join((TransactionOpen.__doc__ or "").split()))
        self._here.open = True
        try:
            yield
        finally:
            self._here.open = False

"""Waiting for SQLite's write lock: between threads, between processes, and in vain."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage import engines, turns, work
from storage.database import Database
from tests.storage.rows import NOW, at_once


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Connections to one file, as of two processes; SQLite itself would wait for the lock a long time."""
    file = tmp_path / "lock.db"
    with (
        closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as one,
        closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other,
    ):
        yield one, other


def test_the_lock_is_had_soon_after_it_is_free(two: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    one, other = two
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 20:
            other.execute("COMMIT")

    other.execute("BEGIN IMMEDIATE")
    turns.begin(one, 30, sleep=sleep)
    assert one.in_transaction
    assert len(naps) == 20
    assert max(naps) <= 0.005


def test_who_waits_in_vain_hears_it_from_sqlite(two: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    one, other = two
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        turns.begin(one, 0)
    assert not one.in_transaction


def test_a_transaction_that_waits_in_vain_fails_like_any_other(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WAITS_FOR_A_LOCK", 0)
    busy, database = Database(sqlite_database_url), Database(sqlite_database_url)
    with busy.transaction() as session, ThreadPoolExecutor(1) as other:
        work.claim_once(session, "first", NOW)
        with pytest.raises(OperationalError, match="locked"):
            other.submit(_claim, database, "second").result()
    assert _claim(database, "second"), "and it is as good as new"
    busy.close()
    database.close()


def test_threads_and_other_connections_all_get_their_turn(sqlite_database_url: str) -> None:
    databases = [Database(sqlite_database_url) for _ in range(2)]
    assert all(at_once(24, lambda number: _claim(databases[number % 2], f"turn {number}")))
    for database in databases:
        database.close()


def test_who_has_stood_in_line_too_long_goes_on() -> None:
    line = turns.Line(0)
    with line.stand(), line.stand():
        pass
    with line.stand():
        pass


def _claim(database: Database, key: str) -> bool:
    with database.transaction() as session:
        return work.claim_once(session, key, NOW)

"""Waiting for SQLite's one write lock.

SQLite sleeps between its tries, longer each time and up to a tenth of a second: the lock lies idle while all who want
it sleep, and whoever comes by has it before those who have waited longest. So the threads of a process stand in line,
and the first of them tries often, beside those of other processes.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

_SHORTEST, _LONGEST = 0.0005, 0.005
"""Seconds between two tries: from less than one of our transactions takes to what an idle minute may well cost."""
_KIND = 0xFF
"""The part of an error's code that says what it is; what is above it says more."""


class Line:
    """Those of one process who want to write. Whoever has stood there for too long goes on, and SQLite decides."""

    def __init__(self, within: float) -> None:
        self._first = Lock()
        self._within = within

    @contextmanager
    def stand(self) -> Iterator[None]:
        """Until the block ends."""
        is_first = self._first.acquire(timeout=self._within)
        try:
            yield
        finally:
            if is_first:
                self._first.release()


def begin(connection: sqlite3.Connection, within: float, *, sleep: Callable[[float], object] = time.sleep) -> None:
    """Take the write lock, waiting so many seconds at most: then SQLite's own error is raised."""
    began = time.monotonic()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while not _has_begun(connection, time.monotonic() - began >= within):
            sleep(min(max(_SHORTEST, (time.monotonic() - began) / 10), _LONGEST))
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(within * 1000)}")


def _has_begun(connection: sqlite3.Connection, is_last_try: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last_try or error.sqlite_errorcode & _KIND != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True

"""SQLite is for one serving process. A file beside the database stays locked for as long as that process lives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import engines


class AlreadyServed(Exception):
    """Another process serves this SQLite database."""


class LockUnavailable(Exception):
    """The place where the SQLite database lies knows no locks, which SQLite itself needs as well."""


@contextmanager
def sole_server(url: str) -> Iterator[None]:
    """For the length of a block, no other process gets in here with this SQLite database. PostgreSQL takes many.

    Raises AlreadyServed, LockUnavailable, DatabaseUrlInvalid. The kernel opens the lock when the process dies, however
    it dies; there is nothing to clean up.
    """
    parsed = engines.parse(url)
    if parsed.get_backend_name() != "sqlite":
        yield
        return
    import fcntl  # POSIX only, as is the way this bot is run

    # Never the database file itself: closing it would let go of the locks that SQLite holds on it in this process.
    database = Path(str(parsed.database)).resolve()
    file = database.with_name(f"{database.name}-lock")
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise engines.DatabaseUrlInvalid(
            f"DATABASE_URL names {database}, beside which no file can be written: {error.strerror}"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed from None
        except OSError as error:
            raise LockUnavailable from error
        yield
    finally:
        os.close(descriptor)

"""Whoever books one person's time as fast as it can, each a process: `python -m tests.bench.bookers NAME URL`.

``ours`` takes up cells; ``naive`` looks for what overlaps and inserts if there is nothing, as it is written first.
Each line of JSON says whose time and which times; what is answered is how that went.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from bot.domain.appointments import GRID, LIVE, Role, State, cells
from storage import bookings, engines
from storage.booking_tables import Attendance, Booking
from storage.database import Database
from storage.tables import new_id

BEGIN = datetime(2030, 1, 7, tzinfo=UTC)
LENGTH = timedelta(minutes=30)
ACCEPTED, REFUSED = "accepted", "refused"
Book = Callable[[str, datetime], bool]
"""Somebody's time from then on; whether it was had."""


class Times(NamedTuple):
    """Which times are asked for: so many within so many days, the same ones for the same seed."""

    seed: int
    tries: int
    days: int

    def each(self) -> list[datetime]:
        dice = Random(self.seed)  # noqa: S311 - the same times in every run
        last = timedelta(days=self.days) // GRID
        return [BEGIN + dice.randrange(last) * GRID for _ in range(self.tries)]


@contextmanager
def ours(url: str) -> Iterator[Book]:
    """As the product accepts an appointment."""
    database = Database(url)

    def book(person_id: str, start: datetime) -> bool:
        made, parties = rows(person_id, start)
        try:
            with database.transaction() as session:
                bookings.hold(session, made, parties, {person_id: cells(start, start + LENGTH)})
        except bookings.Taken:
            return False
        return True

    yield book
    database.close()


@contextmanager
def naive(url: str) -> Iterator[Book]:
    """Wrong: two who look at the same time both find nothing. With SQLite's files kept as ours keeps them."""
    engine = create_engine(engines.parse(url))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Connection, _record: object) -> None:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON", "busy_timeout = 30000"):
                connection.execute(f"PRAGMA {pragma}")  # type: ignore[call-overload]  # the driver's own connection

    def book(person_id: str, start: datetime) -> bool:
        made, parties = rows(person_id, start)
        overlapping = select(Booking.id).join(Attendance, col(Attendance.booking_id) == col(Booking.id))
        overlapping = overlapping.where(Attendance.person_id == person_id, col(Booking.state).in_(LIVE))
        with Session(engine) as session:
            found = overlapping.where(Booking.starts_at < start + LENGTH, Booking.ends_at > start)
            if session.exec(found.limit(1)).first() is not None:
                return False
            session.add(made)
            session.flush()
            session.add_all(parties)
            session.commit()
        return True

    yield book
    engine.dispose()


BOOKERS: dict[str, Callable[[str], AbstractContextManager[Book]]] = {"ours": ours, "naive": naive}


def rows(person_id: str, start: datetime) -> tuple[Booking, list[Attendance]]:
    """The appointment, held."""
    booking = Booking(
        id=new_id(),
        team_id="T0",
        host_id=person_id,
        requester="bench",
        idempotency_key=new_id(),
        request_hash="",
        title="A meeting",
        starts_at=start,
        ends_at=start + LENGTH,
        state=State.HELD,
        calendar_id="bench@acme.example",
        deadline=BEGIN,
        created_at=BEGIN,
        changed_at=BEGIN,
    )
    return booking, [Attendance(booking_id=booking.id, person_id=person_id, role=Role.HOST, position=0)]


def tried(book: Book, person_id: str, times: Times) -> dict[str, float]:
    """How often it was accepted, refused, or failed with which error, and the seconds that took."""
    heard = Counter[str]()
    began = time.perf_counter()
    for start in times.each():
        try:
            heard[ACCEPTED if book(person_id, start) else REFUSED] += 1
        except DBAPIError as error:
            heard[type(error.orig).__name__] += 1
    return {**heard, "seconds": time.perf_counter() - began}


def main() -> None:
    """Warm, so that the first round counts like the others."""
    name, url = sys.argv[1:]
    with BOOKERS[name](url) as book:
        for line in sys.stdin:
            told = json.loads(line)
            print(json.dumps(tried(book, told["person_id"], Times(**told["times"]))), flush=True)


if __name__ == "__main__":
    main()

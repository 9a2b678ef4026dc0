"""P7: bookings of one person's time by several processes, on both databases, against the wrong way that is the obvious.

Ours is to have no double and no deadlock; how many the other one has is said beside it.
"""

import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from sqlmodel import select

from storage.booking_tables import Booking
from storage.database import Database
from storage.tables import Person, new_id
from tests.bench.bookers import ACCEPTED, BEGIN, BOOKERS, REFUSED, Times
from tests.bench.processes import Servant
from tests.bench.rows import Figure, Row
from tests.bench.sizes import Size, Step, rotated
from tests.databases import Postgres, SqliteFiles

PROCESSES, DAYS = 4, 60
_DATABASES = ("SQLite", "PostgreSQL")
_NAMES = {"ours": "Calendar Bot", "naive": "look, then insert"}


def asked_a_second(rate: float) -> str:
    """A pace."""
    return f"{rate:.0f}/s"


@dataclass
class Outcome:
    """Of one way, over all rounds."""

    paces: list[float] = field(default_factory=list)
    doubles: int = 0
    heard: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        """Requests that met an error of the database."""
        return sum(count for word, count in self.heard.items() if word not in {ACCEPTED, REFUSED})

    @property
    def told(self) -> str:
        """What it did wrong."""
        errors = ", ".join(f"{count} {word}" for word, count in self.heard.items() if word not in {ACCEPTED, REFUSED})
        return f"{self.doubles} double{'' if self.doubles == 1 else 's'}{f', {errors}' if errors else ''}"


def steps(goals: Collection[str], size: Size) -> int:
    """How many there are in all."""
    return size.rounds * len(_DATABASES) * len(BOOKERS) if "P7" in goals else 0


def measure(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    """By turns, each time with another person."""
    if "P7" not in goals:
        return []
    found = []
    with _databases() as urls:
        for kind, url in urls:
            outcomes = _compared(kind, url, size, step)
            ours, other = (_figure(name, outcomes[name]) for name in ("ours", "naive"))
            what = f"{PROCESSES} processes book one person's time, {size.bookings} requests a round, on {kind}"
            broken = outcomes["ours"].told if outcomes["ours"].doubles or outcomes["ours"].failed else ""
            found.append(Row("P7", what, ours, (other,), 1.5, is_ratio=True, broken=broken, more_is_better=True))
    return found


def race(url: str, name: str, servants: Sequence[Servant], tries: int, seed: int) -> Outcome:
    """All of them at once at one new person's time."""
    database = Database(url)
    person = Person(team_id="T0", user_id=new_id(), created_at=BEGIN)
    with database.transaction() as session:
        session.add(person)
    heard, seconds = Counter[str](), 0.0
    for number, servant in enumerate(servants):
        times = Times(seed * PROCESSES + number, tries // len(servants), DAYS)
        servant.tells({"person_id": person.id, "times": times._asdict()})
    for servant in servants:
        answer = servant.heard()
        seconds = max(seconds, answer.pop("seconds"))
        heard.update(answer)
    with database.reading() as session:
        booked = session.exec(select(Booking.starts_at, Booking.ends_at).where(Booking.host_id == person.id)).all()
    database.close()
    if len(booked) != heard[ACCEPTED]:
        raise AssertionError(f"{name} says that it accepted {heard[ACCEPTED]}, and {len(booked)} stand there.")
    doubles = sum(start < end for (_, end), (start, _) in pairwise(sorted(booked)))
    return Outcome([heard.total() / seconds], doubles, heard)


def _compared(kind: str, url: str, size: Size, step: Step) -> dict[str, Outcome]:
    outcomes = {name: Outcome() for name in BOOKERS}
    with _servants(url) as servants:
        for name in BOOKERS:  # so that they are all warm
            race(url, name, servants[name], size.bookings // 10, -1)
        for number in range(size.rounds):
            for name in rotated(list(BOOKERS), number):
                step(f"Bookings on {kind} by {_NAMES[name]}")
                once = race(url, name, servants[name], size.bookings, number)
                outcomes[name].paces += once.paces
                outcomes[name].doubles += once.doubles
                outcomes[name].heard += once.heard
    return outcomes


def _figure(name: str, outcome: Outcome) -> Figure:
    return Figure(f"{_NAMES[name]} ({outcome.told})", tuple(outcome.paces), asked_a_second)


@contextmanager
def _servants(url: str) -> Iterator[dict[str, list[Servant]]]:
    running = {name: [Servant("bookers", name, url) for _ in range(PROCESSES)] for name in BOOKERS}
    try:
        yield running
    finally:
        for each in running.values():
            for servant in each:
                servant.stop()


@contextmanager
def _databases() -> Iterator[list[tuple[str, str]]]:
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory(prefix="calendar-bot-bench-") as folder:
            template = Path(folder) / "template"
            template.mkdir()
            sqlite = SqliteFiles(template).migrated(Path(folder))
            yield list(zip(_DATABASES, (sqlite, server.migrated()), strict=True))
    finally:
        server.close()

"""T3: killed at every point of an appointment's life while Google fails: nothing is lost, doubled or left behind."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.appointments import State
from storage.booking_tables import Booking
from tests.proofs.company import HALF_AN_HOUR, Company
from tests.proofs.model import mistold, stored, wrong
from tests.proofs.processes import Process, processes
from tests.proofs.scale import size
from tests.proofs.traps import BOOK, CANCEL, TRAPS
from tests.sandbox.world import TEAM, World

TIMES, SHARE = size(100), 0.3
PAST_THE_LEASE, A_MINUTE = timedelta(minutes=9), timedelta(minutes=1)
"""The children put their own clocks ahead by some minutes."""


def test_killed_at_any_point_there_is_one_of_each(world: World, tmp_path: Path) -> None:
    company = Company(world, TIMES)
    killed = 0
    with processes(world, "victim", tmp_path, 1) as (victim,):
        for number, trap in enumerate(TRAPS):
            killed += Round(world, company, trap, company.tomorrow() + number * 4 * HALF_AN_HOUR).is_run(victim)
            assert wrong(world) == [], trap
            assert mistold(world) == [], trap
    kept = [each for each in stored(world, Booking) if each.state != State.FAILED]  # those were refused, and said so
    assert len(kept) == TIMES * len(TRAPS)
    assert killed > 0.8 * TIMES * len(TRAPS), "on the way to some traps Google fails too often"


class Round:
    """One trap, into which somebody falls with each appointment."""

    def __init__(self, world: World, company: Company, trap: str, start: datetime) -> None:
        self._world = world
        self._company = company
        self._trap = trap
        self._deed = TRAPS[trap].deed
        self._start = start
        self._everybody = company.ids[:TIMES]

    def is_run(self, victim: Process) -> int:
        """How many were killed. In the end whoever had asked asks again, as callers do."""
        made = {person_id: self._booked(person_id) for person_id in self._everybody if self._deed != BOOK}
        self._world.google.script.at_rate("/calendar/v3/", SHARE, seed=list(TRAPS).index(self._trap))
        killed = sum(self._falls(victim, person_id, made.get(person_id, "")) for person_id in self._everybody)
        self._company.sweeps(1, PAST_THE_LEASE)
        self._world.google.script.clear()
        self._company.sweeps(2, A_MINUTE)
        for person_id in self._everybody:
            self._asks_again(person_id, made.get(person_id, ""))
        self._company.sweeps(2, PAST_THE_LEASE)  # of what is told, whatever is unknown is looked for after a while
        return killed

    def _booked(self, person_id: str) -> str:
        made = self._company.books([person_id], self._start, f"{self._trap} {person_id}")
        assert made.state is State.CONFIRMED
        return made.id

    def _falls(self, victim: Process, person_id: str, appointment_id: str) -> bool:
        start = self._start if self._deed == BOOK else self._start + HALF_AN_HOUR / 2
        victim.told(
            trap=self._trap,
            people=[person_id],
            key=f"{self._trap} {person_id}",
            id=appointment_id,
            start=start.isoformat(),
            end=(start + HALF_AN_HOUR).isoformat(),
        )
        answer = victim.answer()
        assert not answer["failed"], victim.said()
        return bool(answer["killed"])

    def _asks_again(self, person_id: str, appointment_id: str) -> None:
        desk = self._world.bot.booking.appointments
        if self._deed == BOOK:
            self._booked(person_id)
        elif self._deed == CANCEL:
            assert desk.cancel(TEAM, appointment_id).state is State.CANCELLED
        else:
            start = self._start + HALF_AN_HOUR / 2
            moved = desk.move(TEAM, appointment_id, start, start + HALF_AN_HOUR)
            assert (moved.state, moved.start) == (State.CONFIRMED, start)

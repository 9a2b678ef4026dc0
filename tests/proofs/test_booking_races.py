"""T1: very many ask for one time at once. T4: one request is sent many times at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.domain.appointments import State
from bot.errors import KeyReused
from storage.booking_tables import Booking, BookingCell
from tests.proofs.company import HALF_AN_HOUR, Company
from tests.proofs.model import stored, wrong
from tests.proofs.processes import processes
from tests.proofs.scale import size
from tests.sandbox.world import World

ROUNDS, RACERS, PROCESSES = size(200), 50, 2
TIMES, AT_ONCE = size(100), 20


def test_of_fifty_who_want_one_time_one_gets_it(world: World, tmp_path: Path) -> None:
    company = Company(world, 2)
    with processes(world, "clerk", tmp_path, PROCESSES) as clerks:
        for number in range(ROUNDS):
            start = company.tomorrow() + number * 2 * HALF_AN_HOUR
            for clerk, name in zip(clerks, ("one", "other"), strict=True):
                order = {"people": company.ids, "start": start.isoformat(), "racers": RACERS // PROCESSES}
                clerk.told(**order, name=f"{name}-{number}")
            heard = sum((Counter(clerk.answer()) for clerk in clerks), Counter())
            assert heard == {"accepted": 1, "taken": RACERS - 1}
            with world.bot.database.reading() as session:
                (won,) = session.exec(select(Booking).where(Booking.starts_at == start))
                cells = session.exec(select(BookingCell).where(col(BookingCell.booking_id) == won.id)).all()
            assert (won.state, len(cells)) == (State.CONFIRMED, 6 + 9), "one of the two has buffers"
    assert len(stored(world, Booking)) == ROUNDS
    assert wrong(world) == []


def test_a_request_sent_many_times_is_one_appointment(world: World) -> None:
    company = Company(world, 2)
    ids, start = company.ids, company.tomorrow()
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        for number in range(TIMES):
            at, key = start + number * 2 * HALF_AN_HOUR, f"k{number}"
            made = list(crowd.map(lambda _: company.books(ids, at, key).id, range(AT_ONCE)))  # noqa: B023 - at once
            assert len(set(made)) == 1
    world.stop_bot()
    world.start_bot()
    for number in range(TIMES):
        at, key = start + number * 2 * HALF_AN_HOUR, f"k{number}"
        assert company.books(ids, at, key).state is State.CONFIRMED
        with pytest.raises(KeyReused):
            company.books(ids, at + HALF_AN_HOUR, key)
    assert len(stored(world, Booking)) == TIMES
    assert wrong(world) == []

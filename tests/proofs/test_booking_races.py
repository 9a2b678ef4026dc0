"""T1: very many ask for one time at once. T4: one request is sent many times at once."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from sqlmodel import col, select

from storage.booking_tables import Booking, BookingCell
from tests.proofs.company import HALF_AN_HOUR, Company
from tests.proofs.model import stored, wrong
from tests.proofs.processes import processes
from tests.proofs.programs import Request, programs
from tests.proofs.scale import size
from tests.sandbox.world import World

ROUNDS, RACERS, PROCESSES = size(200), 50, 2
TIMES, AT_ONCE = size(100), 20
BOOKED, HELD, TAKEN, REUSED = (201, "confirmed"), (202, "held"), (409, "slot-taken"), (422, "idempotency-key-reused")


def test_of_fifty_who_want_one_time_one_gets_it(world: World, tmp_path: Path) -> None:
    with processes(world, "clerk", tmp_path, 1) as (clerks,), programs(world, RACERS, RACERS) as racers:
        clerks.told(clerks=PROCESSES)
        company = Company(world, 2)
        first, urls = company.tomorrow(), [clerks.answer()["url"] for _ in range(PROCESSES)]
        for number in range(ROUNDS):
            start = first + number * 2 * HALF_AN_HOUR
            heard = racers.all_ask(
                [Request(n, urls[n % PROCESSES], company.ids, start, f"round {number}") for n in range(RACERS)]
            )
            assert Counter(each.kind for each in heard) == {BOOKED: 1, TAKEN: RACERS - 1}, clerks.said()
            with world.bot.database.reading() as session:
                (won,) = session.exec(select(Booking).where(Booking.starts_at == start))
                cells = session.exec(select(BookingCell).where(col(BookingCell.booking_id) == won.id)).all()
            assert len(cells) == 6 + 9, "one of the two has buffers"
    assert len(stored(world, Booking)) == ROUNDS
    assert wrong(world) == []


def test_a_request_sent_many_times_is_one_appointment(world: World) -> None:
    company = Company(world, 2)
    starts = [company.tomorrow() + number * 2 * HALF_AN_HOUR for number in range(TIMES)]
    made = []
    with programs(world, 1, AT_ONCE) as system:
        for start in starts:
            answers = system.all_ask([Request(0, world.bot_url, company.ids, start, f"{start}")] * AT_ONCE)
            assert {each.kind for each in answers} <= {BOOKED, HELD}, "whoever comes second may find it under way"
            (one,) = {each.document["id"] for each in answers}
            made.append(one)
        world.stop_bot()
        world.start_bot()
        for start, one in zip(starts, made, strict=True):
            again = Request(0, world.bot_url, company.ids, start, f"{start}")
            heard = system.asks(again)
            assert (heard.kind, heard.document["id"]) == (BOOKED, one)
            assert system.asks(replace(again, start=start + HALF_AN_HOUR)).kind == REUSED
    assert len(stored(world, Booking)) == TIMES
    assert wrong(world) == []

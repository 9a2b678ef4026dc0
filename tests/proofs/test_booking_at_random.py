"""T2: very many book, move and cancel at random while Google is in trouble. T5: very many book, and it fails more."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from random import Random
from threading import Event

import pytest
from sqlmodel import select

from bot.domain.appointments import OVER, State
from bot.errors import AvailabilityUnknown, NotBookable, SlotTaken
from storage.booking_tables import Booking
from storage.watch_tables import Outage, Reminder
from tests.proofs.company import Company
from tests.proofs.model import mistold, stored, wrong
from tests.proofs.scale import size
from tests.sandbox.world import TEAM, World

DEEDS, AT_A_TIME, WORKERS = size(25_000), 125, 25
SHARE = 0.3
MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)


class Worker:
    """Does something at random; the same things in every run, though not in the same order."""

    def __init__(self, world: World, company: Company, day: datetime, seed: int) -> None:
        self._desk = world.bot.booking.appointments
        self._company = company
        self._day = day
        self._dice = Random(seed)  # noqa: S311 - repeatable, not secret
        self._keys = (f"{seed}-{number}" for number in count())

    def does(self, made: list[str]) -> str:
        """One deed, and how it ended."""
        kind = self._dice.choices(("book", "move", "cancel"), (3, 1, 1))[0]
        start, people = self._day + self._dice.randrange(40) * QUARTER, self._company.some(self._dice)
        end = start + self._dice.randint(1, 4) * QUARTER
        chosen = self._dice.choice(made) if made else None
        try:
            if kind == "book" or chosen is None:
                length = (end - start) // MINUTE
                made.append(self._company.books(people, start, next(self._keys), minutes=length).id)
            elif kind == "move":
                self._desk.move(TEAM, chosen, start, end)
            else:
                self._desk.cancel(TEAM, chosen)
        except (SlotTaken, NotBookable, AvailabilityUnknown) as refused:
            return f"{kind}: {type(refused).__name__}"
        return kind


def test_whatever_happens_the_database_and_google_end_up_as_one(world: World) -> None:
    company = Company(world, 6 + size(200))
    outcomes = Counter[str]()
    for number in range(-(-DEEDS // AT_A_TIME)):
        world.google.script.at_rate("/calendar/v3/", SHARE, seed=number)
        day, made = company.tomorrow(days=1 + number % 300), list[str]()
        workers = [Worker(world, company, day, number * WORKERS + each) for each in range(WORKERS)]
        over = Event()
        with ThreadPoolExecutor(WORKERS + 1) as crowd:
            sweeping = crowd.submit(_sweeps_until, world, over)
            deeds = list(crowd.map(lambda worker: [worker.does(made) for _ in range(AT_A_TIME // WORKERS)], workers))  # noqa: B023 - at once
            over.set()
            sweeping.result()
        outcomes.update(each for done in deeds for each in done)
        world.time_leaps(MINUTE)
    world.google.script.clear()
    company.catches_up(6)  # to tell it all as well would take as long again
    assert wrong(world) == []
    assert {"book", "book: SlotTaken", "move", "cancel"} <= set(outcomes), outcomes


def _sweeps_until(world: World, over: Event) -> None:
    while not over.wait(0.05):
        world.bot.booking.outbox.run()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_google_that_fails_makes_nobody_wait_for_long(world: World, share: float) -> None:
    company = Company(world, 2 + size(2000) // 10)
    dice = Random(5)  # noqa: S311 - repeatable, not secret
    world.google.script.at_rate("/calendar/v3/", share, seed=5)
    refused = Counter[str]()
    for number in range(size(2000)):
        start = company.tomorrow() + number % 40 * 2 * QUARTER
        try:
            company.books(company.some(dice, 2), start, f"k{number}")
        except (SlotTaken, AvailabilityUnknown) as error:
            refused[type(error).__name__] += 1
    begun = world.clock.now()
    while world.clock.now() < begun + 15 * MINUTE:
        world.time_leaps(timedelta(seconds=20))
        world.bot.booking.outbox.run()
    waiting = [each.state for each in stored(world, Booking) if each.state not in {State.CONFIRMED, *OVER}]
    if share <= 0.3:
        assert waiting == []
    world.google.script.clear()
    company.sweeps(4)
    assert wrong(world) == []
    assert mistold(world) == []
    with world.bot.database.reading() as session:
        assert [session.exec(select(table)).all() for table in (Outage, Reminder)] == [[], []], "nobody is to blame"

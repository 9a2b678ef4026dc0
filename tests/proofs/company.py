"""People who can be booked at any hour, and what becomes of appointments when everything is done that can be."""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random

from bot.domain.appointments import GRID, Appointment, Wish
from bot.domain.hours import MINUTES, Rules
from bot.domain.people import Who
from tests.proofs.crowd import Crowd, Member, gather
from tests.sandbox.world import TEAM, World

HALF_AN_HOUR = timedelta(minutes=30)
ALWAYS = Rules("UTC", (((0, MINUTES),),) * 7, notice=timedelta(), horizon=timedelta(days=366))
BUFFERED = Rules("UTC", ALWAYS.week, GRID, 2 * GRID, timedelta(), timedelta(days=366))
REQUESTER = "key-of-a-proof"


class Company:
    """Every second one wants to be left alone before and after."""

    def __init__(self, world: World, count: int) -> None:
        self._world = world
        self.crowd: Crowd = gather(world, count)
        diaries = world.bot.booking.diaries
        self.ids = [each.id for each in diaries.by_who([Who(TEAM, each.user_id) for each in self.members])]
        for number, person_id in enumerate(self.ids):
            diaries.save_rules(person_id, BUFFERED if number % 2 else ALWAYS, world.clock.now())

    @property
    def members(self) -> list[Member]:
        return list(self.crowd.members)

    def tomorrow(self, *, days: int = 1) -> datetime:
        """A midnight to count from."""
        return self._world.clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)

    def books(self, people: Collection[str], start: datetime, key: str, *, minutes: int = 30) -> Appointment:
        """As a booking system asks for it."""
        desk = self._world.bot.booking.appointments
        return desk.book(wish(people, start, minutes=minutes), requester=REQUESTER, idempotency_key=key)

    def some(self, dice: Random, most: int = 3) -> list[str]:
        """One to ``most`` of them."""
        return dice.sample(self.ids, dice.randint(1, most))

    def sweeps(self, times: int, apart: timedelta = timedelta(minutes=4)) -> None:
        """What waits is done, and then what is owed is told."""
        self.catches_up(times, apart)
        self._world.bot.booking.bulletin.deliver()

    def catches_up(self, times: int, apart: timedelta = timedelta(minutes=4)) -> None:
        """So often, longer apart than any lease or pause lasts: what waits is done."""
        for _ in range(times):
            self._world.time_leaps(apart)
            self._world.bot.booking.outbox.run()


def wish(people: Collection[str], start: datetime, *, minutes: int = 30) -> Wish:
    return Wish(TEAM, start, start + timedelta(minutes=minutes), tuple(people), "A meeting")

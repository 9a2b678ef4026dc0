"""The part of the composition root that keeps connections alive: looking, judging, telling, and what may be broken."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from bot.ports import Calendars, Clock, Consent, Directory, Notifier
from bot.services.calendars import CalendarPicks
from bot.services.canaries import Canaries
from bot.services.connections import Connections
from bot.services.grants import Grants
from bot.services.incidents import CANARY_EVERY, CLOCK_SKEW, Incidents
from bot.services.looking import Looker
from bot.services.monitoring import Monitoring
from bot.services.reminders import Reminders
from bot.services.safety import Safety
from bot.services.surfaces import Surfaces
from bot.services.sweep import Pace, Sweep
from bot.services.tickets import Tickets
from bot.services.workspaces import Workspaces
from bot.settings import Settings
from handlers.background import Background
from handlers.jobs import Table
from storage.crypto import Sealer
from storage.database import Database

A = TypeVar("A")
B = TypeVar("B")

PROBERS = 16
"""Looks at once. Each waits for Google nearly all of its time."""
SWEEP_EVERY, DELIVER_EVERY = timedelta(seconds=5), timedelta(seconds=10)
_AT_LEAST = timedelta(seconds=0.5)


class Watching:
    """Built in two steps, for what people see of a connection is drawn by services that need the first half.

    One that does not speak looks and judges; what is to be said about it stands in the ledger, for whoever serves.
    """

    reminders: Reminders
    canaries: Canaries
    safety: Safety

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        sealer: Sealer,
        pool: Background,
        *,
        speaks: bool = True,
        directory: Directory,
        notifier: Notifier,
        consent: Consent,
        calendars: Calendars,
    ) -> None:
        self.directory = directory
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._later: Callable[..., object] = pool.hand_over if speaks else _nothing
        self._notifier = notifier
        self._consent = consent
        self._probe_every = settings.probe_every
        # What is asked for in seconds is not looked for every five of them.
        self._sweep_every = max(_AT_LEAST, min(SWEEP_EVERY, settings.probe_every / 4, settings.confirm_after / 4))
        self._probers = ThreadPoolExecutor(PROBERS, "probers")
        self.incidents = Incidents(
            database,
            sealer,
            directory,
            notifier,
            clock,
            self._later,
            channel=settings.operator_channel,
            admins=settings.admins,
        )
        self.grants = Grants(sealer, consent, clock, self.incidents.unreadable)
        self.monitoring = Monitoring(
            database,
            clock,
            self.incidents,
            self.deliver,
            confirm_after=settings.confirm_after,
            probe_every=settings.probe_every,
        )
        looker = Looker(self.grants, calendars, self.incidents)
        rate = Pace(settings.probe_every, settings.confirm_after, settings.google_daily_calls)
        self.sweep = Sweep(database, looker, self.monitoring, self.incidents, clock, rate, self._each)

    def complete(
        self,
        *,
        connections: Connections,
        picks: CalendarPicks,
        tickets: Tickets,
        surfaces: Surfaces,
        workspaces: Workspaces,
    ) -> None:
        """The second half."""
        self.reminders = Reminders(
            self._database,
            self._notifier,
            connections,
            picks,
            tickets,
            self.incidents,
            self._clock,
            lambda who: self._later(surfaces.home, who),
        )
        self.canaries = Canaries(
            self._database,
            self._sealer,
            self._consent,
            self._notifier,
            self.incidents,
            self.monitoring,
            self.sweep,
            self._clock,
            teams=workspaces.teams,
            send_link=tickets.send,
            probe_every=self._probe_every,
        )
        self.safety = Safety(self._database, self.monitoring, self._clock, self._later, self.look, surfaces.disconnect)

    def look(self) -> object:
        """Look at whoever is due, soon."""
        return self._later(self.sweep.run)

    def deliver(self) -> object:
        """Send what is owed to people, soon."""
        return self._later(self.reminders.deliver)

    def clock_is_wrong(self, team_id: str) -> object:
        """Alert the operators, soon."""
        return self._later(self.incidents.meet, CLOCK_SKEW, CLOCK_SKEW, team_id)

    def jobs(self) -> Table:
        """What the clock sets off."""
        return {
            "probe": (self.sweep.run, self._sweep_every),
            "remind": (self.reminders.deliver, DELIVER_EVERY),
            "canary": (self.canaries.run, CANARY_EVERY),
        }

    def close(self) -> None:
        """Begin no further look."""
        self._probers.shutdown(cancel_futures=True)

    def _each(self, work: Callable[[A], B], items: Iterable[A]) -> Iterable[B]:
        return self._probers.map(work, items)


def _nothing(*_work: object) -> bool:
    return False

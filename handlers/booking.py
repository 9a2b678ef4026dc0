"""The part of the composition root that books: looking for time, appointments, and telling of them."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from typing import TypeVar

from fastapi import APIRouter

from bot.appointment_ports import Events
from bot.domain.people import Who
from bot.outgoing.sender import WebhookSender
from bot.ports import Calendars, Clock, Directory, Notifier
from bot.services.agendas import Agendas
from bot.services.api_keys import ApiKeys
from bot.services.appointment_news import AppointmentBulletin
from bot.services.appointments import Appointments
from bot.services.availability import Availability
from bot.services.collisions import Collisions
from bot.services.connections import Connections
from bot.services.diaries import Diaries
from bot.services.for_programs import ForPrograms
from bot.services.incidents import Incidents
from bot.services.moving import Moving
from bot.services.outbox import Outbox
from bot.services.planning import Planning
from bot.services.reconciling import Reconciling
from bot.services.seating import Seating
from bot.services.surfaces import Surfaces
from bot.services.tickets import admit
from bot.services.webhooks import Webhooks
from bot.services.weeks import Weeks
from bot.services.writing import Writing
from bot.slack.notifier import SlackNotifier
from bot.slack.workspaces import Clients
from handlers.background import Background
from handlers.desk import Desk
from handlers.http_booking import booking_router
from handlers.jobs import Table
from handlers.rolling_out import RollingOut
from handlers.slack_agenda import AgendaDesk
from handlers.slack_booking import Booking
from handlers.week_pictures import WeekPictures
from storage.crypto import Sealer
from storage.database import Database

A = TypeVar("A")
B = TypeVar("B")

CLERKS, READERS = 8, 16
"""Operations at once, and questions for free time at once; each waits for Google nearly all of its time."""
WRITE_EVERY, TELL_EVERY, RECONCILE_EVERY = timedelta(seconds=2), timedelta(seconds=2), timedelta(minutes=1)
PURGE_EVERY = timedelta(hours=1)


class BookingDesk:
    """One that does not speak does nothing by itself: whoever serves does."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        calendars: Calendars,
        events: Events,
        notifier: Notifier,
        incidents: Incidents,
        clock: Clock,
        pool: Background,
        max_pending: timedelta,
        *,
        sealer: Sealer,
        public_url: str,
        speaks: bool = True,
    ) -> None:
        self.pause: Callable[[float], object] = sleep
        self._pool = pool
        self._incidents = incidents
        self._clock = clock
        self._public_url = public_url
        self._speaks = speaks
        self._surfaces: Surfaces | None = None
        self._clerks = ThreadPoolExecutor(CLERKS, "clerks")
        self._readers = ThreadPoolExecutor(READERS, "readers")
        self.diaries = Diaries(database, connections, calendars, self._read)
        self.availability = Availability(self.diaries, clock)
        self.bulletin = AppointmentBulletin(database, notifier, incidents, clock, self._redraw)
        collisions = Collisions(self.diaries, connections, events)
        tools = (database, connections, events, collisions, self.bulletin, clock)
        self.outbox = Outbox(database, Writing(*tools), Moving(*tools), clock, self._write, max_pending)
        self.reconciling = Reconciling(database, connections, calendars, *tools[2:])
        self.appointments = Appointments(database, self.diaries, self.outbox, clock, max_pending)
        self.agendas = Agendas(self.appointments, self.availability, self.diaries, clock)
        self.keys = ApiKeys(database, clock, self.appointments.held_by)
        sender = WebhookSender(loopback=public_url.startswith("http://"))
        self.webhooks = Webhooks(database, sealer, sender, clock, self._gave_up)
        self._visitors = Background(workers=READERS, waiting=400, name="programs")

    def tell(self) -> object:
        """Send what people are owed, soon."""
        return self._pool.hand_over(self.bulletin.deliver) if self._speaks else False

    @property
    def pool(self) -> Background:
        """Where booking systems are served."""
        return self._visitors

    def routes(self) -> APIRouter:
        """The booking API."""
        programs = ForPrograms(self.appointments, self.availability)
        return booking_router(programs, programs, self.keys, self._visitors, self._clock, self._public_url)

    def windows(
        self,
        desk: Desk,
        work: Background,
        notifier: SlackNotifier,
        directory: Directory,
        rolling: RollingOut,
        clients: Clients,
        surfaces: Surfaces,
    ) -> tuple[AgendaDesk, Booking]:
        """What listens in Slack, and what is drawn anew there. Whom we have not met, the directory introduces."""
        self._surfaces = surfaces
        seating = Seating(self.diaries, directory, rolling.roster.changed)
        weeks = Weeks(self.diaries, WeekPictures(clients))
        planning = Planning(self.availability, seating, self.appointments, self._clock)

        def may_ask(who: Who) -> object:
            return admit(directory.profile(who))

        return (
            AgendaDesk(desk, work, self.agendas, notifier, surfaces, self.tell),
            Booking(
                desk,
                work,
                planning,
                weeks,
                rolling.board,
                notifier,
                rolling.deliver,
                self.tell,
                may_ask,
                self._rest,
            ),
        )

    def jobs(self) -> Table:
        """What the clock sets off."""
        return {
            "write": (self.outbox.run, WRITE_EVERY),
            "news": (self.bulletin.deliver, TELL_EVERY),
            "reconcile": (self.reconciling.run, RECONCILE_EVERY),
            "webhooks": (self.webhooks.deliver, TELL_EVERY),
            "webhooks-purge": (self.webhooks.purge, PURGE_EVERY),
            "forget": (self.keys.forget_counts, PURGE_EVERY),
        }

    def close(self) -> None:
        """Begin nothing further."""
        self._clerks.shutdown(cancel_futures=True)
        self._readers.shutdown(cancel_futures=True)

    def _redraw(self, who: Who) -> None:
        if self._surfaces is not None:
            self._pool.hand_over(self._surfaces.redraw, who)

    def _gave_up(self, team_id: str, _endpoint_id: str) -> None:
        self._incidents.announce(team_id, "webhook_off")

    def _rest(self, seconds: float) -> None:
        self.pause(seconds)

    def _read(self, work: Callable[[A], B], items: Iterable[A]) -> Iterable[B]:
        return self._readers.map(work, items)

    def _write(self, work: Callable[[A], B], items: Iterable[A]) -> Iterable[B]:
        return self._clerks.map(work, items)

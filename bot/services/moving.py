"""Moving an appointment that stands in Google. Its old time stays taken until Google has the new one."""

from datetime import datetime

from bot.appointment_ports import Events, EventState
from bot.domain.appointment_notices import News
from bot.domain.appointments import State
from bot.domain.faults import GoogleFault
from bot.errors import BotError, SlotTaken
from bot.ports import Clock
from bot.services.appointment_news import AppointmentBulletin
from bot.services.collisions import Collisions
from bot.services.connections import Connections
from bot.services.portraits import Loaded
from bot.services.writing import finish, once_written
from storage import bookings
from storage.database import Database, Session
from storage.operations import Task

_GONE = frozenset({"gone", "not_found"})


class EventGone(Exception):
    """Somebody has deleted the event in Google."""


class Moving:
    """Carries out ``move``; called under the operation's lease, outside any transaction."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        events: Events,
        collisions: Collisions,
        bulletin: AppointmentBulletin,
        clock: Clock,
    ) -> None:
        self._database = database
        self._connections = connections
        self._events = events
        self._collisions = collisions
        self._bulletin = bulletin
        self._clock = clock

    def move(self, task: Task, loaded: Loaded) -> None:
        """Look, move, verify, note. Raises SlotTaken or AvailabilityUnknown with the event where it was, EventGone."""
        start, end = loaded.target
        people = self._collisions.people(loaded)
        event = self._standing(loaded) if task.attempts > 1 else None
        if event is None or (event.start, event.end) != (start, end):
            self._collisions.look(loaded, start, end, people)
            event = self._set(loaded, start, end, event.etag if event else loaded.row.etag)
        with once_written():
            if self._collisions.came_in_between(loaded, event, start, end, people):
                back = self._set(loaded, loaded.row.starts_at, loaded.row.ends_at, event.etag)
                with self._database.transaction() as session:
                    bookings.note(session, loaded.row.id, etag=back.etag)
                raise SlotTaken
        self._note(task, loaded, event)

    def stays(self, task: Task, loaded: Loaded, reason: str, *, told: bool) -> None:
        """It is not moved: what it would have taken up is given back."""
        row = loaded.row
        with self._database.transaction() as session:
            finish(session, task)
            bookings.note(session, row.id, move_starts_at=None, move_ends_at=None, changed_at=self._clock.now())
            bookings.give_back(session, row.id, self._unneeded(session, loaded, row.starts_at, row.ends_at))
            if not bookings.taken(session, row.id):  # it had given way to another one before
                bookings.change(session, row, [State.CONFIRMED], state=State.CONFLICT)  # unless it is cancelled by now
            if told:
                self._bulletin.announce(session, loaded, News.NOT_MOVED, by=task.asked_by, reason=reason)

    def put_back(self, loaded: Loaded) -> None:
        """Before it is said that it stays: an earlier attempt may have moved it."""
        row, event = loaded.row, self._standing(loaded)
        if (event.start, event.end) != (row.starts_at, row.ends_at):
            self._set(loaded, row.starts_at, row.ends_at, event.etag)

    def deleted(self, task: Task, loaded: Loaded) -> None:
        """There is nothing to move any more."""
        row, now = loaded.row, self._clock.now()
        with self._database.transaction() as session:
            finish(session, task)
            bookings.note(
                session, row.id, state=State.CANCELLED, reason="deleted_in_google", changed_at=now, move_starts_at=None
            )
            bookings.note(session, row.id, move_ends_at=None)
            bookings.give_back(session, row.id)
            self._bulletin.announce(session, loaded, News.DELETED)

    def _standing(self, loaded: Loaded) -> EventState:
        event = self._connections.call(
            loaded.host, lambda token: self._events.get(token, loaded.row.calendar_id, loaded.event_id)
        )
        if event is None or event.status == "cancelled":
            raise EventGone
        return event

    def _set(self, loaded: Loaded, start: datetime, end: datetime, etag: str | None) -> EventState:
        """What somebody has changed in Google meanwhile stays, but for the time: that is what was asked for last."""
        for known in (etag, None):
            try:
                return self._patched(loaded, start, end, known)
            except GoogleFault as fault:
                if fault.verdict.code in _GONE:
                    raise EventGone from None
                if fault.verdict.code != "changed_meanwhile" or known is None:
                    raise
            self._standing(loaded)
        raise BotError

    def _patched(self, loaded: Loaded, start: datetime, end: datetime, etag: str | None) -> EventState:
        return self._connections.call(
            loaded.host,
            lambda token: self._events.move(token, loaded.row.calendar_id, loaded.event_id, start, end, etag=etag),
        )

    def _note(self, task: Task, loaded: Loaded, event: EventState) -> None:
        row, (start, end) = loaded.row, loaded.target
        with self._database.transaction() as session:
            finish(session, task)
            at_google = {"starts_at": start, "ends_at": end, "etag": event.etag}
            bookings.note(
                session,
                row.id,
                move_starts_at=None,
                move_ends_at=None,
                changed_at=self._clock.now(),
                reason=None,
                **at_google,
            )
            bookings.give_back(session, row.id, self._unneeded(session, loaded, start, end))
            was = (row.starts_at, row.ends_at)
            self._bulletin.announce(session, loaded, News.MOVED, by=task.asked_by, was=was)

    @staticmethod
    def _unneeded(session: Session, loaded: Loaded, start: datetime, end: datetime) -> dict[str, set[int]]:
        taken = bookings.taken(session, loaded.row.id)
        needed = loaded.cells(start, end, taken)
        return {person_id: cells - set(needed[person_id]) for person_id, cells in taken.items() if person_id in needed}

"""What people do to appointments in Google itself, and whatever else has made our rows and Google's events differ."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.appointment_ports import Events, EventState
from bot.domain.appointment_notices import IN_GOOGLE, News
from bot.domain.appointments import State
from bot.domain.faults import GoogleFault
from bot.domain.intervals import Interval
from bot.errors import BotError
from bot.ports import AccessToken, Calendars, Clock
from bot.services.appointment_news import AppointmentBulletin
from bot.services.collisions import Collisions
from bot.services.connections import Connections
from bot.services.portraits import Loaded, load
from storage import bookings, operations, work
from storage.booking_tables import Booking
from storage.database import Database, Session

log = structlog.get_logger()

EVERY = timedelta(minutes=10)
_CERTAIN = timedelta(minutes=5)
"""An event that is not found is looked for again this much later before it counts as deleted."""
_SETTLED = timedelta(minutes=15)
"""So long after it was written what others wrote at the same moment may only just have become visible."""
_ORPHAN = timedelta(hours=1)
_DAY = timedelta(days=1)
_GONE = "not_connected"


class Reconciling:
    """Nothing that was deleted in Google is written there again, and nothing of others is touched."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        calendars: Calendars,
        events: Events,
        collisions: Collisions,
        bulletin: AppointmentBulletin,
        clock: Clock,
    ) -> None:
        self._database = database
        self._connections = connections
        self._calendars = calendars
        self._events = events
        self._collisions = collisions
        self._bulletin = bulletin
        self._clock = clock

    def run(self) -> None:
        """Compare what lies ahead; once in ten minutes, by one process."""
        self.see_off()
        now = self._clock.now()
        with self._database.transaction() as session:
            mine = work.claim_once(session, f"reconcile:{int(now.timestamp() // EVERY.total_seconds())}", now)
            hosts = bookings.hosts_ahead(session, now, now - _DAY) if mine else []
        for host_id in hosts:
            try:
                self._compare(host_id)
            except (BotError, GoogleFault) as error:  # their connection is watched by others
                log.info("not_compared", person=host_id, error=type(error).__name__)
            except Exception:
                # one person's strange event must not keep the others from being compared
                log.exception("bug", person=host_id)

    def farewell(self) -> None:
        """See off who disconnected, and tell the others at once."""
        self.see_off()
        self._bulletin.deliver()

    # --- whose owner is gone ----------------------------------------------------------------------------------------

    def see_off(self) -> None:
        """Whoever disconnected: what is in Google stays there, what is not never will be, and everybody is told."""
        now = self._clock.now()
        with self._database.reading() as session:
            ids = bookings.of_the_disconnected(session, now)
        for booking_id in ids:
            with self._database.transaction() as session:
                loaded = load(session, booking_id)
                if loaded is not None:
                    self._left(session, loaded, now)

    def _left(self, session: Session, loaded: Loaded, now: datetime) -> None:
        row = loaded.row
        stands = row.state in (State.CONFIRMED, State.CONFLICT)
        ends = State.FAILED if row.state == State.HELD else State.CANCELLED
        asked_by = operations.canceller(session, row.id)
        facts = {"move_starts_at": None, "move_ends_at": None, "reason": "host_left", "changed_at": now}
        state = row.state if stands else ends
        if not bookings.change(session, row, (row.state,), state=state, version=row.version + 1, **facts):
            return
        operations.drop(session, row.id)
        bookings.give_back(session, row.id, None if not stands else _of(session, row.id, row.host_id))
        if stands:
            self._bulletin.announce(session, loaded, News.HOST_LEFT, reason="left")
        elif ends is State.FAILED:
            self._bulletin.announce(session, loaded, News.FAILED, reason=_GONE)
        else:  # what was to be taken out of Google is still in it, if it ever was
            self._bulletin.announce(session, loaded, News.CANCELLED, by=asked_by, reason=_GONE if row.etag else "")

    # --- what Google holds ------------------------------------------------------------------------------------------

    def _compare(self, host_id: str) -> None:
        now = self._clock.now()
        with self._database.transaction() as session:
            instance = bookings.instance(session)
            rows = bookings.recent(session, host_id, now, now - _DAY)
        by_calendar: dict[str, list[Booking]] = {}
        for row in rows:
            by_calendar.setdefault(row.calendar_id, []).append(row)
        for calendar_id, of_calendar in by_calendar.items():
            with self._database.reading() as session:
                loaded = load(session, of_calendar[0].id)
            if loaded is None:
                continue
            start = min(row.starts_at for row in of_calendar) - _DAY
            end = max(row.move_ends_at or row.ends_at for row in of_calendar) + _DAY
            found = self._connections.call(loaded.host, self._marked(calendar_id, instance, start, end))
            self._one_calendar(of_calendar, found)

    def _marked(
        self, calendar_id: str, instance: str, start: datetime, end: datetime
    ) -> Callable[[AccessToken], Sequence[EventState]]:
        def ask(token: AccessToken) -> Sequence[EventState]:
            return self._events.marked(token, calendar_id, "inst", instance, start, end)

        return ask

    def _one_calendar(self, rows: Sequence[Booking], found: Sequence[EventState]) -> None:
        standing = {event.id: event for event in found}
        expected = dict[str, Booking]()
        for row in rows:
            with self._database.reading() as session:
                loaded, busy = load(session, row.id), operations.waits(session, row.id)
            if loaded is None:
                continue
            expected[loaded.event_id] = row
            if not busy and loaded.row.state in (State.CONFIRMED, State.CONFLICT):
                self._one(loaded, standing.get(loaded.event_id))
        for event_id, row in expected.items():
            self._look_again(row.id, standing.get(event_id))
        self._orphans(found, expected)

    def _one(self, loaded: Loaded, event: EventState | None) -> None:
        row = loaded.row
        if event is None:
            event = self._really(loaded)
        if event is None or event.status == "cancelled":
            self._missing(loaded)
        elif event.start is None or event.end is None:
            return
        elif (event.start, event.end) != (row.starts_at, row.ends_at):
            self._moved(loaded, event, event.start, event.end)
        elif row.missing_since is not None or row.etag != event.etag:
            with self._database.transaction() as session:
                bookings.note(session, row.id, missing_since=None, etag=event.etag)

    def _look_again(self, booking_id: str, event: EventState | None) -> None:
        """At what was written lately: an event of others may show later than the look behind the writing."""
        with self._database.reading() as session:
            loaded, busy = load(session, booking_id), operations.waits(session, booking_id)
        if loaded is None or event is None or busy or loaded.row.state != State.CONFIRMED:
            return
        row, now = loaded.row, self._clock.now()
        if row.changed_at + _SETTLED < now:
            return
        people = self._collisions.people(loaded)
        try:
            came = self._collisions.came_later(loaded, event, people, self._others(row, people))
        except (BotError, GoogleFault) as error:  # of one of several people
            log.info("not_looked_again", appointment=row.id, error=type(error).__name__)
            return
        if came:
            self._moves(loaded, event, row.starts_at, row.ends_at, State.CONFLICT)

    def _others(self, row: Booking, person_ids: Collection[str]) -> dict[str, list[Interval]]:
        """What other appointments of ours take up then; how they came to overlap is told with them."""
        with self._database.reading() as session:
            found = {key: bookings.of_person(session, key, row.starts_at, row.ends_at, limit=20) for key in person_ids}
        return {
            key: [Interval(each.starts_at, each.ends_at) for each in rows if each.id != row.id]
            for key, rows in found.items()
        }

    def _really(self, loaded: Loaded) -> EventState | None:
        """Asked for by itself. Raises GoogleFault when it is the calendar that is out of reach."""
        calendar_id = loaded.row.calendar_id

        def ask(token: AccessToken) -> EventState | None:
            event = self._events.get(token, calendar_id, loaded.event_id)
            if event is None and self._calendars.entry(token, calendar_id) is None:
                raise BotError
            return event

        return self._connections.call(loaded.host, ask)

    def _missing(self, loaded: Loaded) -> None:
        now, row = self._clock.now(), loaded.row
        with self._database.transaction() as session:
            if row.missing_since is None:
                bookings.note(session, row.id, missing_since=now)
            elif now >= row.missing_since + _CERTAIN:
                ended = {"state": State.CANCELLED, "reason": "deleted_in_google", "changed_at": now}
                if bookings.change(session, row, (row.state,), version=row.version + 1, **ended):
                    bookings.give_back(session, row.id)
                    self._bulletin.announce(session, loaded, News.DELETED)

    def _moved(self, loaded: Loaded, event: EventState, start: datetime, end: datetime) -> None:
        """In Google, by hand: it counts, and takes up time there if that is free."""
        try:
            self._moves(loaded, event, start, end, State.CONFIRMED)
        except bookings.Taken:
            self._moves(loaded, event, start, end, State.CONFLICT)

    def _moves(self, loaded: Loaded, event: EventState, start: datetime, end: datetime, state: State) -> None:
        row, now = loaded.row, self._clock.now()
        with self._database.transaction() as session:
            taken = bookings.taken(session, row.id)
            at_google = {"starts_at": start, "ends_at": end, "etag": event.etag, "missing_since": None, "reason": None}
            facts = {"state": state, "version": row.version + 1, "changed_at": now, **at_google}
            if not bookings.change(session, row, (row.state,), **facts):
                return
            people = taken or {part.person_id: set[int]() for part in loaded.blocking if part.person_id}
            wanted = {key: set(cells) for key, cells in loaded.cells(start, end, people).items()}
            if state is State.CONFLICT:
                bookings.give_back(session, row.id)
            else:
                bookings.take(session, row.id, {key: cells - people[key] for key, cells in wanted.items()})
                bookings.give_back(session, row.id, {key: people[key] - cells for key, cells in wanted.items()})
            news = News.CONFLICT if state is State.CONFLICT else News.MOVED
            self._bulletin.announce(session, loaded, news, was=(row.starts_at, row.ends_at), reason=IN_GOOGLE)

    # --- what should not be there -----------------------------------------------------------------------------------

    def _orphans(self, found: Sequence[EventState], expected: Mapping[str, Booking]) -> None:
        """Events of ours behind which no appointment stands, long enough for no insert to be on its way."""
        now = self._clock.now()
        for event in found:
            row = expected.get(event.id)
            by_now = event.updated is not None and event.updated < now - _ORPHAN
            if not by_now or event.status == "cancelled" or (row is not None and row.state not in _OVER):
                continue
            with self._database.reading() as session:
                known = load(session, event.marks.get("bk", ""))
            if known is not None and (known.row.state in _OVER or known.event_id != event.id):
                self._remove(known, event.id)
            elif known is None:
                log.warning("event_without_appointment", event_id=event.id)

    def _remove(self, known: Loaded, event_id: str) -> None:
        if known.row.reason in ("host_left", "no_write_access"):
            return
        self._connections.call(
            known.host,
            lambda token: self._events.delete(token, known.row.calendar_id, event_id, notify=False),
        )
        log.info("orphan_removed", event_id=event_id)


_OVER = (State.CANCELLED, State.FAILED)


def _of(session: Session, booking_id: str, person_id: str) -> dict[str, set[int]]:
    return {person_id: bookings.taken(session, booking_id).get(person_id, set())}

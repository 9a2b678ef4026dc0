"""Booking, moving and cancelling: what is accepted here is held in the database and brought to Google."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.booking_api import VersionPassed
from bot.domain.appointments import Appointment, State, Wish
from bot.domain.changes import Change
from bot.errors import AvailabilityUnknown, GoogleUnavailable, KeyReused, NoSuchAppointment, SlotTaken
from bot.ports import Clock
from bot.services import refusals, wishes
from bot.services.diaries import Bookable, Diaries
from bot.services.outbox import LEASE, Outbox, Result
from bot.services.portraits import Loaded, load, shown
from storage import bookings, operations
from storage.database import Database
from storage.operations import Task

_CHANGED = "Somebody else has just changed this appointment. Please look again."
_OPEN = (State.HELD, *refusals.STANDS)


class Appointments:
    """Everything is checked against the workspace it is asked for: another one's people do not exist here."""

    def __init__(
        self, database: Database, diaries: Diaries, outbox: Outbox, clock: Clock, max_pending: timedelta
    ) -> None:
        self._database = database
        self._diaries = diaries
        self._outbox = outbox
        self._clock = clock
        self._max_pending = max_pending

    # --- booking ----------------------------------------------------------------------------------------------------

    def book(self, wish: Wish, *, requester: str, idempotency_key: str, request_hash: str | None = None) -> Appointment:
        """Book it. The same requester and key again is the same appointment.

        Confirmed, or held when Google has not answered yet: then it will be confirmed, or failed and told, in time.
        Raises SlotTaken, NotBookable, AvailabilityUnknown, KeyReused; then nothing is left of it.
        """
        asked, now = request_hash or wishes.digest(wish), self._clock.now()
        if (known := self._known(requester, idempotency_key, asked)) is not None:
            return known
        people = self._diaries.of(wish.team_id, wish.everybody)
        wishes.check(wish, people, now)
        booking, parties = wishes.rows(
            wish, people, wishes.Request(requester, idempotency_key, asked), now, now + self._max_pending
        )
        loaded = Loaded(booking, [(part, None) for part in parties])
        blocking = loaded.cells(wish.start, wish.end, {key: one for key, one in people.items() if one.account})
        try:
            with self._database.transaction() as session:
                bookings.hold(session, booking, parties, blocking)
                task = operations.add(session, booking.id, operations.WRITE, now, now + LEASE)
        except bookings.Taken:
            raise SlotTaken from None
        except bookings.Repeated:  # at the same moment
            known = self._known(requester, idempotency_key, asked)
            if known is None:
                raise SlotTaken from None
            return known
        refusals.met(self._outbox.carry_out(task, promised=False))
        return self._shown(wish.team_id, booking.id)

    def _known(self, requester: str, idempotency_key: str, asked: str) -> Appointment | None:
        with self._database.reading() as session:
            row = bookings.by_key(session, requester, idempotency_key)
            if row is None:
                return None
            if row.request_hash != asked:
                raise KeyReused
            loaded = load(session, row.id)
        return shown(loaded) if loaded else None

    # --- moving and cancelling --------------------------------------------------------------------------------------

    def move(
        self,
        team_id: str,
        appointment_id: str,
        start: datetime,
        end: datetime,
        *,
        by: str = "",
        version: int | None = None,
    ) -> Appointment:
        """Move it. Raises what ``change`` raises."""
        return self.change(team_id, appointment_id, Change(start, end), by=by, version=version)

    def change(
        self, team_id: str, appointment_id: str, change: Change, *, by: str = "", version: int | None = None
    ) -> Appointment:
        """Change its time, its words, or both at once; what it says and the time it has stay until Google has the new.

        Asking for what it is already, or is becoming, changes nothing. Raises what ``book`` raises, and
        GoogleUnavailable where only its words are to change.
        """
        with self._database.reading() as session:  # before the row: an operation is gone when its row is changed
            becoming = operations.changes(session, [appointment_id]).get(appointment_id, {})
        loaded, now = self._found(team_id, appointment_id, version), self._clock.now()
        row = loaded.row
        if row.state not in refusals.STANDS:
            raise refusals.not_now(loaded, change)
        start, end = _times(loaded, change)
        moves = change.moves and (row.state == State.CONFLICT or (start, end) != loaded.target)
        named = [*(part.person_id for part in loaded.blocking), *(change.optional or ())]
        people = self._diaries.of(team_id, [each for each in dict.fromkeys(named) if each])
        refusals.must_be_followed(loaded, people.get(row.host_id), field=next(iter(change.named), None))
        said = wishes.words(loaded).but(becoming)
        lacking = said.lacking(wishes.revised(loaded, said, change, people)) if change.words else {}
        if not moves and not lacking:
            return self._shown(team_id, appointment_id)
        if becoming or row.move_starts_at is not None:
            raise refusals.not_now(loaded, change)
        if not moves:
            refusals.must_be_ahead(loaded, now, field=next(iter(lacking)))
        blocking = {part.person_id: people[part.person_id] for part in loaded.blocking if part.person_id in people}
        if moves:
            wishes.may_be_at(start, end, [one for one in blocking.values() if one.id != row.booker_id], now)
        if people[row.host_id].problem is not None:
            raise AvailabilityUnknown("broken") if moves else GoogleUnavailable
        task = self._accept(loaded, (start, end) if moves else None, blocking, lacking, by)
        outcome = self._outbox.carry_out(task, promised=False)
        if not moves and outcome.result is Result.UNKNOWN:
            raise refusals.of_words(outcome, next(iter(lacking)))
        refusals.met(outcome)
        return self._shown(team_id, appointment_id)

    def _accept(
        self,
        loaded: Loaded,
        to: tuple[datetime, datetime] | None,
        people: Mapping[str, Bookable],
        lacking: Mapping[str, Any],
        by: str,
    ) -> Task:
        row, now = loaded.row, self._clock.now()
        facts: dict[str, Any] = {"version": row.version + 1, "deadline": now + self._max_pending}
        if to is not None:
            facts |= {"state": State.CONFIRMED, "move_starts_at": to[0], "move_ends_at": to[1]}
        try:
            with self._database.transaction() as session:
                taken = bookings.taken(session, row.id)
                if not bookings.change(session, row, (row.state,), **facts) or operations.waits(session, row.id):
                    raise SlotTaken(_CHANGED)
                if to is not None:
                    wanted = loaded.cells(*to, {key: one for key, one in people.items() if one.account})
                    lacks = {key: set(cells) - taken.get(key, set()) for key, cells in wanted.items()}
                    bookings.take(session, row.id, lacks)
                return operations.add(session, row.id, operations.MOVE, now, now + LEASE, by, lacking)
        except bookings.Taken:
            raise SlotTaken from None

    def cancel(self, team_id: str, appointment_id: str, *, by: str = "", version: int | None = None) -> Appointment:
        """Cancel it. Cancelling what is cancelled, or failed, changes nothing.

        Raises NotBookable for what is past, and for what stands in the calendar of somebody who has disconnected.
        """
        loaded = self._found(team_id, appointment_id, version)
        task = self._cancelling(loaded, by, version)
        if task is not None:
            self._outbox.carry_out(task)
        return self._shown(team_id, appointment_id)

    def _cancelling(self, loaded: Loaded, by: str, version: int | None) -> Task | None:
        row, now = loaded.row, self._clock.now()
        if row.state not in _OPEN:
            return None
        refusals.must_be_ahead(loaded, now)
        refusals.must_be_followed(loaded, self._diaries.of(row.team_id, [row.host_id]).get(row.host_id))
        with self._database.transaction() as session:
            ended = {"version": row.version + 1, "state": State.CANCELLING, "deadline": now + self._max_pending}
            changed = bookings.change(session, row, _OPEN, **ended)
            if changed:
                return operations.add(session, row.id, operations.CANCEL, now, now + LEASE, by)
            current = load(session, row.id)
        if version is not None:
            raise VersionPassed
        return self._cancelling(current, by, None) if current else None

    # --- looking ----------------------------------------------------------------------------------------------------

    def get(self, team_id: str, appointment_id: str) -> Appointment:
        """Raises NoSuchAppointment."""
        return self._shown(team_id, appointment_id)

    def page(self, team_id: str, after: tuple[datetime, str] | None, limit: int) -> Sequence[Appointment]:
        """The workspace's appointments by their start."""
        with self._database.reading() as session:
            rows = bookings.page(session, team_id, after, limit)
            parties = bookings.parties(session, [row.id for row in rows])
        return self._becoming([Loaded(row, parties[row.id]) for row in rows])

    def held_by(self, requester: str) -> int:
        """How many of this requester's appointments are still waiting for Google."""
        with self._database.reading() as session:
            return bookings.held_by(session, requester)

    def agenda(self, person_id: str, start: datetime, end: datetime) -> Sequence[Appointment]:
        """What somebody takes part in, in order."""
        with self._database.reading() as session:
            rows = bookings.of_person(session, person_id, start, end, limit=100)
            parties = bookings.parties(session, [row.id for row in rows])
        return [shown(Loaded(row, parties[row.id])) for row in rows]

    def hosted(self, person_id: str) -> Sequence[Appointment]:
        """What lies in somebody's calendar and is still ahead, in order."""
        with self._database.reading() as session:
            rows = bookings.hosted(session, person_id, self._clock.now())
            parties = bookings.parties(session, [row.id for row in rows])
        return [shown(Loaded(row, parties[row.id])) for row in rows]

    def _found(self, team_id: str, appointment_id: str, version: int | None = None) -> Loaded:
        with self._database.reading() as session:
            loaded = load(session, appointment_id)
        if loaded is None or loaded.row.team_id != team_id:
            raise NoSuchAppointment
        if version is not None and version != loaded.row.version:
            raise VersionPassed
        return loaded

    def _shown(self, team_id: str, appointment_id: str) -> Appointment:
        return self._becoming([self._found(team_id, appointment_id)])[0]

    def _becoming(self, rows: Sequence[Loaded]) -> Sequence[Appointment]:
        """With what is accepted and not yet at Google."""
        with self._database.reading() as session:
            changes = operations.changes(session, [each.row.id for each in rows])
        return [replace(shown(each), changing_to=_told(changes.get(each.row.id))) for each in rows]


def _times(loaded: Loaded, change: Change) -> tuple[datetime, datetime]:
    """As long as it was, unless its end is named."""
    start = change.start or loaded.target[0]
    return start, change.end or start + (loaded.row.ends_at - loaded.row.starts_at)


def _told(change: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """People by their ids alone."""
    if change and "optional" in change:
        return {**change, "optional": [person_id for person_id, _ in change["optional"]]}
    return change or None

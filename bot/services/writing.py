"""Writing an appointment to Google and taking it out again. Each step can be begun anew after a crash at any point."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.appointment_ports import EventDraft, EventState
from bot.domain.appointment_notices import News
from bot.domain.appointments import Role, State
from bot.domain.faults import GoogleFault
from bot.errors import AvailabilityUnknown, GoogleUnavailable, NotConnected, ReconnectNeeded, SlotTaken
from bot.ports import AccessToken
from bot.services.at_google import AtGoogle
from bot.services.portraits import Loaded
from storage import bookings, operations
from storage.database import Session
from storage.operations import Task

REFUSED = "refused_by_google"
"""Google has read what is asked for and will not have it, however often it is asked."""


class LeaseGone(Exception):
    """Somebody else has taken the operation over; what they do counts."""


class Writing(AtGoogle):
    """Carries out ``write`` and ``cancel``."""

    # --- write ------------------------------------------------------------------------------------------------------

    def write(self, task: Task, loaded: Loaded) -> None:
        """Look, write, verify, confirm. Raises SlotTaken or AvailabilityUnknown, with nothing of it left at Google."""
        row = loaded.row
        people = self._collisions.people(loaded)
        event = self._adopted(loaded) if task.attempts > 1 else None
        if event is None:
            loaded = self._where_it_belongs(loaded, people[row.host_id].linked)
            self._collisions.look(loaded, row.starts_at, row.ends_at, people)
            event = self._inserted(loaded)
        with once_written():
            if self._collisions.came_in_between(loaded, event, row.starts_at, row.ends_at, people):
                self._removed(loaded, notify=True)
                raise SlotTaken
        self._confirm(task, loaded, event)

    def absorb(self, task: Task, loaded: Loaded) -> None:
        """It was cancelled before it was known to be written.

        An insert that may still be on its way must find its id used up, or it would arrive behind the deletion.
        """
        event = self._inserted(loaded, notify=False) if task.attempts > 1 and loaded.row.etag is None else None
        with self._database.transaction() as session:
            finish(session, task)
            if event is not None:
                bookings.note(session, loaded.row.id, etag=event.etag)

    def _adopted(self, loaded: Loaded) -> EventState | None:
        """What an earlier attempt has left at Google."""
        event = self._found(loaded)
        if event is None or (event.status != "cancelled" and _is_ours(event, loaded)):
            return event
        self._use_next_id(loaded)  # the id is used up: deleted ones stay taken
        return None

    def _inserted(self, loaded: Loaded, *, notify: bool = True) -> EventState:
        draft = self._draft(loaded)

        def insert(token: AccessToken) -> EventState:
            return self._events.insert(token, loaded.row.calendar_id, draft, notify=notify)

        try:
            return self._connections.call(loaded.host, insert)
        except GoogleFault as fault:
            if fault.verdict.code != "duplicate":
                raise
        event = self._found(loaded)
        if event is not None and event.status != "cancelled" and _is_ours(event, loaded):
            return event
        if event is not None and not notify:
            return event  # only its id matters
        self._use_next_id(loaded)
        raise GoogleUnavailable

    def _where_it_belongs(self, loaded: Loaded, linked: str | None) -> Loaded:
        """Nothing is written yet: it goes where its owner wants appointments now."""
        if linked and linked != loaded.row.calendar_id:
            with self._database.transaction() as session:
                bookings.note(session, loaded.row.id, calendar_id=linked)
            loaded.row.calendar_id = linked
        return loaded

    def _use_next_id(self, loaded: Loaded) -> None:
        with self._database.transaction() as session:
            bookings.note(session, loaded.row.id, generation=loaded.row.generation + 1)
        loaded.row.generation += 1

    def _draft(self, loaded: Loaded) -> EventDraft:
        row = loaded.row
        return EventDraft(
            id=loaded.event_id,
            title=row.title,
            place=row.place,
            start=row.starts_at,
            end=row.ends_at,
            attendees=tuple(part.email for part, _ in loaded.parties if part.email and part.role != Role.HOST),
            video=row.video,
            marks={"bk": row.id, "gen": str(row.generation), "inst": self._instance},
        )

    def _confirm(self, task: Task, loaded: Loaded, event: EventState) -> None:
        now, row = self._clock.now(), loaded.row
        facts = {"etag": event.etag, "video_url": event.video_url}
        with self._database.transaction() as session:
            finish(session, task)
            confirmed = bookings.change(
                session, row, [State.HELD], state=State.CONFIRMED, reason=None, changed_at=now, **facts
            )
            if confirmed:
                self._bulletin.announce(session, loaded, News.BOOKED, by=loaded.booker)
            else:  # cancelled meanwhile: whoever carries that out must know that there is something to delete
                bookings.note(session, row.id, **facts)

    # --- take out ---------------------------------------------------------------------------------------------------

    def cancel(self, task: Task, loaded: Loaded) -> None:
        """Delete the event, then give the time back."""
        reason = None
        try:
            self._removed(loaded, notify=True)
        except GoogleFault as fault:  # of this calendar alone: it stays there, and its owner has to see to it
            reason = fault.verdict.code
        self._end(task, loaded, State.CANCELLED, News.CANCELLED, reason, by=task.asked_by)

    def give_up(self, task: Task, loaded: Loaded, reason: str) -> None:
        """The promise cannot be kept: see that nothing of it is at Google, and say so."""
        try:
            self._removed(loaded, notify=True)
        except GoogleFault as fault:  # as with cancelling
            reason = fault.verdict.code
        self._end(task, loaded, State.FAILED, News.FAILED, reason)

    def let_go(self, task: Task, loaded: Loaded, reason: str) -> None:
        """Nothing was promised yet. The key may be used again; the row stays for those who ask what became of it."""
        row = loaded.row
        with self._database.transaction() as session:
            finish(session, task)
            freed = {"idempotency_key": f"{row.idempotency_key}#{row.id}", "reason": reason}
            bookings.note(session, row.id, state=State.FAILED, changed_at=self._clock.now(), **freed)
            bookings.give_back(session, row.id)

    def _removed(self, loaded: Loaded, *, notify: bool) -> None:
        self._connections.call(
            loaded.host,
            lambda token: self._events.delete(token, loaded.row.calendar_id, loaded.event_id, notify=notify),
        )

    def _end(self, task: Task, loaded: Loaded, state: State, news: News, reason: str | None, *, by: str = "") -> None:
        now = self._clock.now()
        with self._database.transaction() as session:
            finish(session, task)
            ended = {"state": state, "reason": reason, "changed_at": now, "move_starts_at": None, "move_ends_at": None}
            if not bookings.change(session, loaded.row, [State.HELD, State.CANCELLING], **ended):
                raise LeaseGone
            bookings.give_back(session, loaded.row.id)
            self._bulletin.announce(session, loaded, news, by=by, reason=reason or "")


def finish(session: Session, task: Task) -> None:
    """The operation is done, with whatever else this transaction does. Raises LeaseGone."""
    if not operations.done(session, task):
        raise LeaseGone


@contextmanager
def once_written() -> Iterator[None]:
    """Google has what we wanted: whatever keeps us from going on, it is no longer to be refused, only tried again."""
    try:
        yield
    except (AvailabilityUnknown, NotConnected, ReconnectNeeded, GoogleFault):
        raise GoogleUnavailable from None


def _is_ours(event: EventState, loaded: Loaded) -> bool:
    return event.id == loaded.event_id and event.marks.get("bk") == loaded.row.id

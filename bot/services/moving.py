"""Changing an appointment that stands in Google. Its old time stays taken until Google has the new one."""

from collections.abc import Mapping
from typing import Any

from bot.appointment_ports import EventState, Revision
from bot.domain.appointment_notices import News
from bot.domain.appointments import State
from bot.domain.changes import Words
from bot.domain.faults import GoogleFault
from bot.domain.intervals import Interval
from bot.errors import GoogleUnavailable, SlotTaken
from bot.ports import AccessToken
from bot.services.at_google import AtGoogle
from bot.services.portraits import Loaded
from bot.services.wishes import words
from bot.services.writing import finish, once_written
from storage import bookings
from storage.database import Session
from storage.operations import Task

_GONE = frozenset({"gone", "not_found"})


class EventGone(Exception):
    """Somebody has deleted the event in Google."""


class Moving(AtGoogle):
    """Carries out ``move``: a change of its time, of its words, or of both at once."""

    def move(self, task: Task, loaded: Loaded) -> None:
        """Look, move, verify, note. Raises SlotTaken or AvailabilityUnknown with the event where it was, EventGone."""
        row, (start, end) = loaded.row, loaded.target
        people, wanted = self._collisions.people(loaded), self._wanted(task, loaded)
        event = self._standing(loaded) if task.attempts > 1 else None
        if event is None or (event.start, event.end) != (start, end) or not _says(event, task):
            self._collisions.look(loaded, start, end, people)
            to = _revision(task, words(loaded), wanted)
            event = self._set(loaded, Interval(start, end), to, event.etag if event else row.etag)
        with once_written():
            if self._collisions.came_in_between(loaded, event, start, end, people):
                self._set_back(task, loaded, event.etag)
                raise SlotTaken
        self._note(task, loaded, event, wanted)

    def revise(self, task: Task, loaded: Loaded) -> None:
        """Change its words alone: nothing has to be free for that. Raises EventGone."""
        wanted = self._wanted(task, loaded)
        event = self._standing(loaded) if task.attempts > 1 else None
        if event is None or not _says(event, task):
            to = _revision(task, words(loaded), wanted)
            event = self._set(loaded, None, to, event.etag if event else loaded.row.etag)
        self._note(task, loaded, event, wanted)

    def stays(self, task: Task, loaded: Loaded, reason: str, *, told: bool) -> None:
        """It is not changed: what it would have taken up is given back."""
        row, moves = loaded.row, loaded.row.move_starts_at is not None
        with self._database.transaction() as session:
            finish(session, task)
            bookings.note(session, row.id, move_starts_at=None, move_ends_at=None, changed_at=self._clock.now())
            if moves:
                bookings.give_back(session, row.id, self._unneeded(session, loaded))
            if moves and not bookings.taken(session, row.id):  # it had given way to another one before
                bookings.change(session, row, [State.CONFIRMED], state=State.CONFLICT)  # unless it is cancelled by now
            if told:
                news = News.NOT_MOVED if moves else News.NOT_CHANGED
                self._bulletin.announce(session, loaded, news, by=task.asked_by, reason=reason)

    def put_back(self, task: Task, loaded: Loaded) -> None:
        """Before it is said that it stays: an earlier attempt may have changed it."""
        row, event = loaded.row, self._standing(loaded)
        moved = row.move_starts_at is not None and (event.start, event.end) != (row.starts_at, row.ends_at)
        if moved or (task.change and _says(event, task)):
            self._set_back(task, loaded, event.etag)

    def deleted(self, task: Task, loaded: Loaded) -> None:
        """There is nothing to change any more."""
        row, now = loaded.row, self._clock.now()
        with self._database.transaction() as session:
            finish(session, task)
            bookings.note(
                session, row.id, state=State.CANCELLED, reason="deleted_in_google", changed_at=now, move_starts_at=None
            )
            bookings.note(session, row.id, move_ends_at=None)
            bookings.give_back(session, row.id)
            self._bulletin.announce(session, loaded, News.DELETED)

    # --- at Google --------------------------------------------------------------------------------------------------

    def _standing(self, loaded: Loaded) -> EventState:
        event = self._found(loaded)
        if event is None or event.status == "cancelled":
            raise EventGone
        return event

    def _set(self, loaded: Loaded, time: Interval | None, to: Revision | None, etag: str | None) -> EventState:
        """What somebody has changed in Google meanwhile stays, but for what was asked for last: that is this."""
        for known in (etag, None):
            try:
                return self._patched(loaded, time, to, known)
            except GoogleFault as fault:
                if fault.verdict.code in _GONE:
                    raise EventGone from None
                if fault.verdict.code != "changed_meanwhile":
                    raise
            self._standing(loaded)
        raise GoogleUnavailable

    def _patched(self, loaded: Loaded, time: Interval | None, to: Revision | None, etag: str | None) -> EventState:
        where = (loaded.row.calendar_id, loaded.event_id)

        def ask(token: AccessToken) -> EventState:
            if time is not None:
                return self._events.move(token, *where, time.start, time.end, etag=etag, revision=to)
            return self._events.revise(token, *where, to or Revision(""), etag=etag)

        return self._connections.call(loaded.host, ask)

    def _set_back(self, task: Task, loaded: Loaded, etag: str) -> None:
        row, said = loaded.row, words(loaded)
        time = Interval(row.starts_at, row.ends_at) if row.move_starts_at is not None else None
        undone = _revision(task, said.but(task.change), said, "-undone")
        event = self._set(loaded, time, undone, etag)
        facts = {"video_url": event.video_url} if "video" in task.change else {}
        with self._database.transaction() as session:
            bookings.note(session, row.id, etag=event.etag, **facts)

    # --- here -------------------------------------------------------------------------------------------------------

    def _wanted(self, task: Task, loaded: Loaded) -> Words:
        """As it is to be. Whoever has been forgotten since is not invited."""
        wanted = words(loaded).but(task.change)
        with self._database.reading() as session:
            known = bookings.known(session, [person_id for person_id, _ in wanted.optional])
        return wanted.but({"optional": [each for each in wanted.optional if each[0] in known]})

    def _note(self, task: Task, loaded: Loaded, event: EventState, wanted: Words) -> None:
        row, (start, end) = loaded.row, loaded.target
        facts: dict[str, Any] = {"etag": event.etag, "reason": None, "changed_at": self._clock.now()}
        was = None
        if row.move_starts_at is not None:
            facts |= {"starts_at": start, "ends_at": end, "move_starts_at": None, "move_ends_at": None}
            was = (row.starts_at, row.ends_at)
        facts |= {name: task.change[name] for name in ("title", "place", "video") if name in task.change}
        if "video" in task.change:
            facts["video_url"] = event.video_url
        with self._database.transaction() as session:
            finish(session, task)
            bookings.note(session, row.id, **facts)
            if was is not None:
                bookings.give_back(session, row.id, self._unneeded(session, loaded, moved=True))
            if task.change.keys() & {"optional", "guests"}:
                bookings.invite(session, row.id, [*wanted.optional, *((None, email) for email in wanted.guests)])
            news = News.CHANGED if was is None else News.MOVED
            said = _said_before(loaded, task.change)
            self._bulletin.announce(session, loaded, news, by=task.asked_by, was=was, said=said)

    @staticmethod
    def _unneeded(session: Session, loaded: Loaded, *, moved: bool = False) -> dict[str, set[int]]:
        start, end = loaded.target if moved else (loaded.row.starts_at, loaded.row.ends_at)
        taken = bookings.taken(session, loaded.row.id)
        needed = loaded.cells(start, end, taken)
        return {person_id: cells - set(needed[person_id]) for person_id, cells in taken.items() if person_id in needed}


def _says(event: EventState, task: Task) -> bool:
    """Whether it has the words already. They are never read: the mark of this operation tells."""
    return not task.change or event.marks.get("op") == task.id


def _revision(task: Task, now: Words, wanted: Words, mark: str = "") -> Revision | None:
    """From one to the other: only what differs, so that what people have changed in Google stays."""
    lacking, invited, stay = now.lacking(wanted), now.invited, wanted.invited
    if not task.change:
        return None
    return Revision(
        id=task.id + mark,
        title=lacking.get("title"),
        place=lacking.get("place"),
        video=lacking.get("video"),
        invited=tuple(email for key, email in stay.items() if key not in invited),
        uninvited=tuple(email for key, email in invited.items() if key not in stay),
    )


def _said_before(loaded: Loaded, change: Mapping[str, Any]) -> dict[str, str]:
    row = loaded.row
    return {name: getattr(row, name) for name in ("title", "place") if name in change}

"""What people and administrators do at Google by hand, and what a test makes happen there."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.accounts import Accounts, sub_of
from tests.sandbox.google.calendars import Calendars
from tests.sandbox.google.event import Event
from tests.sandbox.google.event_rules import all_day as whole_days
from tests.sandbox.google.event_views import shown
from tests.sandbox.google.events import Events
from tests.sandbox.google.grants import Grants
from tests.sandbox.google.meetings import Mail, Meetings
from tests.sandbox.google.model import Account, CalendarEntry, Json
from tests.sandbox.google.recurrence import expanded, touches
from tests.sandbox.google.state import State
from tests.sandbox.google.visibility import READERS, Reader


class Controls:
    """Everything about accounts, calendars and events that does not go over HTTP."""

    def __init__(self, clock: SandboxClock) -> None:
        self._state = State(clock)
        self._accounts = Accounts(self._state)
        self._calendars = Calendars(self._state)
        self._events = Events(self._state)
        self._meetings = Meetings(self._state, self._calendars, self._events)
        self._grants = Grants(self._state)

    # Accounts

    def add_account(
        self, email: str, *, name: str, hd: str | None = None, verified: bool = True, owner: str | None = None
    ) -> Account:
        return self._accounts.add(Account(email.casefold(), sub_of(email), name, hd, verified, owner))

    def accounts(self, owner: str | None = None) -> list[Account]:
        """Everybody's accounts, or those of one person's browser."""
        return self._accounts.signed_in(owner)

    # Calendars

    def add_calendar(
        self,
        email: str,
        summary: str,
        *,
        calendar_id: str | None = None,
        role: str = "owner",
        primary: bool = False,
        time_zone: str = "Europe/London",
    ) -> str:
        self._accounts.of(email)
        return self._calendars.add(email, summary, calendar_id=calendar_id, role=role, primary=primary, zone=time_zone)

    def share(self, calendar_id: str, email: str, role: str) -> None:
        self._calendars.share(calendar_id, self._accounts.of(email).email, role)

    def set_role(self, email: str, calendar_id: str, role: str) -> None:
        self._calendars.set_role(self._accounts.of(email).email, calendar_id, role)

    def unshare(self, calendar_id: str, email: str) -> None:
        """The owner takes the person's access away; the calendar leaves the person's list."""
        self.set_role(email, calendar_id, "none")

    def rename_calendar(self, calendar_id: str, summary: str) -> None:
        with self._state.changing():
            calendar = self._calendars.live(calendar_id)
            calendar.summary = summary
            self._calendars.touch(calendar)

    def hide_calendar(self, email: str, calendar_id: str, *, hidden: bool = True) -> None:
        with self._state.changing():
            entry = self._calendars.entry(email, calendar_id)
            if entry is None:
                raise KeyError(f"{calendar_id} is not on the list of {email}")
            entry.hidden = hidden
            self._calendars.change(entry)

    def delete_calendar(self, calendar_id: str) -> None:
        self._calendars.delete(calendar_id)

    def unsubscribe(self, email: str, calendar_id: str) -> None:
        self._calendars.unsubscribe(email, calendar_id)

    def break_calendar(self, calendar_id: str, reason: str | None = "internalError") -> None:
        """FreeBusy reports this reason for the calendar; None heals it."""
        with self._state.changing():
            self._calendars.live(calendar_id).broken = reason

    def expire_sync_tokens(self, *, email: str | None = None, calendar_id: str | None = None) -> None:
        """The next incremental listing of this calendar's events, or of this account's list, answers 410."""
        if calendar_id is not None:
            self._calendars.live(calendar_id).sync_floor = self._state.tick()
        if email is not None:
            self._calendars.list_floor[email.casefold()] = self._state.tick()

    def set_syncs_tell_roles(self, tell: bool) -> None:
        """Let sync tokens of calendar lists tell of roles and names after all, against what the reference says."""
        self._calendars.syncs_tell_roles = tell

    def calendars(self, email: str) -> list[CalendarEntry]:
        return [entry.shown() for entry in self._calendars.entries(email) if entry.live]

    # Events

    def add_event(
        self,
        calendar_id: str,
        start: datetime | date,
        end: datetime | date,
        summary: str,
        *,
        transparency: str = "opaque",
        all_day: bool = False,
        organizer: str | None = None,
        **more: Any,
    ) -> str:
        """Somebody writes an event by hand. ``more`` holds further fields of the resource."""
        calendar = self._calendars.live(calendar_id)
        if all_day:
            begins, ends = whole_days(_day(start), _day(end))
        else:
            begins, ends = ({"dateTime": value.isoformat(), "timeZone": calendar.time_zone} for value in (start, end))
        body: Json = {"summary": summary, "start": begins, "end": ends, **more}
        if transparency != "opaque":
            body["transparency"] = transparency
        by: Json = {"email": organizer or calendar.primary_of or calendar.data_owner or calendar.id}
        return self._meetings.insert(calendar, body, by, by if organizer else None).id

    def change_event(self, calendar_id: str, event_id: str, **changes: Any) -> None:
        """Somebody edits an event by hand; values as in a patch."""
        self._meetings.patch(self._event(calendar_id, event_id), changes)

    def move_event(self, calendar_id: str, event_id: str, start: datetime, end: datetime) -> None:
        """Somebody drags an event to other times."""
        times = ({"dateTime": value.isoformat(), "date": None} for value in (start, end))
        self._meetings.patch(self._event(calendar_id, event_id), dict(zip(("start", "end"), times, strict=True)))

    def delete_event(self, calendar_id: str, event_id: str) -> None:
        self._meetings.cancel(self._event(calendar_id, event_id))

    def respond(self, calendar_id: str, event_id: str, email: str, answer: str) -> None:
        """A guest answers accepted, declined or tentative: in the copy on their own calendar, or by mail."""
        self._meetings.respond(self._event(calendar_id, event_id), email, answer)

    @property
    def mail(self) -> list[Mail]:
        """What Google sent to guests and organizers, the oldest first."""
        return self._meetings.mail

    def delay_visibility(
        self, lasts: timedelta = timedelta(), calls: int = 0, readers: Iterable[Reader] = READERS
    ) -> None:
        """What is written from now on shows in lists and free/busy only after so long and so many questions."""
        seen = self._events.visibility
        seen.lasts, seen.calls, seen.readers = lasts, calls, frozenset(readers)

    def lose_sync_tokens(self, share: float, *, seed: int = 0) -> None:
        """So many of the incremental listings of events answer 410, as Google may whenever it likes."""
        self._events.lost_tokens, self._events.dice = share, Random(seed)  # noqa: S311 - repeatable, not secret

    def shorten_pages(self, most: int) -> None:
        """Lists of events come in pages of so many at most, whatever was asked for."""
        self._events.largest_page = most

    def _event(self, calendar_id: str, event_id: str) -> Event:
        event = self._events.get(self._calendars.live(calendar_id), event_id)
        if event is None:
            raise KeyError(f"no event {event_id}")
        return event

    def events(self, calendar_id: str) -> list[Json]:
        """The events that still stand, in order of their start, with all details."""
        standing = [event for event in self._events.of(self._calendars.live(calendar_id)) if not event.cancelled]
        return [shown(event, "owner") for event in sorted(standing, key=lambda event: (event.span(), event.seq))]

    def snapshot(self, email: str, start: datetime | None = None, end: datetime | None = None) -> Json:
        """The account, its calendars with roles, and the events that touch the window (a day back, two weeks on)."""
        now = self._state.now()
        window = (start or now - timedelta(days=1), end or now + timedelta(days=14))
        account = self._accounts.of(email)
        with self._state.lock:
            rows = []
            for line in self._calendars.entries(email):
                if not line.live:
                    continue
                found = expanded(self._events.of(line.calendar), window)
                inside = [e for e in found if not e.cancelled and touches(e, window)]
                inside.sort(key=lambda event: (event.span(), event.seq))
                rows.append({**vars(line.shown()), "events": [shown(event, line.role) for event in inside]})
            return {
                "email": account.email,
                "name": account.name,
                "hd": account.hd,
                "connected": bool(self._grants.of(account.email)),
                "calendars": rows,
            }

    # Watching

    def now(self) -> datetime:
        return self._state.now()

    def on_change(self, listener: Callable[[], None]) -> None:
        self._state.on_change(listener)

    def changing(self) -> AbstractContextManager[None]:
        """Make many changes and tell the listeners once."""
        return self._state.changing()


def _day(value: datetime | date) -> date:
    return value.date() if isinstance(value, datetime) else value

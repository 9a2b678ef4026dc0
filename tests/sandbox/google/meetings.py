"""What follows from writing an event: copies on its guests' own calendars, their answers, and mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tests.sandbox.google.calendars import Calendar, Calendars
from tests.sandbox.google.event import Event
from tests.sandbox.google.events import Events
from tests.sandbox.google.model import Json
from tests.sandbox.google.state import State

Updates = Literal["all", "externalOnly", "none"]
Kind = Literal["invitation", "update", "cancellation", "reply"]
_EACH_HAS_OWN = frozenset({"reminders", "colorId", "transparency", "visibility"})
"""What a guest sets for the copy alone."""
_UNSPOKEN = _EACH_HAS_OWN | {"attendees", "sequence", "extendedProperties"}
"""Changes that nobody gets a mail about."""


@dataclass(frozen=True)
class Mail:
    """A message that Google sent to a guest or, for a reply, to the organizer."""

    to: str
    kind: Kind
    calendar_id: str
    event_id: str
    title: str
    start: datetime
    end: datetime
    sequence: int
    at: datetime


class Meetings:
    """Every write of an event goes through here. ``updates`` is what the writer says in sendUpdates."""

    def __init__(self, state: State, calendars: Calendars, events: Events) -> None:
        self._state = state
        self._calendars = calendars
        self._events = events
        self.mail: list[Mail] = []

    def insert(
        self, calendar: Calendar, body: Json, creator: Json, organizer: Json | None = None, updates: Updates = "none"
    ) -> Event:
        with self._state.changing():
            event = self._events.insert(calendar, body, creator, organizer)
            self._follow(event, {}, updates)
            return event

    def patch(self, event: Event, body: Json, if_match: str | None = None, updates: Updates = "none") -> Event:
        with self._state.changing():
            before = event.resource
            self._events.patch(event, body, if_match)
            self._follow(event, before, updates)
            return event

    def update(self, event: Event, body: Json, if_match: str | None, updates: Updates) -> Event:
        with self._state.changing():
            before = event.resource
            self._events.update(event, body, if_match)
            self._follow(event, before, updates)
            return event

    def cancel(self, event: Event, if_match: str | None = None, updates: Updates = "none") -> None:
        with self._state.changing():
            before = event.resource
            self._events.cancel(event, if_match)
            self._follow(event, before, updates)

    def respond(self, event: Event, email: str, answer: str) -> None:
        """A guest answers the invitation, here or by mail."""
        guests = [
            {**guest, "responseStatus": answer} if guest["email"].casefold() == email.casefold() else guest
            for guest in event.resource.get("attendees", [])
        ]
        if guests == event.resource.get("attendees", []) and email.casefold() not in _guests(event.resource):
            raise KeyError(f"{email} is not invited to {event.id}")
        self.patch(event, {"attendees": guests})

    def _follow(self, event: Event, before: Json, updates: Updates) -> None:
        if event.organized_here:
            self._spread(event, before)
            self._write_to_guests(event, before, updates)
        else:
            self._answer(event, before, updates)

    def _spread(self, event: Event, before: Json) -> None:
        invited = {} if event.cancelled else _guests(event.resource)
        for email in dict.fromkeys([*_guests(before), *invited]):
            calendar = self._own(email)
            if calendar is None or calendar is event.calendar:
                continue
            copy = self._events.stored(calendar, event.id)
            if copy is not None and copy.resource["iCalUID"] != event.resource["iCalUID"]:
                continue  # something else of theirs has this id
            if email not in invited:
                if copy is not None and not copy.cancelled:
                    self._events.rewrite(copy, {**copy.resource, "status": "cancelled"})
            elif copy is None or not copy.cancelled or invited[email].get("responseStatus") != "declined":
                self._copy(event, calendar, copy)

    def _copy(self, event: Event, calendar: Calendar, copy: Event | None) -> None:
        shared: Json = {key: value for key, value in event.resource.items() if key not in _EACH_HAS_OWN}
        kept = event.resource.get("extendedProperties", {}).get("shared")
        private = copy.resource.get("extendedProperties", {}).get("private") if copy else None
        properties = {name: value for name, value in (("shared", kept), ("private", private)) if value}
        shared.pop("extendedProperties", None)
        if properties:
            shared["extendedProperties"] = properties
        begun: Json = {key: event.resource[key] for key in ("transparency", "visibility") if key in event.resource}
        begun["reminders"] = {"useDefault": True}
        if copy is None:
            creator = {key: value for key, value in event.creator.items() if key != "self"}
            self._events.put(calendar, {**shared, **begun}, creator, {"email": event.calendar.id})
            return
        own: Json = {key: value for key, value in copy.resource.items() if key in _EACH_HAS_OWN}
        if {**shared, **own} != copy.resource:
            self._events.rewrite(copy, {**shared, **own})

    def _answer(self, event: Event, before: Json, updates: Updates) -> None:
        """Somebody wrote to their copy: the organizer hears the answer, and the copy takes over what it may not set."""
        me = (event.calendar.primary_of or event.calendar.id).casefold()
        organizer = str(event.organizer.get("email", ""))
        home = self._calendars.find(organizer)
        original = self._events.get(home, event.id) if home is not None and home is not event.calendar else None
        if original is None or original.cancelled or me not in _guests(original.resource):
            return
        mine = _guests(event.resource).get(me, {}).get("responseStatus", "needsAction")
        answer = "declined" if event.cancelled else mine
        told = _guests(original.resource)[me].get("responseStatus", "needsAction")
        if answer != told:
            guests = [
                {**guest, "responseStatus": answer} if guest["email"].casefold() == me else guest
                for guest in original.resource["attendees"]
            ]
            self._events.rewrite(original, {**original.resource, "attendees": guests})
            if updates == "all":
                self._send(original, organizer, "reply")
        self._spread(original, before)

    def _write_to_guests(self, event: Event, before: Json, updates: Updates) -> None:
        was, now = _guests(before), _guests(event.resource)
        changed = {key for key in {*before, *event.resource} if before.get(key) != event.resource.get(key)}
        for email in dict.fromkeys([*was, *now]):
            if email == event.calendar.id.casefold() or updates == "none":
                continue
            if updates == "externalOnly" and self._own(email) is not None:
                continue
            if event.cancelled or email not in now:
                self._send(event, email, "cancellation")
            elif email not in was:
                self._send(event, email, "invitation")
            elif changed - _UNSPOKEN:
                self._send(event, email, "update")

    def _send(self, event: Event, to: str, kind: Kind) -> None:
        title = str(event.resource.get("summary", ""))
        where = (event.calendar.id, event.id, title, *event.span(), int(event.resource["sequence"]))
        self.mail.append(Mail(to, kind, *where, self._state.now()))

    def _own(self, email: str) -> Calendar | None:
        calendar = self._calendars.primary(email)
        return None if calendar is None or calendar.deleted else calendar


def _guests(resource: Json) -> Mapping[str, Json]:
    return {guest["email"].casefold(): guest for guest in resource.get("attendees", [])}

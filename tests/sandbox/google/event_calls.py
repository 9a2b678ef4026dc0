"""The events methods."""

from collections.abc import Mapping

from tests.sandbox.google.calendars import Calendar, Calendars
from tests.sandbox.google.calls import Handler, Reply, Request
from tests.sandbox.google.errors import (
    bad_request,
    deleted,
    forbidden,
    full_sync_required,
    not_found,
    organizer_only,
    writer_access_needed,
)
from tests.sandbox.google.event import Event
from tests.sandbox.google.event_listing import listed
from tests.sandbox.google.event_views import conference, is_private, shown
from tests.sandbox.google.events import Events
from tests.sandbox.google.meetings import Meetings, Updates
from tests.sandbox.google.model import Account, Json, rank
from tests.sandbox.google.state import State

_OWN_COPY = frozenset({"attendees", "colorId", "extendedProperties", "reminders", "transparency", "visibility"})
"""What somebody who was invited may change in the copy on their own calendar."""


class EventCalls:
    def __init__(self, state: State, calendars: Calendars, events: Events, meetings: Meetings) -> None:
        self._state = state
        self._calendars = calendars
        self._events = events
        self._meetings = meetings

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "calendar.events.list": self.list,
            "calendar.events.get": self.get,
            "calendar.events.insert": self.insert,
            "calendar.events.patch": self.patch,
            "calendar.events.update": self.update,
            "calendar.events.delete": self.delete,
        }

    def list(self, request: Request) -> Reply:
        calendar, role = request.calendar(self._calendars)
        kept = self._events
        if request.query.get("syncToken") and kept.dice.random() < kept.lost_tokens:
            raise full_sync_required()
        version = kept.visibility.horizon(calendar.id)
        return listed(request, calendar, role, kept.seen(calendar, "list"), version, kept.largest_page)

    def get(self, request: Request) -> Reply:
        calendar, role = request.calendar(self._calendars)
        return self._reply(request, self._find(calendar, request), role)

    def insert(self, request: Request) -> Reply:
        calendar, role = self._writable(request)
        body = _prepared(request, self._state)
        if body.get("eventType", "default") not in ("default", "focusTime", "outOfOffice", "workingLocation"):
            raise bad_request("Events of this type cannot be created.")
        creator = _creator(request.account, calendar)
        event = self._meetings.insert(calendar, body, creator, updates=_updates(request))
        return self._reply(request, event, role)

    def patch(self, request: Request) -> Reply:
        event, role = self._changeable(request)
        body = _prepared(request, self._state, event)
        return self._reply(request, self._meetings.patch(event, body, request.if_match, _updates(request)), role)

    def update(self, request: Request) -> Reply:
        event, role = self._changeable(request)
        body = _prepared(request, self._state, event)
        return self._reply(request, self._meetings.update(event, body, request.if_match, _updates(request)), role)

    def delete(self, request: Request) -> Reply:
        calendar, role = self._writable(request)
        event = self._find(calendar, request)
        if event.cancelled:
            raise deleted()
        _check_private(event, role)
        self._meetings.cancel(event, request.if_match, _updates(request))
        return Reply()

    def _writable(self, request: Request) -> tuple[Calendar, str]:
        calendar, role = request.calendar(self._calendars)
        if rank(role) < rank("writerWithoutPrivateAccess"):
            raise writer_access_needed()
        return calendar, role

    def _changeable(self, request: Request) -> tuple[Event, str]:
        calendar, role = self._writable(request)
        event = self._find(calendar, request)
        _check_private(event, role)
        if not event.organized_here and not event.resource.get("guestsCanModify"):
            changed = {key for key, value in request.body.items() if event.resource.get(key) != value}
            if not changed <= _OWN_COPY:
                raise organizer_only()
        return event, role

    def _find(self, calendar: Calendar, request: Request) -> Event:
        event = self._events.get(calendar, request.path["eventId"])
        if event is None:
            raise not_found()
        return event

    def _reply(self, request: Request, event: Event, role: str) -> Reply:
        weakest = "freeBusyReader" if request.sees_times_only else role
        query = request.query
        return Reply(shown(event, weakest, query.get("timeZone"), query.get("maxAttendees")), event.etag)


def _check_private(event: Event, role: str) -> None:
    if role == "writerWithoutPrivateAccess" and is_private(event):
        raise forbidden("You cannot change private events on this calendar.")


def _creator(account: Account, calendar: Calendar) -> Json:
    creator: Json = {"email": account.email}
    return {**creator, "self": True} if calendar.primary_of == account.email.casefold() else creator


def _updates(request: Request) -> Updates:
    """Who is to hear of it; the older sendNotifications still counts."""
    old: Updates = "all" if request.query.get("sendNotifications") else "none"
    asked: Updates = request.query.get("sendUpdates", old)
    return asked


def _prepared(request: Request, state: State, event: Event | None = None) -> Json:
    """The body without conference data, unless the client says that it knows them."""
    body = dict(request.body)
    version = request.query.get("conferenceDataVersion", 0)
    asked = body.pop("conferenceData", None)
    if version != 1 or "conferenceData" not in request.body:
        return body
    if asked is None:
        return {**body, "conferenceData": None}
    kept = event.resource.get("conferenceData") if event else None
    again = kept and asked.get("createRequest", {}).get("requestId") == kept.get("createRequest", {}).get("requestId")
    if not (again and "createRequest" in asked):  # the same request a second time is ignored
        body["conferenceData"] = conference(asked, state.tick())
    return body

import itertools
import secrets
from copy import deepcopy
from dataclasses import replace
from random import Random

from tests.sandbox.google import event_rules, recurrence
from tests.sandbox.google.calendars import Calendar
from tests.sandbox.google.errors import condition_not_met, deleted, duplicate, invalid
from tests.sandbox.google.event import Event
from tests.sandbox.google.model import Json
from tests.sandbox.google.state import State
from tests.sandbox.google.visibility import Reader, Visibility

_ON_UPDATE: Json = {"status": "confirmed", "reminders": {"useDefault": True}}
_KEPT = ("id", "iCalUID", "eventType", "sequence", "recurringEventId", "originalStartTime")
_ALPHABET = "0123456789abcdefghijklmnopqrstuv"


class Events:
    """The events of every calendar. Ids stay taken after a deletion, as at Google."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._calendars: dict[str, dict[str, Event]] = {}
        self._sequence = itertools.count(1)
        self.visibility = Visibility(state)
        self.largest_page = 2500
        """A page of a list may be shorter than was asked for, for reasons of Google's own (events.list, maxResults)."""
        self.lost_tokens = 0.0
        """The share of sync tokens that Google no longer takes, for reasons of its own."""
        self.dice = Random(0)  # noqa: S311 - repeatable, not secret

    def seen(self, calendar: Calendar, reader: Reader) -> list[Event]:
        """The events as a list or free/busy sees them, which may be late."""
        with self._state.lock:
            return self.visibility.seen(calendar.id, self._calendars.get(calendar.id, {}).values(), reader)

    def of(self, calendar: Calendar) -> list[Event]:
        with self._state.lock:
            return list(self._calendars.get(calendar.id, {}).values())

    def stored(self, calendar: Calendar, event_id: str) -> Event | None:
        with self._state.lock:
            return self._calendars.get(calendar.id, {}).get(event_id)

    def get(self, calendar: Calendar, event_id: str) -> Event | None:
        """The event, or the instance of a recurring one."""
        with self._state.lock:
            kept = self.stored(calendar, event_id)
            series = recurrence.series_of(event_id)
            if kept is not None or series is None or (of := self.stored(calendar, series)) is None:
                return kept
            return recurrence.instance(of, event_id)

    def insert(self, calendar: Calendar, body: Json, creator: Json, organizer: Json | None = None) -> Event:
        resource = {key: value for key, value in _merged({}, body).items() if key not in event_rules.READ_ONLY}
        if "id" in resource:
            event_rules.check_id(resource["id"])
        else:
            resource["id"] = "".join(secrets.choice(_ALPHABET) for _ in range(26))
        resource.pop("organizer", None)
        resource = {"status": "confirmed", "sequence": 0, "eventType": "default", **resource}
        resource.setdefault("iCalUID", f"{resource['id']}@google.com")
        resource.setdefault("reminders", {"useDefault": True})
        event_rules.check(resource, calendar.time_zone)
        recurrence.check(resource)
        with self._state.changing():
            if resource["id"] in self._calendars.get(calendar.id, {}):
                raise duplicate()
            here = {"email": calendar.id, "displayName": calendar.summary, "self": True}
            return self.put(calendar, resource, creator, organizer or here)

    def put(self, calendar: Calendar, resource: Json, creator: Json, organizer: Json) -> Event:
        """Store a new event, unchecked."""
        with self._state.changing():
            now = self._state.now()
            event = Event(
                resource=resource,
                calendar=calendar,
                creator=creator,
                organizer=organizer,
                seq=next(self._sequence),
                created=now,
                updated=now,
                version=self._state.tick(),
            )
            self._calendars.setdefault(calendar.id, {})[event.id] = event
            self.visibility.note(event, None)
            return event

    def rewrite(self, event: Event, resource: Json) -> None:
        """Store an event anew, unchecked; an instance of a recurring one becomes an exception."""
        with self._state.changing():
            old = replace(event)
            known = self._calendars[event.calendar.id].setdefault(event.id, event) is event
            if not known:
                raise ValueError(f"{event.id} is another event by now")
            event.resource = resource
            event.updated = self._state.now()
            event.version = self._state.tick()
            self.visibility.note(event, old)

    def patch(self, event: Event, body: Json, if_match: str | None) -> Event:
        with self._state.changing():
            _check_match(event, if_match)
            return self._write(event, _merged(event.resource, body))

    def update(self, event: Event, body: Json, if_match: str | None) -> Event:
        kept = {key: event.resource[key] for key in _KEPT if key in event.resource}
        with self._state.changing():
            _check_match(event, if_match)
            return self._write(event, {**_ON_UPDATE, **kept, **_merged({}, body)})

    def _write(self, event: Event, resource: Json) -> Event:
        old = event.resource
        if event.cancelled and resource["status"] == "cancelled":
            raise deleted()
        if resource["sequence"] < old["sequence"]:
            raise invalid("Invalid sequence value. The specified sequence number is below the current one.")
        for fixed in ("id", "iCalUID", "eventType", "recurringEventId", "originalStartTime"):
            if resource.get(fixed) != old.get(fixed):
                raise invalid(f"Invalid value for: {fixed} cannot be changed.", fixed)
        cleaned = {
            key: value for key, value in resource.items() if key not in event_rules.READ_ONLY and key != "organizer"
        }
        event_rules.check(cleaned, event.calendar.time_zone)
        recurrence.check(cleaned)
        if (cleaned["start"], cleaned["end"]) != (old["start"], old["end"]):
            cleaned["sequence"] = max(cleaned["sequence"], old["sequence"] + 1)
        anew = [key for key in ("start", "end", "recurrence") if cleaned.get(key) != old.get(key)]
        self.rewrite(event, cleaned)
        if anew and old.get("recurrence"):
            self._forget_exceptions(event)
        return event

    def _forget_exceptions(self, series: Event) -> None:
        if not series.resource.get("recurrence"):
            return
        for one in self.of(series.calendar):
            if one.resource.get("recurringEventId") == series.id and not one.cancelled:
                self.rewrite(one, {**one.resource, "status": "cancelled"})

    def cancel(self, event: Event, if_match: str | None = None) -> None:
        with self._state.changing():
            if event.cancelled:
                raise deleted()
            _check_match(event, if_match)
            self.rewrite(event, {**event.resource, "status": "cancelled"})
            self._forget_exceptions(event)


def _check_match(event: Event, if_match: str | None) -> None:
    if if_match is not None and if_match not in ("*", event.etag):
        raise condition_not_met()


def _merged(old: Json, patch: Json) -> Json:
    """Patch semantics: objects are merged, null removes, lists and the rest are replaced."""
    merged = dict(old)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(old.get(key) or {}, value)
        else:
            merged[key] = deepcopy(value)
    return merged

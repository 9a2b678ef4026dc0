import itertools
import secrets
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from tests.sandbox.google import event_rules
from tests.sandbox.google.calendars import Calendar
from tests.sandbox.google.errors import condition_not_met, deleted, duplicate, invalid
from tests.sandbox.google.model import Json
from tests.sandbox.google.state import State

_ON_UPDATE: Json = {"status": "confirmed", "reminders": {"useDefault": True}}
_ALPHABET = "0123456789abcdefghijklmnopqrstuv"


@dataclass(eq=False)
class Event:
    """A stored event: what clients wrote, and what Google keeps beside it."""

    resource: Json
    calendar: Calendar
    creator: Json
    organizer: Json
    seq: int
    created: datetime
    updated: datetime
    version: int

    @property
    def id(self) -> str:
        return str(self.resource["id"])

    @property
    def etag(self) -> str:
        return etag_of(self.version)

    @property
    def cancelled(self) -> bool:
        return bool(self.resource["status"] == "cancelled")

    @property
    def organized_here(self) -> bool:
        return bool(self.organizer.get("self"))

    def span(self) -> tuple[datetime, datetime]:
        return event_rules.span(self.resource, self.calendar.time_zone)


def etag_of(version: int) -> str:
    return f'"{3_400_000_000_000_000 + version}"'


class Events:
    """The events of every calendar. Ids stay taken after a deletion, as at Google."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._calendars: dict[str, dict[str, Event]] = {}
        self._sequence = itertools.count(1)

    def of(self, calendar: Calendar) -> list[Event]:
        with self._state.lock:
            return list(self._calendars.get(calendar.id, {}).values())

    def get(self, calendar: Calendar, event_id: str) -> Event | None:
        with self._state.lock:
            return self._calendars.get(calendar.id, {}).get(event_id)

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
        with self._state.changing():
            kept = self._calendars.setdefault(calendar.id, {})
            if resource["id"] in kept:
                raise duplicate()
            now = self._state.now()
            event = Event(
                resource=resource,
                calendar=calendar,
                creator=creator,
                organizer=organizer or {"email": calendar.id, "displayName": calendar.summary, "self": True},
                seq=next(self._sequence),
                created=now,
                updated=now,
                version=self._state.tick(),
            )
            kept[event.id] = event
            return event

    def patch(self, event: Event, body: Json, if_match: str | None) -> Event:
        with self._state.changing():
            _check_match(event, if_match)
            return self._write(event, _merged(event.resource, body))

    def update(self, event: Event, body: Json, if_match: str | None) -> Event:
        kept = {key: event.resource[key] for key in ("id", "iCalUID", "eventType", "sequence")}
        with self._state.changing():
            _check_match(event, if_match)
            return self._write(event, {**_ON_UPDATE, **kept, **_merged({}, body)})

    def _write(self, event: Event, resource: Json) -> Event:
        old = event.resource
        if event.cancelled and resource["status"] == "cancelled":
            raise deleted()
        if resource["sequence"] < old["sequence"]:
            raise invalid("Invalid sequence value. The specified sequence number is below the current one.")
        for fixed in ("id", "iCalUID", "eventType"):
            if resource[fixed] != old[fixed]:
                raise invalid(f"Invalid value for: {fixed} cannot be changed.", fixed)
        cleaned = {
            key: value for key, value in resource.items() if key not in event_rules.READ_ONLY and key != "organizer"
        }
        event_rules.check(cleaned, event.calendar.time_zone)
        if (cleaned["start"], cleaned["end"]) != (old["start"], old["end"]):
            cleaned["sequence"] = max(cleaned["sequence"], old["sequence"] + 1)
        event.resource = cleaned
        event.updated = self._state.now()
        event.version = self._state.tick()
        return event

    def cancel(self, event: Event, if_match: str | None = None) -> None:
        with self._state.changing():
            if event.cancelled:
                raise deleted()
            _check_match(event, if_match)
            event.resource = {**event.resource, "status": "cancelled"}
            event.updated = self._state.now()
            event.version = self._state.tick()


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

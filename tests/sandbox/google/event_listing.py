"""events.list: filters, order, pages, and incremental sync."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.sandbox.google.calendars import Calendar
from tests.sandbox.google.calls import Reply, Request
from tests.sandbox.google.errors import bad_request, invalid, range_empty
from tests.sandbox.google.event import Event
from tests.sandbox.google.event_rules import instant, rfc3339, zone
from tests.sandbox.google.event_views import shown, when
from tests.sandbox.google.model import Json
from tests.sandbox.google.paging import Listing, refuse_with_sync_token
from tests.sandbox.google.recurrence import expanded, touches

_NOT_WITH_SYNC = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
_NO_SYNC_AFTER = frozenset(_NOT_WITH_SYNC) - {"timeMin", "timeMax"}
"""A listing narrowed by these cannot be continued by a sync token."""


def listed(
    request: Request, calendar: Calendar, role: str, events: Sequence[Event], version: int, longest: int
) -> Reply:
    query = request.query
    refuse_with_sync_token(query, _NOT_WITH_SYNC)
    if query.get("syncToken") and query.get("showDeleted") is False:
        raise bad_request("showDeleted cannot be false with a sync token.")
    if query.get("orderBy") == "startTime" and not query.get("singleEvents"):
        raise bad_request("The requested ordering is not available for the particular query.")
    if "timeZone" in query:
        zone(query["timeZone"])
    of = f"events:{request.account.email}:{calendar.id}"
    listing = Listing(of, query, version, calendar.sync_floor, longest)
    wanted = _filter(query, listing.since())
    window = (wanted.after, wanted.before)
    told = expanded(events, window) if query.get("singleEvents") else events
    page = listing.page(
        [event for event in told if wanted.takes(event)],
        _order(query.get("orderBy")),
        syncs=not any(query.get(name) for name in _NO_SYNC_AFTER),
    )
    body: Json = {
        "kind": "calendar#events",
        "etag": f'"p{version}"',
        "summary": calendar.summary,
        "updated": rfc3339(max((event.updated for event in events), default=datetime.min.replace(tzinfo=zone("UTC")))),
        "timeZone": query.get("timeZone") or calendar.time_zone,
        "accessRole": role,
        "defaultReminders": [{"method": "popup", "minutes": 10}] if calendar.primary_of else [],
    }
    if page.next_page:
        body["nextPageToken"] = page.next_page
    if page.next_sync:
        body["nextSyncToken"] = page.next_sync
    weakest = "freeBusyReader" if request.sees_times_only else role
    body["items"] = [_item(event, weakest, query) for event in page.items]
    return Reply(body, body["etag"])


def _item(event: Event, role: str, query: Json) -> Json:
    if event.cancelled:  # of a deleted event only the id is promised, and of an instance where it belongs
        body: Json = {"kind": "calendar#event", "etag": event.etag, "id": event.id, "status": "cancelled"}
        if series := event.resource.get("recurringEventId"):
            began = when(event.resource["originalStartTime"], event, query.get("timeZone"))
            body |= {"recurringEventId": series, "originalStartTime": began}
        return body
    return shown(event, role, query.get("timeZone"), query.get("maxAttendees"))


def _order(by: str | None) -> Callable[[Event], tuple[object, ...]]:
    if by == "startTime":
        return lambda event: (event.span()[0].timestamp(), event.seq, event.id)
    if by == "updated":
        return lambda event: (event.updated.timestamp(), event.seq, event.id)
    return lambda event: (event.seq, event.id)


@dataclass(frozen=True)
class _Filter:
    since: int | None
    show_deleted: bool
    after: datetime | None
    before: datetime | None
    updated_min: datetime | None
    properties: tuple[tuple[str, str, str], ...]
    uid: str | None
    words: str
    types: tuple[str, ...]
    recurring: bool
    """Whether recurring events are told as themselves."""

    def takes(self, event: Event) -> bool:
        if self.since is not None:
            return event.version > self.since
        if event.cancelled and not (self.show_deleted or self.updated_min is not None):
            # Exceptions to a recurring event are told all the same where it is told itself (events.list, showDeleted).
            return self.recurring and "recurringEventId" in event.resource and self._in_time(event)
        return self._in_time(event) and self._fits(event)

    def _in_time(self, event: Event) -> bool:
        if self.updated_min is not None and event.updated < self.updated_min:
            return False
        if self.after is None and self.before is None:
            return True
        return touches(event, (self.after, self.before))

    def _fits(self, event: Event) -> bool:
        resource = event.resource
        kept = resource.get("extendedProperties", {})
        if any(kept.get(kind, {}).get(name) != value for kind, name, value in self.properties):
            return False
        if self.uid is not None and resource["iCalUID"] != self.uid:
            return False
        if self.types and resource["eventType"] not in self.types:
            return False
        guests = [guest["email"] for guest in resource.get("attendees", [])]
        text = " ".join([*(resource.get(key, "") for key in ("summary", "description", "location")), *guests])
        return self.words in text.casefold()


def _filter(query: Json, since: int | None) -> _Filter:
    after, before, updated_min = (
        instant(query[name]) if query.get(name) else None for name in ("timeMin", "timeMax", "updatedMin")
    )
    if after and before and before <= after:
        raise range_empty()
    return _Filter(
        since=since,
        show_deleted=bool(query.get("showDeleted")),
        after=after,
        before=before,
        updated_min=updated_min,
        properties=tuple(
            _constraint(kind, text)
            for kind in ("private", "shared")
            for text in query.get(f"{kind}ExtendedProperty", [])
        ),
        uid=query.get("iCalUID"),
        words=query.get("q", "").casefold(),
        types=tuple(query.get("eventTypes", [])),
        recurring=not query.get("singleEvents"),
    )


def _constraint(kind: str, text: str) -> tuple[str, str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise invalid(f"Invalid {kind} extended property constraint.", f"{kind}ExtendedProperty")
    return kind, name, value

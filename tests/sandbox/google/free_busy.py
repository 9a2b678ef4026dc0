"""freeBusy: when calendars are busy, and for which of them Google cannot say."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tests.sandbox.google.calendars import Calendar, Calendars
from tests.sandbox.google.calls import Handler, Reply, Request
from tests.sandbox.google.errors import ApiError, google_error, invalid, range_empty, required
from tests.sandbox.google.event import Event
from tests.sandbox.google.event_rules import instant, rfc3339, zone
from tests.sandbox.google.events import Events
from tests.sandbox.google.model import Account, Json
from tests.sandbox.google.recurrence import expanded

_MOST_CALENDARS = 50
_MOST_MEMBERS = 100
_LONGEST = timedelta(days=92)
"""Google names no limit; clients report refusals of ranges beyond about three months."""
_NEVER_BUSY = ("workingLocation", "birthday")

Span = tuple[datetime, datetime]


class FreeBusy:
    def __init__(self, calendars: Calendars, events: Events) -> None:
        self._calendars = calendars
        self._events = events

    def handlers(self) -> Mapping[str, Handler]:
        return {"calendar.freebusy.query": self.query}

    def query(self, request: Request) -> Reply:
        body = request.body
        window = _window(body)
        most = _limit(body, "calendarExpansionMax", _MOST_CALENDARS)
        _limit(body, "groupExpansionMax", _MOST_MEMBERS)
        shown_in = body.get("timeZone") or "UTC"
        zone(shown_in)
        ids = [item.get("id") for item in body.get("items") or []]
        if not all(ids):
            raise required("Missing calendar id.", "items.id")
        wanted = list(dict.fromkeys(str(found) for found in ids))
        calendars = {
            calendar_id: _error("tooManyCalendarsRequested")
            if place >= most
            else self._of(request.account, calendar_id, window, shown_in)
            for place, calendar_id in enumerate(wanted)
        }
        return Reply(
            {
                "kind": "calendar#freeBusy",
                "timeMin": rfc3339(window[0]),
                "timeMax": rfc3339(window[1]),
                "calendars": calendars,
            }
        )

    def _of(self, account: Account, calendar_id: str, window: Span, shown_in: str) -> Json:
        found = self._calendars.seen_by(account.email, calendar_id)
        if found is None:
            return _error("notFound")
        calendar, _ = found
        if calendar.broken is not None:
            return _error(calendar.broken)
        events = expanded(self._events.seen(calendar, "freebusy"), window)
        spans = (event.span() for event in events if _busy(event, calendar))
        return {"busy": [{"start": _said(a, shown_in), "end": _said(b, shown_in)} for a, b in merged(spans, window)]}


def _error(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _window(body: Json) -> Span:
    for name in ("timeMin", "timeMax"):
        if not body.get(name):
            raise required(f"Missing {name} parameter.", name)
    start, end = instant(body["timeMin"]), instant(body["timeMax"])
    if end <= start:
        raise range_empty()
    if end - start > _LONGEST:
        said = "The requested time range is too long."
        raise ApiError(400, google_error(400, "timeRangeTooLong", said, domain="calendar", location="timeMax"))
    return start, end


def _limit(body: Json, name: str, most: int) -> int:
    value = body.get(name)
    if value is None:
        return most
    if not 1 <= value <= most:
        raise invalid(f"Invalid value for: {name} must be between 1 and {most}.", name)
    return int(value)


def _busy(event: Event, calendar: Calendar) -> bool:
    resource = event.resource
    if event.cancelled or resource.get("transparency") == "transparent" or resource["eventType"] in _NEVER_BUSY:
        return False
    me = (calendar.primary_of or calendar.id).casefold()
    return not any(
        guest["email"].casefold() == me and guest.get("responseStatus") == "declined"
        for guest in resource.get("attendees", [])
    )


def merged(spans: Iterable[Span], window: Span) -> list[Span]:
    """The spans inside the window, those that touch made one."""
    inside = sorted((max(a, window[0]), min(b, window[1])) for a, b in spans if a < window[1] and b > window[0])
    whole: list[Span] = []
    for start, end in inside:
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        elif start < end:
            whole.append((start, end))
    return whole


def _said(value: datetime, shown_in: str) -> str:
    text = value.astimezone(zone(shown_in)).isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text

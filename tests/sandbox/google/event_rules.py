"""What Google accepts as an event."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.sandbox.google.errors import ApiError, bad_request, google_error, invalid, range_empty, required
from tests.sandbox.google.model import Json

_ID = re.compile(r"[a-v0-9]{5,1024}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ENUMS = {
    "status": ("confirmed", "tentative", "cancelled"),
    "transparency": ("opaque", "transparent"),
    "visibility": ("default", "public", "private", "confidential"),
    "eventType": ("default", "birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation"),
}
_RESPONSES = ("needsAction", "declined", "tentative", "accepted")
READ_ONLY = frozenset({"kind", "etag", "htmlLink", "created", "updated", "creator", "hangoutLink", "locked"})


def instant(text: str) -> datetime:
    """An RFC 3339 timestamp with its mandatory offset, as query parameters and freeBusy want it."""
    if not (matched := _RFC3339.fullmatch(text)) or matched.group(2) is None:
        raise bad_request()
    return _parsed(text)


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise bad_request() from None


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(f"Invalid time zone definition: {name}.") from None


def moment(when: Json, calendar_zone: str) -> datetime:
    """The instant an EventDateTime means; a date begins at midnight of the calendar's zone."""
    if "date" in when:
        return datetime.combine(date.fromisoformat(when["date"]), time(), zone(calendar_zone)).astimezone(UTC)
    value = datetime.fromisoformat(when["dateTime"].upper())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone(when["timeZone"]))
    return value.astimezone(UTC)


def span(resource: Json, calendar_zone: str) -> tuple[datetime, datetime]:
    return moment(resource["start"], calendar_zone), moment(resource["end"], calendar_zone)


def check_id(event_id: str) -> None:
    if not _ID.fullmatch(event_id):
        raise invalid("Invalid resource id value.")


def check(resource: Json, calendar_zone: str) -> None:
    """Raise what Google answers to an event that cannot be."""
    for key, allowed in _ENUMS.items():
        if key in resource and resource[key] not in allowed:
            raise invalid(f"Invalid value for: {key}", key)
    _check_times(resource, calendar_zone)
    _check_attendees(resource.get("attendees", []))
    _check_reminders(resource.get("reminders", {}))
    for kind in ("private", "shared"):
        _check_properties(resource.get("extendedProperties", {}).get(kind, {}))


def _check_times(resource: Json, calendar_zone: str) -> None:
    for name in ("start", "end"):
        if not resource.get(name):
            raise required(f"Missing {name} time.")
        _check_time(resource[name], name)
    start, end = resource["start"], resource["end"]
    if ("date" in start) != ("date" in end):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    begins, ends = span(resource, calendar_zone)
    if ends < begins or ("date" in start and ends == begins):
        raise range_empty("end")


def _check_time(when: Json, name: str) -> None:
    if ("date" in when) == ("dateTime" in when):
        raise (
            invalid(f"Invalid {name} time.", f"{name}.dateTime")
            if "date" in when
            else required(f"Missing {name} time.")
        )
    if "timeZone" in when:
        zone(when["timeZone"])
    if "date" in when:
        if not _DATE.fullmatch(when["date"]):
            raise invalid("Invalid value for: Invalid format", f"{name}.date")
        try:
            date.fromisoformat(when["date"])
        except ValueError:
            raise invalid("Invalid value for: Invalid format", f"{name}.date") from None
        return
    matched = _RFC3339.fullmatch(when["dateTime"])
    if not matched:
        raise invalid("Invalid value for: Invalid format", f"{name}.dateTime")
    _parsed(when["dateTime"])
    if matched.group(2) is None and "timeZone" not in when:
        raise required(f"Missing time zone definition for {name} time.")


def _check_attendees(attendees: list[Json]) -> None:
    for attendee in attendees:
        if "email" not in attendee:
            raise required("Missing attendee email.")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", attendee["email"]):
            raise invalid("Invalid attendee email.")
        if attendee.get("responseStatus", "accepted") not in _RESPONSES:
            raise invalid("Invalid value for: responseStatus", "attendees.responseStatus")


def _check_reminders(reminders: Json) -> None:
    overrides = reminders.get("overrides", [])
    if reminders.get("useDefault") and overrides:
        said = "Cannot specify both default reminders and overrides at the same time."
        reason = "cannotUseDefaultRemindersAndSpecifyOverride"
        raise ApiError(400, google_error(400, reason, said, domain="calendar"))
    if len(overrides) > 5:
        raise invalid("Too many override reminders.", "reminders.overrides")
    for override in overrides:
        if override.get("method") not in ("email", "popup") or not 0 <= override.get("minutes", -1) <= 40320:
            raise invalid("Invalid reminder override.", "reminders.overrides")


def _check_properties(properties: dict[str, str]) -> None:
    size = sum(len(key) + len(value) for key, value in properties.items())
    if len(properties) > 300 or size > 32 * 1024:
        raise invalid("Too many extended properties.", "extendedProperties")
    for key, value in properties.items():
        if len(key) > 44 or len(value) > 1024:
            raise invalid("Extended property is too long.", "extendedProperties")


def rfc3339(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def all_day(start: date, end: date | None = None) -> tuple[Json, Json]:
    """The start and end of an all-day event; ``end`` is exclusive and defaults to the next day."""
    return {"date": start.isoformat()}, {"date": (end or start + timedelta(days=1)).isoformat()}

"""Every kind of answer fits the discovery document, and holds nothing that is not in it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest

from tests.sandbox.google.discovery import document
from tests.standins.google_setting import ANA, CLEO, Setting, opened


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    with opened() as fresh:
        yield fresh()


_FORMATS = jsonschema.FormatChecker(["date"])


@_FORMATS.checks("date-time")
def _is_instant(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d{3})?(Z|[+-]\d\d:\d\d)", text) is not None


def _translated(spec: dict[str, Any]) -> dict[str, Any]:
    """A discovery schema as JSON Schema."""
    if "$ref" in spec:
        return {"$ref": f"#/$defs/{spec['$ref']}"}
    if spec["type"] == "any":
        return {}
    schema: dict[str, Any] = {"type": spec["type"]}
    for word in ("enum", "pattern"):
        schema |= {word: spec[word]} if word in spec else {}
    if spec.get("format") in ("date-time", "date"):
        schema["format"] = spec["format"]
    if "items" in spec:
        schema["items"] = _translated(spec["items"])
    if spec["type"] == "object":
        schema["properties"] = {name: _translated(inner) for name, inner in spec.get("properties", {}).items()}
        more = spec.get("additionalProperties")
        schema["additionalProperties"] = _translated(more) if more else False
    return schema


def _validate(body: dict[str, Any], name: str) -> None:
    known = {key: _translated(spec) for key, spec in document()["schemas"].items()}
    schema = {"$ref": f"#/$defs/{name}", "$defs": known}
    checker = jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)
    assert [error.message for error in checker.iter_errors(body)] == []
    assert body["kind"] == document()["schemas"][name]["properties"]["kind"]["default"]


@pytest.fixture(scope="module")
def service(setting: Setting) -> Any:
    google = setting.google
    team = google.add_calendar(CLEO, "Team")
    google.share(team, ANA, "freeBusyReader")
    google.hide_calendar(ANA, team)
    google.delete_calendar(google.add_calendar(ANA, "Old"))
    start, end = datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC)
    google.add_event(team, start, end, "Team only")
    guests = [{"email": ANA, "responseStatus": "accepted"}, {"email": CLEO}]
    google.add_event(ANA, start, end, "Guests", attendees=guests, organizer=CLEO, visibility="private")
    google.add_event(ANA, date(2026, 11, 24), date(2026, 11, 26), "Away", all_day=True, eventType="outOfOffice")
    google.delete_event(ANA, google.add_event(ANA, start, end, "Gone"))
    return setting.calendar(setting.connected(scopes=["openid", "https://www.googleapis.com/auth/calendar"]))


def test_calendar_lists_fit(service: Any) -> None:
    _validate(service.calendarList().list(showDeleted=True, showHidden=True).execute(), "CalendarList")
    _validate(service.calendarList().list(maxResults=1).execute(), "CalendarList")
    _validate(service.calendarList().get(calendarId="primary").execute(), "CalendarListEntry")
    _validate(service.calendarList().insert(body={"id": ANA}).execute(), "CalendarListEntry")
    _validate(service.calendars().get(calendarId="primary").execute(), "Calendar")


def test_events_fit(service: Any, setting: Setting) -> None:
    for calendar in setting.google.calendars(ANA):
        for query in ({"showDeleted": True}, {"maxResults": 1}, {"maxAttendees": 1, "timeZone": "Asia/Tokyo"}):
            listed = service.events().list(calendarId=calendar.id, **query).execute()
            _validate(listed, "Events")
            for item in listed["items"]:
                _validate(service.events().get(calendarId=calendar.id, eventId=item["id"]).execute(), "Event")


def test_written_events_fit(service: Any) -> None:
    body: dict[str, Any] = {
        "start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Europe/Lisbon"},
        "end": {"dateTime": "2026-11-23T11:00:00", "timeZone": "Europe/Lisbon"},
        "conferenceData": {"createRequest": {"requestId": "one"}},
        "extendedProperties": {"private": {"booking": "1"}, "shared": {"team": "2"}},
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]},
        "transparency": "transparent",
    }
    made = (
        service.events().insert(calendarId="primary", body=body, conferenceDataVersion=1, sendUpdates="none").execute()
    )
    _validate(made, "Event")
    where = {"calendarId": "primary", "eventId": made["id"]}
    _validate(service.events().patch(**where, body={"summary": "New"}).execute(), "Event")
    _validate(service.events().update(**where, body={"start": made["start"], "end": made["end"]}).execute(), "Event")


def test_free_busy_fits(service: Any, setting: Setting) -> None:
    ids = [entry.id for entry in setting.google.calendars(ANA)]
    setting.google.break_calendar(ids[-1])
    body = {
        "timeMin": "2026-11-23T00:00:00+01:00",
        "timeMax": "2026-11-24T00:00:00+01:00",
        "items": [{"id": one} for one in [*ids, "nothing"]],
    }
    _validate(service.freebusy().query(body=body).execute(), "FreeBusyResponse")


def test_the_check_can_fail(service: Any) -> None:
    body = service.calendars().get(calendarId="primary").execute()
    with pytest.raises(AssertionError):
        _validate({**body, "colour": "red"}, "Calendar")

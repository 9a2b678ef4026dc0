"""What each route of the booking API may answer: every status, with an example. The OpenAPI document is made of it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from handlers.api_problems import KINDS, PROBLEM
from handlers.api_shown import AppointmentOut, AppointmentsOut, AvailabilityOut, PeopleOut

Replies = Mapping[int, dict[str, Any]]

_ANA, _BEN = "0a3f5c7e9b1d4f608a2c4e6f80b1d3f5", "7c1e3a5b9d0f42648a6c8e0f2b4d6a89"
_APPOINTMENT_ID = "5d2b8f0a6c4e41f39b7d1a3c5e7f9b02"
_PERSON = {
    "id": _ANA,
    "name": "Ana Lima",
    "email": "ana@acme.example",
    "time_zone": "Europe/Lisbon",
    "bookable": True,
    "problem": None,
}
_APPOINTMENT = {
    "id": _APPOINTMENT_ID,
    "state": "confirmed",
    "start": "2026-03-02T09:00:00Z",
    "end": "2026-03-02T09:30:00Z",
    "title": "Introduction",
    "place": "",
    "video": True,
    "video_url": "https://meet.google.com/abc-defg-hij",
    "people": [
        {"id": _ANA, "name": "Ana Lima", "email": "ana@acme.example", "role": "host", "time_zone": "Europe/Lisbon"}
    ],
    "version": 1,
    "created_at": "2026-02-27T16:20:00Z",
    "reason": None,
    "moving_to": None,
    "changing_to": None,
}
_HELD = {**_APPOINTMENT, "state": "held", "video_url": None}
_CHANGED = {
    **_APPOINTMENT,
    "version": 2,
    "start": "2026-03-02T14:00:00Z",
    "end": "2026-03-02T14:30:00Z",
    "title": "Introduction, part two",
    "place": "Room 3",
}
_CHANGING = {
    **_APPOINTMENT,
    "version": 2,
    "moving_to": {"start": "2026-03-02T14:00:00Z", "end": "2026-03-02T14:30:00Z"},
    "changing_to": {
        "title": "Introduction, part two",
        "place": "Room 3",
        "video": None,
        "optional": None,
        "guests": None,
    },
}
WISH = {
    "start": "2026-03-02T10:00:00+01:00",
    "end": "2026-03-02T10:30:00+01:00",
    "people": [_ANA],
    "title": "Introduction",
    "guests": ["kim@customer.example"],
    "video": True,
}
CHANGES = (
    {"start": "2026-03-02T15:00:00+01:00", "title": "Introduction, part two", "place": "Room 3"},
    {"start": "2026-03-02T15:00:00+01:00"},
    {"guests": ["kim@customer.example", "lee@customer.example"], "version": 1},
)
_LOCATION = {"Location": {"description": "Where to look at it", "schema": {"type": "string"}}}
_ETAG = {"ETag": {"description": "Its version, for If-Match", "schema": {"type": "string"}}}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
_HEADERS: Mapping[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
_EVERYWHERE = (
    "bad-request",
    "unauthorized",
    "missing-scope",
    "method-not-allowed",
    "request-timeout",
    "too-large",
    "invalid",
    "too-many-requests",
    "internal",
    "unavailable",
)
_WRITES = ("unsupported-media-type", "slot-taken", "not-bookable", "availability-unknown")


def _answers(model: type[BaseModel], example: object, description: str, headers: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": model,
        "description": description,
        "headers": headers,
        "content": {"application/json": {"example": example}},
    }


def _refuses(*kinds: str) -> dict[int, dict[str, Any]]:
    """The problems by their statuses; several of one status are examples beside each other."""
    found: dict[int, dict[str, Any]] = {}
    for kind in (*_EVERYWHERE, *kinds):
        known = KINDS[kind]
        entry = found.setdefault(
            known.status,
            {
                "description": known.title,
                "headers": _HEADERS.get(known.status, {}),
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        entry["content"][PROBLEM]["examples"][kind] = {
            "value": {
                "type": f"/api/v1/docs#{kind}",
                "title": known.title,
                "status": known.status,
                "detail": known.detail,
            }
        }
    return found


PEOPLE: Replies = {
    200: _answers(PeopleOut, {"items": [_PERSON], "next_cursor": None}, "A page of people", {}),
    **_refuses(),
}
AVAILABILITY: Replies = {
    200: _answers(
        AvailabilityOut,
        {
            "start": "2026-03-02T08:00:00Z",
            "end": "2026-03-02T17:00:00Z",
            "length": 30,
            "slots": [
                {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T09:30:00Z", "optional": 0},
                {"start": "2026-03-02T09:30:00Z", "end": "2026-03-02T10:00:00Z", "optional": 0},
            ],
            "people": [_PERSON, {**_PERSON, "id": _BEN, "name": "Ben Okafor", "email": "ben@acme.example"}],
            "unsure": [],
        },
        "What is free for all who must come",
        {},
    ),
    **_refuses("not-bookable", "availability-unknown"),
}
BOOKED: Replies = {
    200: _answers(AppointmentOut, _APPOINTMENT, "Booked before by this very request", {**_LOCATION, **_ETAG}),
    201: _answers(AppointmentOut, _APPOINTMENT, "Confirmed: it stands in Google Calendar", {**_LOCATION, **_ETAG}),
    202: _answers(AppointmentOut, _HELD, "Held: poll its Location", {**_LOCATION, **_ETAG}),
    **_refuses("idempotency-key-missing", "idempotency-key-reused", *_WRITES),
}
APPOINTMENTS: Replies = {
    200: _answers(AppointmentsOut, {"items": [_APPOINTMENT], "next_cursor": None}, "A page of appointments", {}),
    **_refuses(),
}
APPOINTMENT: Replies = {
    200: _answers(AppointmentOut, _APPOINTMENT, "The appointment", _ETAG),
    **_refuses("no-such-appointment"),
}
CHANGED: Replies = {
    200: _answers(AppointmentOut, _CHANGED, "Changed", {**_LOCATION, **_ETAG}),
    202: _answers(AppointmentOut, _CHANGING, "Accepted: poll its Location", {**_LOCATION, **_ETAG}),
    **_refuses("no-such-appointment", "version-passed", *_WRITES),
}
CANCELLED: Replies = {
    200: _answers(AppointmentOut, {**_APPOINTMENT, "state": "cancelled"}, "Cancelled", {**_LOCATION, **_ETAG}),
    202: _answers(
        AppointmentOut, {**_APPOINTMENT, "state": "cancelling"}, "Accepted: poll its Location", {**_LOCATION, **_ETAG}
    ),
    **_refuses("no-such-appointment", "version-passed", "not-bookable"),
}

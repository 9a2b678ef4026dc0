"""The stand-in's recurring events are as strict as Google's, and their instances as changeable."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.google.rig import ANA, Rig
from tests.sandbox.google.model import Json

WEEKLY = ["RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3", "EXDATE;TZID=Europe/Lisbon:20261130T090000"]
SERIES = "series01"
FIRST, THIRD = (f"{SERIES}_2026{day}T090000Z" for day in ("1123", "1207"))


class _Asking:
    """Requests as Ana, without any library of Google's."""

    def __init__(self, google: Rig) -> None:
        google.standin.add_calendar(ANA, "Ana Lima", primary=True, time_zone="Europe/Lisbon")
        self._headers = {"authorization": f"Bearer {google.token(ANA).value}"}
        self._url = f"{google.base_url}/calendar/v3/calendars/primary/events"

    def __call__(self, verb: str, path: str = "", body: Json | None = None, **query: Any) -> tuple[int, Json]:
        answer = requests.request(verb, self._url + path, json=body, params=query, headers=self._headers, timeout=10)
        return answer.status_code, answer.json() if answer.content else {}

    def listed(self, **query: Any) -> dict[str, str]:
        return {each["id"]: each["status"] for each in self("GET", **query)[1]["items"]}


def _body(recurrence: list[str], **start: str) -> Json:
    times = ({"dateTime": f"2026-11-23T{hour}:00:00", "timeZone": "Europe/Lisbon", **start} for hour in ("09", "10"))
    return {
        "id": SERIES,
        "summary": "Weekly",
        "recurrence": recurrence,
        **dict(zip(("start", "end"), times, strict=True)),
    }


@pytest.mark.parametrize(
    "lines", [["FREQ=WEEKLY"], ["DTSTART:20261123T090000Z", *WEEKLY], ["RRULE:FREQ=SOMETIMES"], [WEEKLY[1]]]
)
def test_a_rule_that_is_none_is_refused(google: Rig, lines: list[str]) -> None:
    status, answer = _Asking(google)("POST", body=_body(lines))
    assert (status, answer["error"]["errors"][0]["reason"]) == (400, "invalid")


def test_a_series_needs_its_zone(google: Rig) -> None:
    body = _body(WEEKLY)
    body["start"] = {"dateTime": "2026-11-23T09:00:00Z"}
    status, answer = _Asking(google)("POST", body=body)
    assert (status, answer["error"]["errors"][0]["reason"]) == (400, "required")


def test_one_of_a_series_is_changed_and_taken_out_alone(google: Rig) -> None:
    asking = _Asking(google)
    assert asking("POST", body=_body(WEEKLY))[0] == 200
    assert asking.listed() == {SERIES: "confirmed"}
    assert asking.listed(singleEvents="true") == {FIRST: "confirmed", THIRD: "confirmed"}
    assert asking("GET", f"/{SERIES}_20261130T090000Z")[0] == 404  # taken out by its EXDATE
    status, moved = asking("PATCH", f"/{FIRST}", {"end": {"dateTime": "2026-11-23T12:00:00Z"}})
    assert (status, moved["recurringEventId"], moved["sequence"]) == (200, SERIES, 1)
    assert moved["originalStartTime"]["dateTime"] == "2026-11-23T09:00:00Z"
    assert asking("DELETE", f"/{THIRD}")[0] == 204
    assert asking("DELETE", f"/{THIRD}")[0] == 410
    assert asking.listed() == {SERIES: "confirmed", FIRST: "confirmed", THIRD: "cancelled"}
    assert asking.listed(singleEvents="true") == {FIRST: "confirmed"}
    assert asking.listed(singleEvents="true", showDeleted="true") == {FIRST: "confirmed", THIRD: "cancelled"}
    assert asking("DELETE", f"/{SERIES}")[0] == 204
    assert asking("GET", f"/{FIRST}")[1]["status"] == "cancelled"
    assert asking.listed(singleEvents="true") == {}


def test_whole_days_repeat_as_days_of_the_calendar(google: Rig) -> None:
    asking = _Asking(google)
    days = {"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}}
    body = {"id": SERIES, **days, "recurrence": ["RRULE:FREQ=DAILY;UNTIL=20261125"]}
    assert asking("POST", body=body)[0] == 200
    assert list(asking.listed(singleEvents="true")) == [f"{SERIES}_202611{day}" for day in (23, 24, 25)]
    start, end = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    [span] = google.calendars.busy(google.token(ANA), [ANA], start, end)[ANA].intervals
    assert span == (datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))

"""FreeBusy through googleapiclient."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.standins.google_setting import ANA, CLEO, Setting, opened, refusal

DAY = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


@pytest.fixture
def ask(setting: Setting) -> Callable[..., Any]:
    service = setting.calendar(setting.connected())

    def asks(*ids: str, **more: Any) -> Any:
        body = {"timeMin": DAY[0], "timeMax": DAY[1], "items": [{"id": one} for one in ids], **more}
        return service.freebusy().query(body=body)

    return asks


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


def test_busy_times_are_merged_and_cut_to_the_window(setting: Setting, ask: Callable[..., Any]) -> None:
    google = setting.google
    google.add_event(ANA, datetime(2026, 11, 22, 23, tzinfo=UTC), _at(1), "Night")
    google.add_event(ANA, _at(9), _at(10), "One")
    google.add_event(ANA, _at(9, 30), _at(11), "Two")
    google.add_event(ANA, _at(11), _at(12), "Three")
    busy = ask(ANA).execute()["calendars"][ANA]["busy"]
    assert [(span["start"][11:16], span["end"][11:16]) for span in busy] == [("00:00", "01:00"), ("09:00", "12:00")]


def test_some_events_keep_nobody_busy(setting: Setting, ask: Callable[..., Any]) -> None:
    google = setting.google
    google.add_event(ANA, _at(8), _at(9), "Free", transparency="transparent")
    google.add_event(ANA, _at(10), _at(11), "No", attendees=[{"email": ANA, "responseStatus": "declined"}])
    google.add_event(ANA, _at(12), _at(13), "Home", eventType="workingLocation")
    google.delete_event(ANA, google.add_event(ANA, _at(14), _at(15), "Gone"))
    assert ask(ANA).execute()["calendars"][ANA]["busy"] == []
    google.add_event(ANA, _at(16), _at(17), "Maybe", attendees=[{"email": ANA, "responseStatus": "tentative"}])
    assert len(ask(ANA).execute()["calendars"][ANA]["busy"]) == 1


def test_a_whole_day_begins_at_the_calendars_midnight(setting: Setting, ask: Callable[..., Any]) -> None:
    setting.google.share(CLEO, ANA, "freeBusyReader")
    setting.google.add_event(CLEO, date(2026, 11, 23), date(2026, 11, 24), "Leave", all_day=True)
    assert ask(CLEO).execute()["calendars"][CLEO]["busy"] == [{"start": DAY[0], "end": "2026-11-23T15:00:00Z"}]
    shown = ask(CLEO, timeZone="Asia/Seoul").execute()["calendars"][CLEO]["busy"]
    assert shown == [{"start": "2026-11-23T09:00:00+09:00", "end": "2026-11-24T00:00:00+09:00"}]


def test_errors_stand_beside_answers(setting: Setting, ask: Callable[..., Any]) -> None:
    team = setting.google.add_calendar(ANA, "Team")
    setting.google.break_calendar(team, "internalError")
    calendars = ask(ANA, team, CLEO, "nothing@acme.example").execute()["calendars"]
    reasons = {key: [error["reason"] for error in value.get("errors", [])] for key, value in calendars.items()}
    assert reasons == {ANA: [], team: ["internalError"], CLEO: ["notFound"], "nothing@acme.example": ["notFound"]}
    setting.google.break_calendar(team, None)
    assert "errors" not in ask(team).execute()["calendars"][team]


def test_fifty_calendars_and_no_more(setting: Setting, ask: Callable[..., Any]) -> None:
    made = [setting.google.add_calendar(ANA, f"Room {number}") for number in range(51)]
    calendars = ask(*made).execute()["calendars"]
    failed = {key: value["errors"][0]["reason"] for key, value in calendars.items() if "errors" in value}
    assert failed == {made[50]: "tooManyCalendarsRequested"}
    assert sum("errors" in value for value in ask(*made, calendarExpansionMax=10).execute()["calendars"].values()) == 41


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timeMin": None}, "required"),
        ({"timeMax": None}, "required"),
        ({"timeMax": DAY[0]}, "timeRangeEmpty"),
        ({"timeMin": "2026-11-23T00:00:00"}, "badRequest"),
        ({"timeMin": "2026-11-23"}, "badRequest"),
        ({"timeMax": "2027-04-01T00:00:00Z"}, "timeRangeTooLong"),
        ({"calendarExpansionMax": 51}, "invalid"),
        ({"timeZone": "Mars/Olympus"}, "invalid"),
        ({"items": [{}]}, "required"),
        ({"calendars": [ANA]}, "invalid"),
    ],
)
def test_a_wrong_question_is_refused(ask: Callable[..., Any], changes: dict[str, Any], reason: str) -> None:
    assert refusal(ask(ANA, **changes)) == (400, reason)

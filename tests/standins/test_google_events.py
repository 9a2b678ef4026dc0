"""Events through googleapiclient: ids, etags, deletions, lists, privacy."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from tests.sandbox.faults import Fault
from tests.standins.google_setting import ANA, CLEO, Setting, opened, refusal


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


@pytest.fixture
def events(setting: Setting) -> Any:
    return setting.calendar(setting.connected()).events()


def _body(**more: Any) -> dict[str, Any]:
    return {"summary": "Review", "start": _at(10), "end": _at(11), **more}


def _at(hour: int, day: int = 23) -> dict[str, str]:
    return {"dateTime": f"2026-11-{day}T{hour:02}:00:00Z"}


def _if(etag: str, request: Any) -> Any:
    request.headers["If-Match"] = etag
    return request


def test_an_event_is_written_read_changed_and_deleted(setting: Setting, events: Any) -> None:
    made = events.insert(calendarId="primary", body=_body()).execute()
    assert (made["status"], made["sequence"], made["organizer"]["self"]) == ("confirmed", 0, True)
    moved = events.patch(calendarId="primary", eventId=made["id"], body={"start": _at(9)}).execute()
    assert (moved["summary"], moved["sequence"]) == ("Review", 1)
    assert moved["etag"] != made["etag"]
    replaced = events.update(calendarId="primary", eventId=made["id"], body={"start": _at(9), "end": _at(11)}).execute()
    assert "summary" not in replaced
    assert [event["id"] for event in setting.google.events(ANA)] == [made["id"]]
    assert events.delete(calendarId="primary", eventId=made["id"]).execute() == ""
    assert setting.google.events(ANA) == []
    assert events.get(calendarId="primary", eventId=made["id"]).execute()["status"] == "cancelled"


def test_an_id_of_ours_is_taken_for_good(setting: Setting, events: Any) -> None:
    events.insert(calendarId="primary", body=_body(id="abcde12345")).execute()
    assert refusal(events.insert(calendarId="primary", body=_body(id="abcde12345"))) == (409, "duplicate")
    setting.google.delete_event(ANA, "abcde12345")
    assert refusal(events.insert(calendarId="primary", body=_body(id="abcde12345"))) == (409, "duplicate")
    for wrong in ("abcd", "abcdw", "ABCDE", "a" * 1025):
        assert refusal(events.insert(calendarId="primary", body=_body(id=wrong))) == (400, "invalid")


def test_of_sixteen_who_write_one_id_at_once_one_wins(setting: Setting) -> None:
    token = {"authorization": f"Bearer {setting.connected().token}"}
    url = f"{setting.url}/calendar/v3/calendars/primary/events"

    def writes(_: int) -> int:
        return requests.post(url, json=_body(id="raced0001"), headers=token, timeout=5).status_code

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(writes, range(16))) == [200] + [409] * 15


def test_what_is_deleted_stays_deleted(events: Any) -> None:
    made = events.insert(calendarId="primary", body=_body()).execute()["id"]
    events.delete(calendarId="primary", eventId=made).execute()
    assert refusal(events.delete(calendarId="primary", eventId=made)) == (410, "deleted")
    assert refusal(events.patch(calendarId="primary", eventId=made, body={"summary": "x"})) == (410, "deleted")
    assert refusal(events.delete(calendarId="primary", eventId="nothing")) == (404, "notFound")
    again = events.patch(calendarId="primary", eventId=made, body={"status": "confirmed"}).execute()
    assert again["status"] == "confirmed"


def test_a_stale_etag_changes_nothing(setting: Setting, events: Any) -> None:
    made = events.insert(calendarId="primary", body=_body()).execute()
    setting.google.change_event(ANA, made["id"], summary="Moved by hand")
    stale, where = made["etag"], {"calendarId": "primary", "eventId": made["id"]}
    assert refusal(_if(stale, events.patch(**where, body={"summary": "x"}))) == (412, "conditionNotMet")
    assert refusal(_if(stale, events.update(**where, body=_body()))) == (412, "conditionNotMet")
    assert refusal(_if(stale, events.delete(**where))) == (412, "conditionNotMet")
    current = events.get(**where).execute()
    assert current["summary"] == "Moved by hand"
    assert _if(current["etag"], events.patch(**where, body={"summary": "y"})).execute()["summary"] == "y"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"start": None}, (400, "required")),
        ({"end": None}, (400, "required")),
        ({"end": _at(9)}, (400, "timeRangeEmpty")),
        ({"end": {"date": "2026-11-24"}}, (400, "invalid")),
        ({"start": {"dateTime": "2026-11-23T10:00:00"}}, (400, "required")),
        ({"start": {"dateTime": "tomorrow"}}, (400, "invalid")),
        ({"start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Europe/Lissabon"}}, (400, "invalid")),
        ({"transparency": "glass"}, (400, "invalid")),
        ({"attendees": [{"displayName": "Ben"}]}, (400, "required")),
        ({"extendedProperties": {"private": {"k" * 45: "v"}}}, (400, "invalid")),
        ({"extendedProperties": {"private": {"key": "v" * 1025}}}, (400, "invalid")),
        ({"colour": "red"}, (400, "invalid")),
        ({"start": {"datetime": "2026-11-23T10:00:00Z"}}, (400, "invalid")),
        ({"sequence": "1"}, (400, "invalid")),
        (
            {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}},
            (400, "cannotUseDefaultRemindersAndSpecifyOverride"),
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    setting: Setting, events: Any, body: dict[str, Any], said: tuple[int, str]
) -> None:
    assert refusal(events.insert(calendarId="primary", body=_body(**body))) == said
    assert setting.google.events(ANA) == []


def test_roles_decide_who_may_write(setting: Setting, events: Any) -> None:
    team = setting.google.add_calendar(CLEO, "Team")
    for role in ("freeBusyReader", "reader"):
        setting.google.share(team, ANA, role)
        assert refusal(events.insert(calendarId=team, body=_body())) == (403, "requiredAccessLevel")
    setting.google.set_role(ANA, team, "writerWithoutPrivateAccess")
    made = events.insert(calendarId=team, body=_body(visibility="private")).execute()
    assert "summary" not in made
    assert refusal(events.delete(calendarId=team, eventId=made["id"])) == (403, "forbidden")
    setting.google.set_role(ANA, team, "writer")
    assert events.get(calendarId=team, eventId=made["id"]).execute()["summary"] == "Review"
    setting.google.set_role(ANA, team, "none")
    assert refusal(events.insert(calendarId=team, body=_body())) == (404, "notFound")


def test_of_somebody_elses_meeting_one_changes_ones_own_copy(setting: Setting, events: Any) -> None:
    start, end = datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC)
    made = setting.google.add_event(ANA, start, end, "Theirs", organizer=CLEO)
    where = {"calendarId": "primary", "eventId": made}
    assert refusal(events.patch(**where, body={"summary": "Mine"})) == (403, "forbiddenForNonOrganizer")
    assert events.patch(**where, body={"transparency": "transparent"}).execute()["transparency"] == "transparent"


def test_conference_data_is_ignored_unless_asked_for(events: Any) -> None:
    wanted = _body(conferenceData={"createRequest": {"requestId": "r1"}})
    assert "conferenceData" not in events.insert(calendarId="primary", body=wanted).execute()
    made = events.insert(calendarId="primary", body=wanted, conferenceDataVersion=1).execute()
    assert made["hangoutLink"] == made["conferenceData"]["entryPoints"][0]["uri"]


def test_times_come_back_in_the_calendars_zone(setting: Setting) -> None:
    cleo = setting.calendar(setting.connected(CLEO)).events()
    made = cleo.insert(calendarId="primary", body=_body()).execute()
    assert made["start"] == {"dateTime": "2026-11-23T19:00:00+09:00", "timeZone": "Asia/Seoul"}
    there = cleo.get(calendarId="primary", eventId=made["id"], timeZone="America/New_York").execute()
    assert there["start"]["dateTime"] == "2026-11-23T05:00:00-05:00"


def test_a_list_is_filtered_ordered_and_paged(setting: Setting, events: Any) -> None:
    for hour in (14, 9, 12):
        body = {"summary": f"at {hour}", "start": _at(hour), "end": _at(hour + 1)}
        body["extendedProperties"] = {"private": {"booking": str(hour % 2)}}
        events.insert(calendarId="primary", body=body).execute()
    setting.google.add_event(ANA, date(2026, 11, 25), date(2026, 11, 26), "Holiday", all_day=True)

    def titles(**query: Any) -> list[str]:
        return [item["summary"] for item in events.list(calendarId="primary", **query).execute()["items"]]

    assert titles(singleEvents=True, orderBy="startTime") == ["at 9", "at 12", "at 14", "Holiday"]
    assert titles(timeMin="2026-11-23T10:00:00Z", timeMax="2026-11-23T14:00:00Z") == ["at 12"]
    assert titles(privateExtendedProperty=["booking=1"]) == ["at 9"]
    assert titles(q="HOLI") == ["Holiday"]
    first = events.list(calendarId="primary", maxResults=3).execute()
    assert "nextSyncToken" not in first
    rest = events.list(calendarId="primary", maxResults=3, pageToken=first["nextPageToken"]).execute()
    assert [item["summary"] for item in rest["items"]] == ["Holiday"]
    assert refusal(events.list(calendarId="primary", orderBy="startTime")) == (400, "badRequest")
    empty = events.list(calendarId="primary", timeMin="2026-11-24T00:00:00Z", timeMax="2026-11-24T00:00:00Z")
    assert refusal(empty) == (400, "timeRangeEmpty")
    assert refusal(events.list(calendarId="primary", timeMin="2026-11-24T00:00:00")) == (400, "badRequest")


def test_incremental_sync_tells_of_deletions_by_id_alone(setting: Setting, events: Any) -> None:
    made = events.insert(calendarId="primary", body=_body()).execute()["id"]
    token = events.list(calendarId="primary").execute()["nextSyncToken"]
    setting.google.delete_event(ANA, made)
    answer = events.list(calendarId="primary", syncToken=token).execute()
    assert [set(item) for item in answer["items"]] == [{"kind", "etag", "id", "status"}]
    assert events.list(calendarId="primary", syncToken=answer["nextSyncToken"]).execute()["items"] == []
    assert refusal(events.list(calendarId="primary", syncToken=token, q="x")) == (400, "invalidParameter")
    setting.google.expire_sync_tokens(calendar_id=ANA)
    assert refusal(events.list(calendarId="primary", syncToken=token)) == (410, "fullSyncRequired")


def test_partial_answers_hold_what_was_asked_for(events: Any) -> None:
    made = events.insert(calendarId="primary", body=_body(), fields="id,start/dateTime").execute()
    assert set(made) == {"id", "start"}
    assert set(made["start"]) == {"dateTime"}
    answer = events.list(calendarId="primary", fields="items(id,organizer(email)),nextPageToken").execute()
    assert answer == {"items": [{"id": made["id"], "organizer": {"email": ANA}}]}
    assert refusal(events.list(calendarId="primary", fields="items(title)")) == (400, "invalidParameter")


def test_a_lost_answer_hides_an_event_that_was_written(setting: Setting, events: Any) -> None:
    """And httplib2 quietly sends the request again."""
    setting.google.script.add(Fault("POST /calendar/v3/calendars/", kind="drop", when="after"))
    assert refusal(events.insert(calendarId="primary", body=_body(id="lost00001"))) == (409, "duplicate")
    assert [event["id"] for event in setting.google.events(ANA)] == ["lost00001"]

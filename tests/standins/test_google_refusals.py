"""Who may call the Calendar API at all, and Google's words for those who may not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from tests.sandbox.faults import Fault
from tests.sandbox.google.discovery import document
from tests.sandbox.google.errors import google_error
from tests.standins.google_setting import ANA, BUSY, EVENTS, LISTS, Setting, opened, refusal

WINDOW = {"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-24T00:00:00Z"}


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


def _get(setting: Setting, path: str = "users/me/calendarList", **headers: str) -> requests.Response:
    return requests.get(f"{setting.url}/calendar/v3/{path}", headers=headers, timeout=5)


def _reason(answer: requests.Response) -> str:
    return str(answer.json()["error"]["errors"][0]["reason"])


def test_without_a_good_token_there_is_a_401_and_a_challenge(setting: Setting) -> None:
    credentials = setting.connected()
    missing = _get(setting)
    assert (missing.status_code, _reason(missing)) == (401, "required")
    assert missing.json()["error"]["details"][0]["reason"] == "CREDENTIALS_MISSING"
    unknown = _get(setting, authorization="Bearer ya29.nothing")
    assert (unknown.status_code, _reason(unknown)) == (401, "authError")
    assert unknown.json()["error"]["status"] == "UNAUTHENTICATED"
    assert 'error="invalid_token"' in unknown.headers["www-authenticate"]
    mine = {"authorization": f"Bearer {credentials.token}"}
    assert _get(setting, **mine).status_code == 200
    setting.clock.advance(timedelta(seconds=3599))
    assert _get(setting, **mine).status_code == 401


def test_the_library_refreshes_by_itself_when_a_token_ends(setting: Setting) -> None:
    lists = setting.calendar(setting.connected()).calendarList()
    setting.google.expire_access_tokens()
    assert lists.list().execute()["items"]
    statuses = [(call.path, call.status) for call in setting.google.journal[-3:]]
    here = "/calendar/v3/users/me/calendarList"
    assert statuses == [(here, 401), ("/token", 200), (here, 200)]
    assert setting.google.journal[-1].account == ANA


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (LISTS, {"calendarList.list", "calendarList.get"}),
        (BUSY, {"freebusy.query"}),
        (EVENTS, {"events.list", "events.insert"}),
        ("https://www.googleapis.com/auth/calendar.events.freebusy", {"freebusy.query", "events.list"}),
        (
            "https://www.googleapis.com/auth/calendar.readonly",
            {"freebusy.query", "events.list", "calendarList.list", "calendarList.get", "calendars.get"},
        ),
    ],
)
def test_each_method_asks_for_its_own_scopes(setting: Setting, scope: str, allowed: set[str]) -> None:
    service = setting.calendar(setting.connected(scopes=["openid", scope]))
    day = {"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}}
    requests_made = {
        "calendarList.list": service.calendarList().list(),
        "calendarList.get": service.calendarList().get(calendarId="primary"),
        "calendars.get": service.calendars().get(calendarId="primary"),
        "freebusy.query": service.freebusy().query(body=WINDOW),
        "events.list": service.events().list(calendarId="primary"),
        "events.insert": service.events().insert(calendarId="primary", body=day),
    }
    for name, request in requests_made.items():
        if name in allowed:
            request.execute()
            continue
        assert refusal(request) == (403, "insufficientPermissions")


def test_owned_scopes_reach_owned_calendars_only(setting: Setting) -> None:
    team = setting.google.add_calendar("cleo@acme.example", "Team")
    setting.google.share(team, ANA, "writer")
    owned = "https://www.googleapis.com/auth/calendar.events.owned"
    events = setting.calendar(setting.connected(scopes=["openid", owned])).events()
    assert events.list(calendarId="primary").execute()["items"] == []
    assert refusal(events.list(calendarId=team)) == (403, "forbidden")


def test_a_disabled_api_is_said_in_both_of_googles_ways(setting: Setting) -> None:
    token = {"authorization": f"Bearer {setting.connected().token}"}
    setting.google.set_project_state("accessNotConfigured")
    older = _get(setting, **token)
    assert (older.status_code, _reason(older)) == (403, "accessNotConfigured")
    assert "details" not in older.json()["error"]
    setting.google.set_project_state("SERVICE_DISABLED")
    newer = _get(setting, **token)
    assert newer.json()["error"]["details"][0]["reason"] == "SERVICE_DISABLED"
    setting.google.set_project_state("ok")
    setting.google.set_account_state(ANA, "not_a_calendar_user")
    assert _reason(_get(setting, **token)) == "notACalendarUser"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("colour=red", 400),
        ("maxResults=0", 400),
        ("maxResults=ten", 400),
        ("maxResults=5&maxResults=6", 400),
        ("showDeleted=yes", 400),
        ("minAccessRole=boss", 400),
        ("alt=media", 400),
        ("fields=items(", 400),
        ("prettyPrint=false&quotaUser=ana&fields=items/id", 200),
    ],
)
def test_parameters_are_those_of_the_discovery_document(setting: Setting, query: str, status: int) -> None:
    token = {"authorization": f"Bearer {setting.connected().token}"}
    assert _get(setting, f"users/me/calendarList?{query}", **token).status_code == status


def test_bodies_are_json_objects(setting: Setting) -> None:
    headers = {"authorization": f"Bearer {setting.connected().token}", "content-type": "application/json"}
    for raw in (b"{", b"[]", b"\xff", b"[" * 100_000, b""):
        answer = requests.post(f"{setting.url}/calendar/v3/freeBusy", data=raw, headers=headers, timeout=5)
        assert (answer.status_code, _reason(answer)) == (400, "parseError")


def test_a_get_that_is_too_long_comes_as_a_post(setting: Setting) -> None:
    """The library does so by itself beyond 2,048 characters."""
    events = setting.calendar(setting.connected()).events()
    wanted = [f"key{number}={'v' * 100}" for number in range(30)]
    assert events.list(calendarId="primary", privateExtendedProperty=wanted).execute()["items"] == []
    assert setting.google.journal[-1].method == "POST"


def test_odd_ids_arrive_whole(setting: Setting) -> None:
    odd = "en.uk#holiday/50%@group.v.calendar.google.com"
    setting.google.add_calendar(ANA, "Holidays", calendar_id=odd, role="reader")
    service = setting.calendar(setting.connected())
    assert service.calendarList().get(calendarId=odd).execute()["id"] == odd
    assert service.events().list(calendarId=odd).execute()["accessRole"] == "reader"


def test_what_does_not_exist_is_a_404_and_what_is_left_out_says_so(setting: Setting) -> None:
    token = {"authorization": f"Bearer {setting.connected().token}"}
    assert _get(setting, "users/me/nothing", **token).status_code == 404
    full = setting.connected(scopes=["https://www.googleapis.com/auth/calendar"])
    with pytest.raises(HttpError) as refused:
        setting.calendar(full).acl().list(calendarId="primary").execute()
    assert refused.value.status_code == 501


def test_quota_is_scripted(setting: Setting) -> None:
    lists = setting.calendar(setting.connected()).calendarList()
    said = google_error(403, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
    setting.google.script.add(Fault("GET /calendar/v3/users/me/calendarList", status=403, body=said))
    assert refusal(lists.list()) == (403, "rateLimitExceeded")
    assert lists.list().execute()["items"]


def test_the_revision_is_the_one_the_notes_were_taken_from() -> None:
    """When the client library brings a newer document, read what changed before going on."""
    document_now: dict[str, Any] = document()
    assert document_now["revision"] >= "20261030"

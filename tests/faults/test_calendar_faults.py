"""faults.md 1.3, through googleapiclient: what a call to Google Calendar can meet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.faults import Blame
from bot.google.calendar import GoogleCalendars
from bot.google.transport import Transport
from bot.ports import AccessToken
from tests.faults.rows import CANARY, LINE_ROWS, Row, answers, closed_port, meets, untrusted_server
from tests.google.rig import ANA, Rig
from tests.sandbox.faults import Fault
from tests.sandbox.google.errors import error_info, google_error

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
TOKEN = AccessToken("ya29.canary-access", NINE, frozenset())
CALENDAR = "canary-calendar@group.calendar.example"
TITLE = "Canary title"
SECRETS = (TOKEN.value, CALENDAR, TITLE)
EVENT = "bot0123456789"


def api(status: int, reason: str, *, detail: str | None = None, domain: str = "global") -> Fault:
    told = None if detail is None else error_info(detail)
    return answers(status, google_error(status, reason, CANARY, domain=domain, detail=told))


def details_only(status: int, reason: str) -> Fault:
    """The newer shape, without ``errors``."""
    return answers(status, {"error": {"code": status, "message": CANARY, "details": [error_info(reason)]}})


ROWS = (
    *LINE_ROWS,
    Row("400 timeRangeEmpty", api(400, "timeRangeEmpty"), Blame.BUG, "bad_request", alert=True),
    Row("400 invalid", api(400, "invalid"), Blame.BUG, "bad_request", alert=True),
    Row("400 required", api(400, "required"), Blame.BUG, "bad_request", alert=True),
    Row("401 authError", api(401, "authError"), Blame.EMPLOYEE, "grant_dead"),
    Row("403 rateLimitExceeded", api(403, "rateLimitExceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("403 userRateLimitExceeded", api(403, "userRateLimitExceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("403 RATE_LIMIT_EXCEEDED", details_only(403, "RATE_LIMIT_EXCEEDED"), Blame.TRANSIENT, "rate_limited"),
    Row("429", api(429, "rateLimitExceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("403 quotaExceeded", api(403, "quotaExceeded"), Blame.TRANSIENT, "quota_exceeded", alert=True),
    Row("403 dailyLimitExceeded", api(403, "dailyLimitExceeded"), Blame.TRANSIENT, "quota_exceeded", alert=True),
    Row("403 accessNotConfigured", api(403, "accessNotConfigured"), Blame.OPERATOR, "api_disabled"),
    Row(
        "403 SERVICE_DISABLED beside another reason",
        api(403, "forbidden", detail="SERVICE_DISABLED"),
        Blame.OPERATOR,
        "api_disabled",
    ),
    Row("403 SERVICE_DISABLED alone", details_only(403, "SERVICE_DISABLED"), Blame.OPERATOR, "api_disabled"),
    Row("403 BILLING_DISABLED", details_only(403, "BILLING_DISABLED"), Blame.OPERATOR, "api_disabled"),
    Row("403 insufficientPermissions", api(403, "insufficientPermissions"), Blame.EMPLOYEE, "permission_missing"),
    Row(
        "403 ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        details_only(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        Blame.EMPLOYEE,
        "permission_missing",
    ),
    Row("403 requiredAccessLevel", api(403, "requiredAccessLevel"), Blame.RESOURCE, "no_write_access"),
    Row("403 forbidden", api(403, "forbidden"), Blame.RESOURCE, "no_write_access"),
    Row("403 forbiddenForNonOrganizer", api(403, "forbiddenForNonOrganizer"), Blame.RESOURCE, "not_organizer"),
    Row("403 notACalendarUser", api(403, "notACalendarUser"), Blame.WORKSPACE_ADMIN, "calendar_service_off"),
    Row("403 domainPolicy", api(403, "domainPolicy"), Blame.WORKSPACE_ADMIN, "calendar_service_off"),
    Row("403 for a reason nobody has seen yet", api(403, "brandNew"), Blame.TRANSIENT, "unknown", alert=True),
    Row("404 notFound", api(404, "notFound"), Blame.RESOURCE, "not_found"),
    Row("409 duplicate", api(409, "duplicate"), Blame.RESOURCE, "duplicate"),
    Row("410 deleted", api(410, "deleted"), Blame.RESOURCE, "gone"),
    Row("410 fullSyncRequired", api(410, "fullSyncRequired"), Blame.RESOURCE, "gone"),
    Row("412 conditionNotMet", api(412, "conditionNotMet"), Blame.RESOURCE, "changed_meanwhile"),
    Row("500 backendError", api(500, "backendError"), Blame.TRANSIENT, "server_error"),
    Row("503 JSON", api(503, "backendError"), Blame.TRANSIENT, "server_error"),
    Row("an error that is a word", answers(403, {"error": "forbidden"}), Blame.TRANSIENT, "unknown", alert=True),
    Row("401 with an error that is a word", answers(401, {"error": "unauthorized"}), Blame.TRANSIENT, "unknown", True),
    Row("an error that is a list", answers(403, {"error": [CANARY]}), Blame.TRANSIENT, "garbage", alert=True),
    Row("a list of errors", answers(403, f'[{{"error": "{CANARY}"}}]'), Blame.TRANSIENT, "garbage", alert=True),
    Row(
        "errors that are none",
        answers(403, {"error": {"errors": CANARY, "message": 7}}),
        Blame.TRANSIENT,
        "unknown",
        True,
    ),
    Row(
        "an answer of another kind", answers(200, {"kind": CANARY, "id": EVENT}), Blame.TRANSIENT, "garbage", alert=True
    ),
)


@pytest.fixture
def calendars(google: Rig) -> GoogleCalendars:
    """One for the whole table, so most rows meet a connection that was used before, as most calls do."""
    return google.calendars


def writing(calendars: GoogleCalendars) -> Callable[[], None]:
    return lambda: calendars.insert_private_event(TOKEN, CALENDAR, EVENT, TITLE, NINE, TEN)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_write_meets(google: Rig, calendars: GoogleCalendars, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault befalls one request only: one sent again by itself would meet another answer."""
    google.script.add(replace(row.fault, where="POST /calendar/v3/calendars"))
    calls = len(google.standin.journal)
    if row.says == "409 duplicate":  # asks whether the one that is there is ours
        google.script.add(replace(answers(200, {"kind": "calendar#event", "id": EVENT}), where="GET /calendar"))
    meets(row, writing(calendars), SECRETS, caplog)
    assert len(google.standin.journal) == calls


@pytest.mark.parametrize("row", LINE_ROWS, ids=str)
def test_a_list_meets(google: Rig, calendars: GoogleCalendars, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    google.script.add(replace(row.fault, where="calendarList"))
    meets(row, lambda: calendars.entries(TOKEN), SECRETS, caplog)


@pytest.mark.parametrize("row", LINE_ROWS, ids=str)
def test_free_busy_meets(google: Rig, calendars: GoogleCalendars, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    google.script.add(replace(row.fault, where="freeBusy"))
    meets(row, lambda: calendars.busy(TOKEN, [CALENDAR], NINE, TEN), SECRETS, caplog)


DELETE_ROWS = tuple(row for row in LINE_ROWS if row.says != "200 empty")


@pytest.mark.parametrize("row", DELETE_ROWS, ids=str)
def test_a_deletion_meets(google: Rig, calendars: GoogleCalendars, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    """A proxy's 404 is not Google's: the event may still be there."""
    google.script.add(replace(row.fault, where="DELETE /calendar"))
    meets(row, lambda: calendars.delete_event(TOKEN, CALENDAR, EVENT), SECRETS, caplog)


@pytest.mark.parametrize(
    "body",
    [
        {"items": "x"},
        {"items": [{"accessRole": "owner"}]},
        {"items": ["x"]},
        {"items": [{"id": 7, "accessRole": "owner"}]},
    ],
)
def test_a_list_of_anything_else_is_no_list(
    google: Rig, calendars: GoogleCalendars, body: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    row = Row("list", answers(200, body), Blame.TRANSIENT, "garbage", alert=True)
    google.script.add(replace(row.fault, where="calendarList"))
    meets(row, lambda: calendars.entries(TOKEN), SECRETS, caplog)


def test_a_write_nobody_answers(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    row = Row("hang", Fault("POST /calendar", kind="hang", seconds=1.0), Blame.TRANSIENT, "timeout")
    google.script.add(row.fault)
    transport = Transport(read=0.1)
    meets(row, writing(GoogleCalendars(f"{google.base_url}/calendar/v3/", transport)), SECRETS, caplog)
    transport.close()


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "https://127.0.0.1:{port}"])
def test_a_write_where_nobody_listens(address: str, caplog: pytest.LogCaptureFixture) -> None:
    row = Row("refused", Fault(""), Blame.TRANSIENT, "network")
    transport = Transport()
    calendars = GoogleCalendars(f"{address.format(port=closed_port())}/calendar/v3/", transport)
    meets(row, writing(calendars), SECRETS, caplog)
    transport.close()


def test_a_write_through_somebody_who_is_not_google(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    row = Row("interception", Fault(""), Blame.OPERATOR, "certificate")
    transport = Transport()
    with untrusted_server(tmp_path) as address:
        meets(row, writing(GoogleCalendars(f"{address}/calendar/v3/", transport)), SECRETS, caplog)
    transport.close()


def test_a_token_that_would_split_a_header_is_not_sent(
    google: Rig, calendars: GoogleCalendars, caplog: pytest.LogCaptureFixture
) -> None:
    row = Row("header", Fault(""), Blame.TRANSIENT, "garbage", alert=True)
    token = replace(TOKEN, value=f"{TOKEN.value}\r\nX-Other: 1")
    calls = len(google.standin.journal)
    meets(row, lambda: calendars.entries(token), SECRETS, caplog)
    assert len(google.standin.journal) == calls


# --- the same, refused by the stand-in itself ---


def test_google_refuses_as_scripted(google: Rig, calendars: GoogleCalendars, caplog: pytest.LogCaptureFixture) -> None:
    """The stand-in's own words, in both shapes of a disabled API, and for tokens it does not know."""
    token = google.token(ANA)
    dead = Row("unknown token", Fault(""), Blame.EMPLOYEE, "grant_dead")
    meets(dead, lambda: calendars.entries(TOKEN), SECRETS, caplog)
    off = Row("api off", Fault(""), Blame.OPERATOR, "api_disabled")
    for state in ("accessNotConfigured", "SERVICE_DISABLED"):
        google.standin.set_project_state(state)
        meets(off, lambda: calendars.entries(token), (token.value,), caplog)
    google.standin.set_project_state("ok")
    unseen = Row("not shared", Fault(""), Blame.RESOURCE, "not_found")
    write = (token, "nobody@acme.example", EVENT, TITLE, NINE, TEN)
    meets(unseen, lambda: calendars.insert_private_event(*write), (token.value, TITLE), caplog)

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
from tests.faults.rows import CANARY, LINE_ROWS, WAIT_ROWS, Row, answers, closed_port, meets, untrusted_server
from tests.google.rig import Rig
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


PROJECT = (Blame.OPERATOR, "api_disabled", False, "google_project_api")
UNKNOWN = (Blame.TRANSIENT, "unknown", True)

ROWS = (
    *LINE_ROWS,
    *WAIT_ROWS,
    Row("400 timeRangeEmpty", api(400, "timeRangeEmpty"), Blame.BUG, "bad_request", alert=True),
    Row("400 invalid", api(400, "invalid"), Blame.BUG, "bad_request", alert=True),
    Row("400 required", api(400, "required"), Blame.BUG, "bad_request", alert=True),
    Row("401 authError", api(401, "authError"), Blame.EMPLOYEE, "grant_dead"),
    Row("401 in details only", details_only(401, "ACCESS_TOKEN_EXPIRED"), Blame.EMPLOYEE, "grant_dead"),
    Row("401 of an account that is disabled", details_only(401, "ACCOUNT_STATE_INVALID"), Blame.EMPLOYEE, "grant_dead"),
    Row("401 without a reason", answers(401, {"error": {"code": 401}}), Blame.EMPLOYEE, "grant_dead"),
    Row("401 after a proxy took the token away", api(401, "required", detail="CREDENTIALS_MISSING"), *UNKNOWN),
    Row("401 for a reason nobody has seen yet", api(401, "brandNew"), *UNKNOWN),
    Row("401 of our web address", api(401, "push.webhookUrlUnauthorized"), Blame.OPERATOR, "webhook_refused"),
    Row("400 of our web address", api(400, "push.webhookUrlNotHttps"), Blame.OPERATOR, "webhook_refused"),
    Row(
        "400 pushNotSupportedForRequestedResource",
        api(400, "pushNotSupportedForRequestedResource"),
        Blame.IGNORE,
        "push_not_supported",
    ),
    Row("400 channelIdNotUnique", api(400, "channelIdNotUnique"), Blame.BUG, "channel_id_not_unique", alert=True),
    Row("404 channelNotFound", api(404, "channelNotFound"), Blame.IGNORE, "channel_gone"),
    Row("403 rateLimitExceeded", api(403, "rateLimitExceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("403 userRateLimitExceeded", api(403, "userRateLimitExceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("403 RATE_LIMIT_EXCEEDED", details_only(403, "RATE_LIMIT_EXCEEDED"), Blame.TRANSIENT, "rate_limited"),
    Row("429", api(429, "rateLimitExceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("403 quotaExceeded", api(403, "quotaExceeded"), Blame.TRANSIENT, "quota_exceeded", alert=True),
    Row("403 dailyLimitExceeded", api(403, "dailyLimitExceeded"), Blame.TRANSIENT, "quota_exceeded", alert=True),
    Row("403 accessNotConfigured", api(403, "accessNotConfigured"), *PROJECT),
    Row("403 SERVICE_DISABLED beside another", api(403, "forbidden", detail="SERVICE_DISABLED"), *PROJECT),
    Row("403 SERVICE_DISABLED alone", details_only(403, "SERVICE_DISABLED"), *PROJECT),
    Row("403 BILLING_DISABLED", details_only(403, "BILLING_DISABLED"), *PROJECT),
    Row("403 CONSUMER_SUSPENDED", details_only(403, "CONSUMER_SUSPENDED"), *PROJECT),
    Row("403 insufficientPermissions", api(403, "insufficientPermissions"), Blame.EMPLOYEE, "permission_missing"),
    Row(
        "403 ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        details_only(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        Blame.EMPLOYEE,
        "permission_missing",
    ),
    Row(
        "403 in both places",
        api(403, "insufficientPermissions", detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        Blame.EMPLOYEE,
        "permission_missing",
    ),
    Row("403 requiredAccessLevel", api(403, "requiredAccessLevel"), Blame.RESOURCE, "no_write_access"),
    Row("403 forbidden", api(403, "forbidden"), Blame.RESOURCE, "no_write_access"),
    Row("403 forbiddenForNonOrganizer", api(403, "forbiddenForNonOrganizer"), Blame.RESOURCE, "not_organizer"),
    Row("403 notACalendarUser", api(403, "notACalendarUser"), Blame.WORKSPACE_ADMIN, "calendar_service_off"),
    Row("403 domainPolicy", api(403, "domainPolicy"), Blame.WORKSPACE_ADMIN, "calendar_service_off"),
    Row(
        "403 USER_BLOCKED_BY_ADMIN",
        details_only(403, "USER_BLOCKED_BY_ADMIN"),
        Blame.WORKSPACE_ADMIN,
        "calendar_service_off",
    ),
    Row("403 for a reason nobody has seen yet", api(403, "brandNew"), *UNKNOWN),
    Row("403 forbidden for a reason nobody has seen yet", api(403, "forbidden", detail="BRAND_NEW"), *UNKNOWN),
    Row("403 without a reason", answers(403, {"error": {"code": 403, "message": CANARY}}), *UNKNOWN),
    Row("404 notFound", api(404, "notFound"), Blame.RESOURCE, "not_found"),
    Row("404 without a reason", answers(404, {"error": {"code": 404}}), Blame.RESOURCE, "not_found"),
    Row("404 for a reason nobody has seen yet", api(404, "brandNew"), *UNKNOWN),
    Row("409 duplicate", api(409, "duplicate"), Blame.RESOURCE, "duplicate"),
    Row("409 conflict", api(409, "conflict"), Blame.TRANSIENT, "conflict"),
    Row("410 deleted", api(410, "deleted"), Blame.RESOURCE, "gone"),
    Row("410 fullSyncRequired", api(410, "fullSyncRequired"), Blame.IGNORE, "full_sync_required"),
    Row("410 updatedMinTooLongAgo", api(410, "updatedMinTooLongAgo"), Blame.IGNORE, "full_sync_required"),
    Row("412 conditionNotMet", api(412, "conditionNotMet"), Blame.RESOURCE, "changed_meanwhile"),
    Row("500 backendError", api(500, "backendError"), Blame.TRANSIENT, "server_error"),
    Row("502 JSON", answers(502, {"error": {"code": 502}}), Blame.TRANSIENT, "server_error"),
    Row("503 JSON", api(503, "backendError"), Blame.TRANSIENT, "server_error"),
    Row("504 JSON", answers(504, {"error": {"code": 504}}), Blame.TRANSIENT, "server_error"),
    Row("503 with an employee's reason", api(503, "insufficientPermissions"), Blame.TRANSIENT, "server_error"),
    Row("an error that is a word", answers(403, {"error": "forbidden"}), Blame.TRANSIENT, "unknown", alert=True),
    Row("401 with an error that is a word", answers(401, {"error": "unauthorized"}), *UNKNOWN),
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
def test_asking_what_changed_meets(
    google: Rig, calendars: GoogleCalendars, row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    """No trouble on the line is taken for a list that has to be read anew: a second question would find another."""
    google.script.add(replace(row.fault, where="calendarList"))
    calls = len(google.standin.journal)
    meets(row, lambda: calendars.changes(TOKEN, "CAIQ"), SECRETS, caplog)
    assert len(google.standin.journal) == calls


@pytest.mark.parametrize("row", LINE_ROWS, ids=str)
def test_asking_for_an_entry_meets(
    google: Rig, calendars: GoogleCalendars, row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    google.script.add(replace(row.fault, where="calendarList"))
    meets(row, lambda: calendars.entry(TOKEN, CALENDAR), SECRETS, caplog)


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
    row = Row("interception", Fault(""), Blame.OPERATOR, "certificate", breaker="egress")
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

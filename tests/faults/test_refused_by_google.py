"""The rows again, refused by the strict stand-in itself and in Google's words: nothing here is scripted."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.faults import Blame
from bot.ports import AccessToken, Busy
from tests.faults.rows import Row, meets
from tests.google.rig import ANA, BEN, NONCE, VERIFIER, Rig, running
from tests.sandbox.faults import Fault
from tests.sandbox.google.model import ProjectState

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
EVENT = "bot0123456789"
Deed = Callable[[Rig], object]
UNKNOWN_TOKEN = AccessToken("ya29.canary-access", NINE, frozenset())


def row(blame: Blame, code: str, *, alert: bool = False, breaker: str | None = None) -> Row:
    return Row(code, Fault(""), blame, code, alert, breaker)


def grant_of(google: Rig, email: str) -> str:
    token = google.connects(email).refresh_token
    assert token is not None
    return token


@pytest.fixture
def google() -> Iterator[Rig]:
    """A stand-in of its own: these tests change the world, and not only what the next answer is."""
    with running() as rig:
        yield rig


# --- refresh ---


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (lambda google: google.standin.revoke(ANA), row(Blame.EMPLOYEE, "grant_dead")),
        (lambda google: google.standin.expire_grant(ANA), row(Blame.EMPLOYEE, "grant_dead")),
        (lambda google: google.standin.set_account_state(ANA, "disabled"), row(Blame.EMPLOYEE, "grant_dead")),
        (lambda google: google.standin.set_account_state(ANA, "deleted"), row(Blame.EMPLOYEE, "grant_dead")),
        (lambda google: google.standin.end_session(ANA), row(Blame.WORKSPACE_ADMIN, "session_expired")),
        (lambda google: google.standin.block_app(email=ANA), row(Blame.WORKSPACE_ADMIN, "admin_policy_enforced")),
        (
            lambda google: google.standin.block_app(domain="acme.example"),
            row(Blame.WORKSPACE_ADMIN, "admin_policy_enforced"),
        ),
        (
            lambda google: google.standin.rotate_client_secret(),
            row(Blame.OPERATOR, "invalid_client", breaker="google_client"),
        ),
        *(
            (
                lambda google, state=state: google.standin.set_client_state(state),
                row(Blame.OPERATOR, state, breaker="google_client"),
            )
            for state in ("deleted_client", "disabled_client", "unauthorized_client", "invalid_client")
        ),
    ],
)
def test_a_refresh_is_refused(google: Rig, deed: Deed, expected: Row, caplog: pytest.LogCaptureFixture) -> None:
    grant = grant_of(google, ANA)
    deed(google)
    meets(expected, lambda: google.consent.refresh(grant), (grant,), caplog)


def test_a_refresh_of_nothing_is_a_bug_of_ours(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    meets(row(Blame.BUG, "invalid_request", alert=True), lambda: google.consent.refresh(""), (), caplog)


# --- exchange ---


def after_eleven_minutes(google: Rig) -> None:
    google.clock.advance(timedelta(minutes=11))


@pytest.mark.parametrize(
    ("deed", "verifier", "expected"),
    [
        (lambda _: None, VERIFIER[::-1], row(Blame.EMPLOYEE, "code_rejected")),
        (after_eleven_minutes, VERIFIER, row(Blame.EMPLOYEE, "code_rejected")),
        (
            lambda google: google.standin.rotate_client_secret(),
            VERIFIER,
            row(Blame.OPERATOR, "invalid_client", breaker="google_client"),
        ),
        (
            lambda google: google.standin.set_client_state("deleted_client"),
            VERIFIER,
            row(Blame.OPERATOR, "deleted_client", breaker="google_client"),
        ),
    ],
)
def test_an_exchange_is_refused(
    google: Rig, deed: Deed, verifier: str, expected: Row, caplog: pytest.LogCaptureFixture
) -> None:
    code = google.code(ANA)
    deed(google)
    meets(
        expected,
        lambda: google.consent.exchange(code=code, verifier=verifier, nonce=NONCE),
        (code, verifier),
        caplog,
    )


def test_a_code_used_before_is_refused(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    code = google.code(ANA)
    google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    again = row(Blame.EMPLOYEE, "code_rejected")
    meets(again, lambda: google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE), (code,), caplog)


# --- calendar ---


def listing(google: Rig, token: AccessToken) -> Callable[[], object]:
    return lambda: google.calendars.entries(token)


def writing(google: Rig, token: AccessToken, calendar: str) -> Callable[[], object]:
    return lambda: google.calendars.insert_private_event(token, calendar, EVENT, "Canary title", NINE, TEN)


def test_a_token_google_does_not_know(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    meets(row(Blame.EMPLOYEE, "grant_dead"), listing(google, UNKNOWN_TOKEN), (UNKNOWN_TOKEN.value,), caplog)


@pytest.mark.parametrize(
    "deed",
    [
        lambda google: google.standin.revoke(ANA),
        lambda google: google.standin.expire_access_tokens(),
        lambda google: google.standin.set_account_state(ANA, "disabled"),
        lambda google: google.standin.set_account_state(ANA, "deleted"),
    ],
)
def test_a_token_that_died(google: Rig, deed: Deed, caplog: pytest.LogCaptureFixture) -> None:
    token = google.token(ANA)
    deed(google)
    meets(row(Blame.EMPLOYEE, "grant_dead"), listing(google, token), (token.value,), caplog)


@pytest.mark.parametrize("state", ["accessNotConfigured", "SERVICE_DISABLED"])
def test_an_api_that_is_off_in_either_shape(google: Rig, state: ProjectState, caplog: pytest.LogCaptureFixture) -> None:
    token = google.token(ANA)
    google.standin.set_project_state(state)
    off = row(Blame.OPERATOR, "api_disabled", breaker="google_project_api")
    meets(off, listing(google, token), (token.value,), caplog)


def test_a_person_without_google_calendar(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    token = google.token(ANA)
    google.standin.set_account_state(ANA, "not_a_calendar_user")
    meets(row(Blame.WORKSPACE_ADMIN, "calendar_service_off"), listing(google, token), (token.value,), caplog)


def test_a_box_that_was_left_unticked(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    code = google.code(ANA, scopes=[])
    token = google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE).access
    meets(row(Blame.EMPLOYEE, "permission_missing"), listing(google, token), (token.value,), caplog)


def test_a_calendar_that_can_only_be_read(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    team, token = google.standin.add_calendar(BEN, "Team"), google.token(ANA)
    google.standin.share(team, ANA, "writer")
    google.standin.set_role(ANA, team, "reader")
    meets(row(Blame.RESOURCE, "no_write_access"), writing(google, token, team), (token.value,), caplog)


def test_a_calendar_that_is_gone_or_was_never_shared(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    gone, token = google.standin.add_calendar(ANA, "Gone"), google.token(ANA)
    google.standin.delete_calendar(gone)
    for calendar in (gone, google.standin.add_calendar(BEN, "Ben's own"), "nobody@acme.example"):
        meets(row(Blame.RESOURCE, "not_found"), writing(google, token, calendar), (token.value,), caplog)


def test_an_id_that_is_taken(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    calendar, token = google.standin.add_calendar(ANA, "Ana"), google.token(ANA)
    google.standin.add_event(calendar, NINE, TEN, "Theirs", id=EVENT)
    meets(row(Blame.RESOURCE, "duplicate"), writing(google, token, calendar), (token.value,), caplog)


def test_a_minutes_quota_that_is_used_up(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    token = google.token(ANA)
    google.standin.quota.enforce(user=2)
    for _ in range(2):
        google.calendars.entries(token)
    meets(row(Blame.TRANSIENT, "rate_limited"), listing(google, token), (token.value,), caplog)


def test_a_days_quota_that_is_used_up(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    token = google.token(ANA)
    google.standin.quota.enforce(day=0)
    spent = row(Blame.TRANSIENT, "quota_exceeded", alert=True)
    meets(spent, listing(google, token), (token.value,), caplog)


def test_a_time_that_ends_before_it_begins(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    token = google.token(ANA)
    ours = row(Blame.BUG, "bad_request", alert=True)
    meets(ours, lambda: google.calendars.busy(token, [ANA], TEN, NINE), (token.value,), caplog)


@pytest.mark.parametrize("reason", ["notFound", "internalError", "tooManyCalendarsRequested", "groupTooBig"])
def test_a_calendar_free_busy_cannot_tell_of_is_unknown(google: Rig, reason: str) -> None:
    """An answer of 200 with errors inside: no fault, and never free."""
    fine, broken = google.standin.add_calendar(ANA, "Fine"), google.standin.add_calendar(ANA, "Broken")
    google.standin.break_calendar(broken, reason)
    assert google.calendars.busy(google.token(ANA), [fine, broken], NINE, TEN) == {
        fine: Busy(),
        broken: Busy(unknown=reason),
    }

"""faults.md 1.2, through google-auth: what a refresh can meet."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.faults import Blame
from tests.faults.rows import CANARY, LINE_ROWS, WAIT_ROWS, Row, answers, closed_port, meets, oauth, untrusted_server
from tests.google.rig import Rig
from tests.sandbox.faults import Fault

GRANT = "1//0canary-refresh-token"
SECRET = "GOCSPX-canary-secret"
SECRETS = (GRANT, SECRET)

UNKNOWN = (Blame.TRANSIENT, "unknown", True)

ROWS = (
    *LINE_ROWS,
    *WAIT_ROWS,
    Row("revoked, expired or deleted", oauth(400, "invalid_grant"), Blame.EMPLOYEE, "grant_dead"),
    Row(
        "invalid_rapt",
        oauth(400, "invalid_grant", error_subtype="invalid_rapt"),
        Blame.WORKSPACE_ADMIN,
        "session_expired",
    ),
    Row(
        "rapt_required",
        oauth(400, "invalid_grant", error_subtype="rapt_required"),
        Blame.WORKSPACE_ADMIN,
        "session_expired",
    ),
    Row("admin_policy_enforced", oauth(400, "admin_policy_enforced"), Blame.WORKSPACE_ADMIN, "admin_policy_enforced"),
    Row(
        "admin_policy_enforced as a subtype",
        oauth(400, "invalid_grant", error_subtype="admin_policy_enforced"),
        Blame.WORKSPACE_ADMIN,
        "admin_policy_enforced",
    ),
    Row("invalid_rapt as an error", oauth(400, "invalid_rapt"), Blame.WORKSPACE_ADMIN, "session_expired"),
    Row("rapt_required as an error", oauth(400, "rapt_required"), Blame.WORKSPACE_ADMIN, "session_expired"),
    Row("a subtype nobody has seen yet", oauth(400, "invalid_grant", error_subtype="brand_new"), *UNKNOWN),
    Row("a subtype that is markup", oauth(400, "invalid_grant", error_subtype=f"<b>{CANARY}</b>"), *UNKNOWN),
    Row("invalid_scope", oauth(400, "invalid_scope"), Blame.BUG, "invalid_scope", alert=True),
    Row("invalid_request", oauth(400, "invalid_request"), Blame.BUG, "invalid_request", alert=True),
    Row("unsupported_grant_type", oauth(400, "unsupported_grant_type"), Blame.BUG, "unsupported_grant_type", True),
    *(
        Row(error, oauth(401, error), Blame.OPERATOR, error, breaker="google_client")
        for error in ("invalid_client", "deleted_client", "disabled_client", "unauthorized_client")
    ),
    Row(
        "invalid_client with a subtype",
        oauth(401, "invalid_client", error_subtype="invalid_rapt"),
        *(Blame.OPERATOR, "invalid_client"),
        breaker="google_client",
    ),
    Row("org_internal", oauth(403, "org_internal"), *UNKNOWN),
    Row("access_denied", oauth(403, "access_denied"), *UNKNOWN),
    Row("503 with invalid_grant", oauth(503, "invalid_grant"), Blame.TRANSIENT, "server_error"),
    Row("429 with invalid_grant", oauth(429, "invalid_grant"), Blame.TRANSIENT, "rate_limited"),
    Row("403 in the shape of the APIs", answers(403, {"error": {"code": 403, "message": CANARY}}), *UNKNOWN),
    Row("429 JSON", oauth(429, "rate_limit_exceeded"), Blame.TRANSIENT, "rate_limited"),
    Row("500 JSON of OAuth", oauth(500, "internal_failure"), Blame.TRANSIENT, "server_error"),
    Row("503 with an unknown error", oauth(503, "backend_error"), Blame.TRANSIENT, "server_error"),
    Row("an error nobody has seen yet", oauth(400, "brand_new_error"), Blame.TRANSIENT, "unknown", alert=True),
    Row("an error that is markup", oauth(400, f"<b>{CANARY}</b>"), Blame.TRANSIENT, "unknown", alert=True),
    Row(
        "200 without a token", answers(200, {"token_type": "Bearer", "scope": CANARY}), Blame.TRANSIENT, "garbage", True
    ),
    Row("200 with an error", oauth(200, "invalid_grant"), Blame.EMPLOYEE, "grant_dead"),
    Row("a token that is a number", answers(200, {"access_token": 17}), Blame.TRANSIENT, "garbage", alert=True),
    Row(
        "a token that would split a header",
        answers(200, {"access_token": f"{CANARY}\r\nX-Other: 1", "expires_in": 3600}),
        Blame.TRANSIENT,
        "garbage",
        alert=True,
    ),
    Row(
        "a lifetime that is a word",
        answers(200, {"access_token": CANARY, "expires_in": "soon"}),
        Blame.TRANSIENT,
        "garbage",
        alert=True,
    ),
    Row(
        "scopes that are a list",
        answers(200, {"access_token": CANARY, "expires_in": 3600, "scope": [CANARY]}),
        Blame.TRANSIENT,
        "garbage",
        alert=True,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_refresh_meets(google: Rig, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault befalls one request only: a library that tried again by itself would meet another answer."""
    consent = google.consent_of([SECRET])
    google.script.add(replace(row.fault, where="POST /token"))
    calls = len(google.standin.journal)
    meets(row, lambda: consent.refresh(GRANT), SECRETS, caplog)
    assert len(google.standin.journal) == calls
    consent.close()


def test_a_refresh_nobody_answers(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    row = Row("hang", Fault("POST /token", kind="hang", seconds=1.0), Blame.TRANSIENT, "timeout")
    consent = google.consent_of([SECRET], read=0.1)
    google.script.add(row.fault)
    meets(row, lambda: consent.refresh(GRANT), SECRETS, caplog)
    consent.close()


def test_a_refresh_where_nobody_listens(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    row = Row("refused", Fault(""), Blame.TRANSIENT, "network")
    consent = google.consent_of([SECRET], token_uri=f"http://127.0.0.1:{closed_port()}/token")
    meets(row, lambda: consent.refresh(GRANT), SECRETS, caplog)
    consent.close()


def test_a_refresh_through_somebody_who_is_not_google(
    google: Rig, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    row = Row("interception", Fault(""), Blame.OPERATOR, "certificate", breaker="egress")
    with untrusted_server(tmp_path) as address:
        consent = google.consent_of([SECRET], token_uri=f"{address}/token")
        meets(row, lambda: consent.refresh(GRANT), SECRETS, caplog)
        consent.close()


def test_a_refresh_says_what_the_grant_holds_even_when_google_does_not(google: Rig) -> None:
    consent = google.consent_of([SECRET])
    google.script.add(replace(answers(200, {"access_token": "ya29.a", "expires_in": 3600}), where="POST /token"))
    google.script.add(
        replace(
            answers(200, {"access_token": "ya29.b", "expires_in": 3600, "scope": "openid email"}), where="POST /token"
        )
    )
    assert len(consent.refresh(GRANT).scopes) == 6
    assert consent.refresh(GRANT).scopes == {"openid", "https://www.googleapis.com/auth/userinfo.email"}
    consent.close()

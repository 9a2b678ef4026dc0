"""faults.md 1.1, through oauthlib and requests: what the way back from the consent screen can meet."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.faults import Blame, Verdict
from bot.google.oauth import GoogleConsent
from bot.ports import Consented
from tests.faults.rows import CANARY, LINE_ROWS, WAIT_ROWS, Row, answers, closed_port, meets, oauth, untrusted_server
from tests.google.rig import ANA, NONCE, VERIFIER, Rig
from tests.sandbox.faults import Fault
from tests.sandbox.google import identity

CODE = "4/0Acanary-code"
SECRET = "GOCSPX-canary-secret"
ACCESS = "ya29.canary-access"
GRANT = "1//0canary-grant"
SECRETS = (CODE, SECRET, VERIFIER, NONCE, ACCESS, GRANT)
SUB = "100000000000000000001"
GRANTED = "openid https://www.googleapis.com/auth/userinfo.email"

EXCHANGE_ROWS = (
    *LINE_ROWS,
    *WAIT_ROWS,
    Row("code used, expired, or for another verifier", oauth(400, "invalid_grant"), Blame.EMPLOYEE, "code_rejected"),
    *(
        Row(error, oauth(401, error), Blame.OPERATOR, error, breaker="google_client")
        for error in ("invalid_client", "deleted_client", "disabled_client", "unauthorized_client")
    ),
    *(
        Row(error, oauth(400, error), Blame.OPERATOR, error, breaker="google_consent")
        for error in ("redirect_uri_mismatch", "invalid_request", "invalid_scope", "unsupported_grant_type")
    ),
    Row("org_internal", oauth(403, "org_internal"), Blame.EMPLOYEE, "org_internal"),
    Row("admin_policy_enforced", oauth(400, "admin_policy_enforced"), Blame.WORKSPACE_ADMIN, "admin_policy_enforced"),
    Row("an error nobody has seen yet", oauth(400, "brand_new_error"), Blame.TRANSIENT, "unknown", alert=True),
    Row("200 without a token", answers(200, {"scope": CANARY}), Blame.TRANSIENT, "garbage", alert=True),
    Row("a form instead of JSON", answers(200, f"access_token={CANARY}"), Blame.TRANSIENT, "garbage", alert=True),
    Row(
        "a lifetime that is a list",
        answers(200, {"access_token": ACCESS, "refresh_token_expires_in": [1]}),
        Blame.TRANSIENT,
        "garbage",
        alert=True,
    ),
)


def exchange(consent: GoogleConsent) -> Callable[[], Consented]:
    return lambda: consent.exchange(code=CODE, verifier=VERIFIER, nonce=NONCE)


@pytest.mark.parametrize("row", EXCHANGE_ROWS, ids=str)
def test_an_exchange_meets(google: Rig, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault befalls one request only: a code sent twice would meet another answer."""
    consent = google.consent_of([SECRET])
    google.script.add(replace(row.fault, where="POST /token"))
    calls = len(google.standin.journal)
    meets(row, exchange(consent), SECRETS, caplog)
    assert len(google.standin.journal) == calls
    consent.close()


def test_an_exchange_nobody_answers(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    row = Row("hang", Fault("POST /token", kind="hang", seconds=1.0), Blame.TRANSIENT, "timeout")
    consent = google.consent_of([SECRET], read=0.1)
    google.script.add(row.fault)
    meets(row, exchange(consent), SECRETS, caplog)
    consent.close()


def test_an_exchange_where_nobody_listens(google: Rig, caplog: pytest.LogCaptureFixture) -> None:
    row = Row("refused", Fault(""), Blame.TRANSIENT, "network")
    consent = google.consent_of([SECRET], token_uri=f"http://127.0.0.1:{closed_port()}/token")
    meets(row, exchange(consent), SECRETS, caplog)
    consent.close()


def test_an_exchange_through_somebody_who_is_not_google(
    google: Rig, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    row = Row("interception", Fault(""), Blame.OPERATOR, "certificate", breaker="egress")
    with untrusted_server(tmp_path) as address:
        consent = google.consent_of([SECRET], token_uri=f"{address}/token")
        meets(row, exchange(consent), SECRETS, caplog)
        consent.close()


@pytest.mark.parametrize("boxes", [(), ("https://www.googleapis.com/auth/calendar.events",)])
def test_unticked_boxes_raise_nothing(google: Rig, boxes: tuple[str, ...]) -> None:
    """Here oauthlib would raise a builtin Warning, token and all, did it know which scopes were asked for."""
    code = google.code(ANA, scopes=boxes)
    consented = google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    assert consented.access.scopes >= set(boxes)
    assert len(consented.access.scopes) == 3 + len(boxes)


# --- who it was ---

CLAIMS: dict[str, object] = {"aud": "", "nonce": NONCE, "sub": SUB}
PERSON: dict[str, object] = {"sub": SUB, "email": ANA, "email_verified": True, "hd": "acme.example"}


def says(google: Rig, claims: dict[str, object] | str | None, person: Fault, scope: str = GRANTED) -> None:
    """Script one exchange that Google answers like this."""
    token: dict[str, object] = {"access_token": ACCESS, "refresh_token": GRANT, "expires_in": 3599, "scope": scope}
    if isinstance(claims, dict):
        whole = {key: google.standin.client_id if value == "" else value for key, value in claims.items()}
        token["id_token"] = identity.sign(whole)
    elif claims is not None:
        token["id_token"] = claims
    google.script.add(replace(answers(200, token), where="POST /token"))
    google.script.add(replace(person, where="GET /v1/userinfo"))


def test_an_identity_that_agrees_is_believed(google: Rig) -> None:
    says(google, CLAIMS, answers(200, PERSON))
    consented = exchange(google.consent)()
    assert (consented.sub, consented.email, consented.hosted_domain) == (SUB, ANA, "acme.example")


@pytest.mark.parametrize(
    "claims",
    [
        {**CLAIMS, "aud": "another-client"},
        {**CLAIMS, "aud": ["another-client"]},
        {**CLAIMS, "nonce": "another-nonce"},
        {"aud": "", "sub": SUB},
        {**CLAIMS, "sub": "100000000000000000002"},
        {},
        None,
        "",
        CANARY,
        f"a.{CANARY}.c",
        "W10.W10.W10",
    ],
    ids=lambda claims: str(claims)[:40],
)
def test_an_id_token_that_does_not_agree(
    google: Rig, claims: dict[str, object] | str | None, caplog: pytest.LogCaptureFixture
) -> None:
    row = Row("mismatch", Fault(""), Blame.TRANSIENT, "garbage", alert=True)
    says(google, claims, answers(200, PERSON))
    meets(row, exchange(google.consent), SECRETS, caplog)


IDENTITY_ROWS = (
    *LINE_ROWS,
    Row("a token userinfo does not know", oauth(401, "invalid_request"), Blame.TRANSIENT, "unknown", alert=True),
    Row("insufficient_scope", oauth(403, "insufficient_scope"), Blame.EMPLOYEE, "permission_missing"),
    Row("nobody", answers(200, {"name": CANARY}), Blame.TRANSIENT, "garbage", alert=True),
    Row("no address", answers(200, {"sub": SUB}), Blame.TRANSIENT, "garbage", alert=True),
    Row(
        "an address that is a list", answers(200, {**PERSON, "email": [CANARY]}), Blame.TRANSIENT, "garbage", alert=True
    ),
    Row("a domain that is a list", answers(200, {**PERSON, "hd": [CANARY]}), Blame.TRANSIENT, "garbage", alert=True),
)


@pytest.mark.parametrize("row", IDENTITY_ROWS, ids=str)
def test_asking_who_it_was_meets(google: Rig, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    says(google, CLAIMS, row.fault)
    meets(row, exchange(google.consent), SECRETS, caplog)


@pytest.mark.parametrize("scope", ["openid", "https://www.googleapis.com/auth/userinfo.email", ""])
def test_without_the_sign_in_permissions_nobody_is_identified(
    google: Rig, scope: str, caplog: pytest.LogCaptureFixture
) -> None:
    row = Row("sign-in unticked", Fault(""), Blame.EMPLOYEE, "permission_missing")
    says(google, CLAIMS, answers(200, PERSON), scope)
    meets(row, exchange(google.consent), SECRETS, caplog)


# Google documents the status of a revocation that succeeded and no body for it: only a web page is none of its answers.
_BODY_ALONE = ("200 empty", "200 with a JSON list", "200 with a JSON string", "200 with bytes", "200 nested too deep")
REVOKE_ROWS = tuple(row for row in LINE_ROWS if row.says not in _BODY_ALONE)


@pytest.mark.parametrize("body", ["", "{}", "OK", "true"])
def test_a_revocation_is_believed_for_its_status(google: Rig, body: str) -> None:
    google.script.add(Fault("POST /revoke", status=200, body=body))
    google.consent.revoke(GRANT)


@pytest.mark.parametrize("row", REVOKE_ROWS, ids=str)
def test_a_revocation_meets(google: Rig, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    google.script.add(replace(row.fault, where="POST /revoke"))
    meets(row, lambda: google.consent.revoke(GRANT), SECRETS, caplog)


# --- the `error` that the browser brings back ---


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("access_denied", Verdict(Blame.EMPLOYEE, "cancelled")),
        ("org_internal", Verdict(Blame.EMPLOYEE, "org_internal")),
        ("disallowed_useragent", Verdict(Blame.EMPLOYEE, "embedded_browser")),
        ("admin_policy_enforced", Verdict(Blame.WORKSPACE_ADMIN, "admin_policy_enforced")),
        ("redirect_uri_mismatch", Verdict(Blame.OPERATOR, "redirect_uri_mismatch", breaker="google_consent")),
        ("invalid_request", Verdict(Blame.OPERATOR, "invalid_request", breaker="google_consent")),
        ("invalid_scope", Verdict(Blame.OPERATOR, "invalid_scope", breaker="google_consent")),
        ("unauthorized_client", Verdict(Blame.OPERATOR, "unauthorized_client", breaker="google_consent")),
        ("invalid_client", Verdict(Blame.OPERATOR, "invalid_client", breaker="google_consent")),
        ("invalid_grant", Verdict(Blame.TRANSIENT, "unknown", alert=True)),
        ("temporarily_unavailable", Verdict(Blame.TRANSIENT, "server_error")),
        ("server_error", Verdict(Blame.TRANSIENT, "server_error")),
        ("", Verdict(Blame.TRANSIENT, "unknown", alert=True)),
        ("never_heard_of", Verdict(Blame.TRANSIENT, "unknown", alert=True)),
        ("<script>alert(1)</script>", Verdict(Blame.TRANSIENT, "unknown", alert=True)),
        ("access_denied\x00", Verdict(Blame.TRANSIENT, "unknown", alert=True)),
        ("x" * 100_000, Verdict(Blame.TRANSIENT, "unknown", alert=True)),
    ],
)
def test_the_callbacks_error_is_mapped_and_never_echoed(error: str, verdict: Verdict) -> None:
    assert GoogleConsent.callback_fault(error) == verdict

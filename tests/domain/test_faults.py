"""Whose fault it is. Only an allow-list may blame an employee, and what nobody foresaw is not theirs."""

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.faults import Blame, Facts, Kind, Step, Verdict, classify

STEPS: tuple[Step, ...] = get_args(Step)
KINDS: tuple[Kind, ...] = get_args(Kind)
OAUTH_ERRORS = (
    *("invalid_client", "deleted_client", "disabled_client", "unauthorized_client", "redirect_uri_mismatch"),
    *("invalid_request", "invalid_scope", "unsupported_response_type", "unsupported_grant_type", "invalid_grant"),
    *("admin_policy_enforced", "invalid_rapt", "rapt_required", "access_denied", "org_internal", "insufficient_scope"),
    *("disallowed_useragent", "temporarily_unavailable", "server_error", "internal_failure", "invalid_token", ""),
)
REASONS = (
    *("accessNotConfigured", "SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_INVALID", "rateLimitExceeded"),
    *("userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "quotaExceeded", "dailyLimitExceeded", "insufficientPermissions"),
    *("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes", "requiredAccessLevel", "forbidden", "notFound", "gone"),
    *("forbiddenForNonOrganizer", "notACalendarUser", "domainPolicy", "authError", "backendError", "duplicate"),
    *("ACCESS_TOKEN_EXPIRED", "ACCOUNT_STATE_INVALID", "CREDENTIALS_MISSING", "USER_BLOCKED_BY_ADMIN", "required"),
    *("push.webhookUrlUnauthorized", "pushNotSupportedForRequestedResource", "channelIdNotUnique", "channelNotFound"),
    *("fullSyncRequired", "updatedMinTooLongAgo", "deleted", "conflict", "conditionNotMet", "unrecognised"),
)
STATUSES = (0, 200, 204, 302, 400, 401, 403, 404, 405, 409, 410, 412, 413, 418, 429, 500, 502, 503, 504, 599)
words = st.just("") | st.sampled_from(OAUTH_ERRORS) | st.text(max_size=12)
"""Often none, for two words at once seldom mean anything."""
BREAKERS = {"google_client", "google_project_api", "google_consent", "egress"}
facts = st.builds(
    Facts,
    step=st.sampled_from(STEPS),
    kind=st.sampled_from(KINDS),
    status=st.sampled_from(STATUSES) | st.integers(0, 999),
    oauth_error=words,
    oauth_subtype=words,
    reasons=st.frozensets(st.sampled_from(REASONS) | st.text(max_size=12), max_size=3),
    retry_after=st.none() | st.floats(0, 86_400),
)
SCOPE_REASONS = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"}
TOKEN_REASONS = {"authError", "ACCESS_TOKEN_EXPIRED", "ACCOUNT_STATE_INVALID"}


def may_blame_the_employee(seen: Facts) -> bool:
    """Everything that is ever allowed to reach a person as "your turn"."""
    if seen.kind != "answer" or seen.status >= 500:
        return False
    match seen.step:
        case "authorize" | "exchange" | "refresh":
            theirs = {
                "authorize": {"access_denied", "org_internal", "disallowed_useragent"},
                "exchange": {"access_denied", "org_internal", "disallowed_useragent", "invalid_grant"},
                "refresh": {"invalid_grant"},
            }
            return seen.status != 429 and not seen.oauth_subtype and seen.oauth_error in theirs[seen.step]
        case "identity":
            return bool(seen.reasons & SCOPE_REASONS) or seen.oauth_error == "insufficient_scope"
        case "calendar" if not seen.oauth_error:
            refused = seen.status == 401 and (not seen.reasons or bool(seen.reasons & TOKEN_REASONS))
            return refused or (seen.status in (401, 403) and bool(seen.reasons & SCOPE_REASONS))
    return False


@given(facts)
def test_only_the_allow_list_blames_an_employee(seen: Facts) -> None:
    verdict = classify(seen)
    assert re.fullmatch(r"[a-z_]{3,40}", verdict.code)
    if verdict.blame is Blame.EMPLOYEE:
        assert may_blame_the_employee(seen)


@given(facts, st.text(min_size=1, max_size=12).filter(lambda word: word not in OAUTH_ERRORS and word not in REASONS))
def test_what_nobody_foresaw_passes_and_an_operator_looks(seen: Facts, word: str) -> None:
    strange = Facts(seen.step, "answer", 418, oauth_error=word, oauth_subtype="", reasons=frozenset({word}))
    assert classify(strange) == Verdict(Blame.TRANSIENT, "unknown", alert=True)


@given(facts, st.sampled_from(("network", "timeout", "garbage")))
def test_a_line_that_broke_is_nobodys_fault_whatever_was_half_heard(seen: Facts, kind: Kind) -> None:
    verdict = classify(replace(seen, kind=kind))
    assert (verdict.blame, verdict.code, verdict.breaker) == (Blame.TRANSIENT, kind, None)


@given(facts, st.integers(500, 599))
def test_google_in_trouble_passes_whatever_else_it_says(seen: Facts, status: int) -> None:
    verdict = classify(replace(seen, kind="answer", status=status))
    assert (verdict.blame, verdict.code, verdict.alert) == (Blame.TRANSIENT, "server_error", False)


@given(facts, st.text(min_size=1, max_size=12).filter(lambda word: word not in OAUTH_ERRORS))
def test_a_subtype_nobody_knows_clears_the_employee(seen: Facts, subtype: str) -> None:
    for step in ("exchange", "refresh"):
        strange = replace(
            seen, step=step, kind="answer", status=400, oauth_error="invalid_grant", oauth_subtype=subtype
        )
        verdict = classify(strange)
        assert (verdict.blame, verdict.code, verdict.alert) == (Blame.TRANSIENT, "unknown", True)


@given(facts)
def test_only_what_is_broken_for_everybody_opens_a_breaker(seen: Facts) -> None:
    verdict = classify(seen)
    assert verdict.breaker is None or verdict.breaker in BREAKERS
    assert verdict.breaker is None or verdict.blame is Blame.OPERATOR
    assert (verdict.breaker == "egress") == (seen.kind == "certificate")


@given(facts)
def test_what_the_browser_brings_back_stops_no_refresh(seen: Facts) -> None:
    """Anybody who was given a link can write the error in that address."""
    told = replace(seen, step="authorize", kind="answer", status=0)
    assert classify(told).breaker in (None, "google_consent")


@given(facts)
def test_only_what_passes_says_how_long_to_wait(seen: Facts) -> None:
    verdict = classify(seen)
    assert verdict.retry_after == (seen.retry_after if verdict.blame is Blame.TRANSIENT else None)


@given(facts, facts)
def test_a_wait_changes_nothing_else(seen: Facts, other: Facts) -> None:
    with_wait, without = (classify(replace(seen, retry_after=wait)) for wait in (other.retry_after, None))
    assert replace(with_wait, retry_after=None) == without


@pytest.mark.parametrize(
    ("seen", "blame", "code", "alert"),
    [
        (Facts("exchange", oauth_error="invalid_grant", status=400), Blame.EMPLOYEE, "code_rejected", False),
        (Facts("refresh", oauth_error="invalid_grant", status=400), Blame.EMPLOYEE, "grant_dead", False),
        (
            Facts("refresh", oauth_error="invalid_grant", oauth_subtype="invalid_rapt", status=400),
            Blame.WORKSPACE_ADMIN,
            "session_expired",
            False,
        ),
        (Facts("refresh", oauth_error="invalid_client", status=401), Blame.OPERATOR, "invalid_client", False),
        (Facts("refresh", oauth_error="invalid_scope", status=400), Blame.BUG, "invalid_scope", True),
        (Facts("exchange", oauth_error="invalid_scope", status=400), Blame.OPERATOR, "invalid_scope", False),
        (Facts("authorize", oauth_error="access_denied"), Blame.EMPLOYEE, "cancelled", False),
        (
            Facts("authorize", oauth_error="admin_policy_enforced"),
            Blame.WORKSPACE_ADMIN,
            "admin_policy_enforced",
            False,
        ),
        (Facts("authorize", oauth_error="made_up"), Blame.TRANSIENT, "unknown", True),
        (Facts("identity", oauth_error="invalid_request", status=401), Blame.TRANSIENT, "unknown", True),
        (Facts("identity", oauth_error="insufficient_scope", status=403), Blame.EMPLOYEE, "permission_missing", False),
        (Facts("refresh", kind="garbage", status=200), Blame.TRANSIENT, "garbage", True),
        (Facts("calendar", kind="certificate"), Blame.OPERATOR, "certificate", False),
        (Facts("calendar", kind="network"), Blame.TRANSIENT, "network", False),
        (Facts("calendar", status=401), Blame.EMPLOYEE, "grant_dead", False),
        (Facts("calendar", status=401, reasons=frozenset({"CREDENTIALS_MISSING"})), Blame.TRANSIENT, "unknown", True),
        (Facts("calendar", status=401, oauth_error="invalid_grant"), Blame.TRANSIENT, "unknown", True),
        (Facts("refresh", oauth_error="access_denied", status=400), Blame.TRANSIENT, "unknown", True),
        (Facts("refresh", oauth_error="org_internal", status=403), Blame.TRANSIENT, "unknown", True),
        (Facts("authorize", oauth_error="invalid_grant"), Blame.TRANSIENT, "unknown", True),
        (Facts("refresh", oauth_error="invalid_grant", status=429), Blame.TRANSIENT, "rate_limited", False),
        (Facts("revoke", status=401), Blame.TRANSIENT, "unknown", True),
        (
            Facts("calendar", status=403, reasons=frozenset({"accessNotConfigured"})),
            Blame.OPERATOR,
            "api_disabled",
            False,
        ),
        (
            Facts("calendar", status=403, reasons=frozenset({"rateLimitExceeded"})),
            Blame.TRANSIENT,
            "rate_limited",
            False,
        ),
        (Facts("calendar", status=403, reasons=frozenset({"quotaExceeded"})), Blame.TRANSIENT, "quota_exceeded", True),
        (Facts("calendar", status=403, reasons=frozenset({"forbidden"})), Blame.RESOURCE, "no_write_access", False),
        (Facts("calendar", status=403), Blame.TRANSIENT, "unknown", True),
        (Facts("calendar", status=404), Blame.RESOURCE, "not_found", False),
        (Facts("calendar", status=400), Blame.BUG, "bad_request", True),
        (Facts("calendar", status=429), Blame.TRANSIENT, "rate_limited", False),
        (Facts("calendar", status=503), Blame.TRANSIENT, "server_error", False),
        (Facts("exchange", oauth_error="something_new", status=503), Blame.TRANSIENT, "server_error", False),
    ],
    ids=str,
)
def test_a_failure_means(seen: Facts, blame: Blame, code: str, alert: bool) -> None:
    verdict = classify(seen)
    assert (verdict.blame, verdict.code, verdict.alert) == (blame, code, alert)


@pytest.mark.parametrize("error", ["invalid_client", "deleted_client", "disabled_client", "unauthorized_client"])
@pytest.mark.parametrize(
    ("step", "breaker"),
    [("authorize", "google_consent"), ("exchange", "google_client"), ("refresh", "google_client")],
)
@pytest.mark.parametrize("subtype", ["", "invalid_rapt", "access_denied"])
def test_a_fault_of_our_client_is_never_anybody_elses(step: Step, breaker: str, error: str, subtype: str) -> None:
    verdict = classify(Facts(step, oauth_error=error, oauth_subtype=subtype, status=401))
    assert verdict == Verdict(Blame.OPERATOR, error, breaker=breaker)


@pytest.mark.parametrize(
    "error", ["redirect_uri_mismatch", "invalid_request", "invalid_scope", "unsupported_grant_type"]
)
def test_how_we_ask_for_consent_stops_no_refresh(error: str) -> None:
    for step in ("authorize", "exchange"):
        assert classify(Facts(step, oauth_error=error)).breaker == "google_consent"
    assert classify(Facts("refresh", oauth_error=error, status=400)) == Verdict(Blame.BUG, error, alert=True)

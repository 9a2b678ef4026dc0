"""Whose fault it is. Only an allow-list may blame an employee, and what nobody foresaw is not theirs."""

import re
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
)
STATUSES = (0, 200, 204, 302, 400, 401, 403, 404, 405, 409, 410, 412, 413, 418, 429, 500, 502, 503, 504, 599)
words = st.sampled_from(OAUTH_ERRORS) | st.text(max_size=12)
facts = st.builds(
    Facts,
    step=st.sampled_from(STEPS),
    kind=st.sampled_from(KINDS),
    status=st.sampled_from(STATUSES) | st.integers(0, 999),
    oauth_error=words,
    oauth_subtype=words,
    reasons=st.frozensets(st.sampled_from(REASONS) | st.text(max_size=12), max_size=3),
)
SCOPE_REASONS = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"}


def may_blame_the_employee(seen: Facts) -> bool:
    """Everything that is ever allowed to reach a person as "your turn"."""
    theirs = {"invalid_grant", "access_denied", "org_internal", "disallowed_useragent"}
    asked_about_the_client = seen.step != "identity"
    return seen.kind in ("answer", "garbage") and (
        (asked_about_the_client and bool({seen.oauth_error, seen.oauth_subtype} & theirs))
        or (seen.step in ("identity", "calendar") and bool(seen.reasons & SCOPE_REASONS))
        or (seen.step == "identity" and seen.oauth_error == "insufficient_scope")
        or (seen.step == "calendar" and seen.status == 401 and seen.kind == "answer")
    )


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


@given(facts)
def test_a_line_that_broke_is_nobodys_fault_whatever_was_half_heard(seen: Facts) -> None:
    broken = Facts(seen.step, "timeout", seen.status, seen.oauth_error, seen.oauth_subtype, seen.reasons)
    assert classify(broken) == Verdict(Blame.TRANSIENT, "timeout")


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
    assert classify(seen) == Verdict(blame, code, alert)


@pytest.mark.parametrize("error", ["invalid_client", "deleted_client", "disabled_client", "unauthorized_client"])
@pytest.mark.parametrize("step", ["authorize", "exchange", "refresh"])
def test_a_fault_of_our_client_is_never_anybody_elses(step: Step, error: str) -> None:
    assert classify(Facts(step, oauth_error=error, status=401)).blame is Blame.OPERATOR

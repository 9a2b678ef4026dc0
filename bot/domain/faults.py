"""Whose fault a failure is. The one place that decides it, from structured facts alone."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Blame(StrEnum):
    """Who must act; UNKNOWN facts are TRANSIENT, never EMPLOYEE."""

    EMPLOYEE = "employee"
    WORKSPACE_ADMIN = "workspace_admin"
    OPERATOR = "operator"
    TRANSIENT = "transient"
    RESOURCE = "resource"
    IGNORE = "ignore"
    BUG = "bug"


Step = Literal["authorize", "exchange", "identity", "refresh", "revoke", "calendar"]
Kind = Literal["answer", "garbage", "network", "timeout", "certificate"]
"""``garbage``: something answered that is not Google's. ``certificate``: we do not trust who answered."""


@dataclass(frozen=True)
class Facts:
    """What is known of a failed call to Google, without any exception class in it.

    ``reasons`` unites `error.errors[].reason` and `error.details[].reason`: googleapiclient shows them in different
    places for the same answer.
    """

    step: Step
    kind: Kind = "answer"
    status: int = 0
    oauth_error: str = ""
    oauth_subtype: str = ""
    reasons: frozenset[str] = field(default_factory=frozenset)
    retry_after: float | None = None
    """Seconds that the answer asked us to wait."""


@dataclass(frozen=True)
class Verdict:
    """Whose turn it is, and a stable code for logs, tables and texts."""

    blame: Blame
    code: str
    alert: bool = False
    """True: an operator should look, because this was not foreseen."""


class GoogleFault(Exception):
    """A call to Google failed. ``verdict`` says what that means; the text holds no secret and no answer body."""

    def __init__(self, verdict: Verdict, facts: Facts) -> None:
        super().__init__(f"{facts.step}: {verdict.code}")
        self.verdict = verdict
        self.facts = facts


_OAUTH: dict[str, Verdict] = {
    **{
        error: Verdict(Blame.OPERATOR, error)
        for error in (
            "invalid_client",
            "deleted_client",
            "disabled_client",
            "unauthorized_client",
            "redirect_uri_mismatch",
            "invalid_request",
            "invalid_scope",
            "unsupported_response_type",
            "unsupported_grant_type",
        )
    },
    "admin_policy_enforced": Verdict(Blame.WORKSPACE_ADMIN, "admin_policy_enforced"),
    "invalid_rapt": Verdict(Blame.WORKSPACE_ADMIN, "session_expired"),
    "rapt_required": Verdict(Blame.WORKSPACE_ADMIN, "session_expired"),
    "access_denied": Verdict(Blame.EMPLOYEE, "cancelled"),
    "org_internal": Verdict(Blame.EMPLOYEE, "org_internal"),
    "disallowed_useragent": Verdict(Blame.EMPLOYEE, "embedded_browser"),
    "temporarily_unavailable": Verdict(Blame.TRANSIENT, "server_error"),
    "server_error": Verdict(Blame.TRANSIENT, "server_error"),
    "internal_failure": Verdict(Blame.TRANSIENT, "server_error"),
}
_API_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_INVALID"})
_RATE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"})
_WRITE = frozenset({"requiredAccessLevel", "forbidden"})
_TOO_MANY = 429
_SERVER_ERROR = 500


def classify(facts: Facts) -> Verdict:
    """The verdict on one failure: OAuth error first, then the reasons, then the status."""
    if facts.kind in ("network", "timeout"):
        return Verdict(Blame.TRANSIENT, facts.kind)
    if facts.kind == "certificate":
        return Verdict(Blame.OPERATOR, "certificate")
    if facts.step == "identity" and (facts.reasons & _SCOPE or facts.oauth_error == "insufficient_scope"):
        return Verdict(Blame.EMPLOYEE, "permission_missing")
    if facts.oauth_error and facts.step != "identity":
        # userinfo says invalid_request of a token it does not know: that says nothing about our client.
        return _oauth(facts)
    if facts.kind == "garbage":
        return Verdict(Blame.TRANSIENT, "garbage", alert=True)
    return _calendar(facts) if facts.step == "calendar" else _status(facts)


def _oauth(facts: Facts) -> Verdict:
    error, subtype = facts.oauth_error, facts.oauth_subtype
    if subtype in _OAUTH:
        return _OAUTH[subtype]
    if error == "invalid_grant":
        return Verdict(Blame.EMPLOYEE, "code_rejected" if facts.step == "exchange" else "grant_dead")
    if error == "invalid_scope" and facts.step == "refresh":
        # Only a refresh that names more scopes than were granted gets this, and ours names none.
        return Verdict(Blame.BUG, "invalid_scope", alert=True)
    return _OAUTH.get(error) or _trouble(facts)


def _calendar(facts: Facts) -> Verdict:
    reasons = facts.reasons
    table = (
        (_API_OFF, Verdict(Blame.OPERATOR, "api_disabled")),
        (_RATE, Verdict(Blame.TRANSIENT, "rate_limited")),
        (_QUOTA, Verdict(Blame.TRANSIENT, "quota_exceeded", alert=True)),
        (_SCOPE, Verdict(Blame.EMPLOYEE, "permission_missing")),
        (frozenset({"notACalendarUser", "domainPolicy"}), Verdict(Blame.WORKSPACE_ADMIN, "calendar_service_off")),
        (frozenset({"forbiddenForNonOrganizer"}), Verdict(Blame.RESOURCE, "not_organizer")),
    )
    for known, verdict in table:
        if reasons & known:
            return verdict
    return _status(facts)


def _status(facts: Facts) -> Verdict:
    status = facts.status
    if status == 403 and facts.reasons & _WRITE:  # noqa: PLR2004 - an HTTP status is its own name
        return Verdict(Blame.RESOURCE, "no_write_access")
    by_status = {
        400: Verdict(Blame.BUG, "bad_request", alert=True),
        401: Verdict(Blame.EMPLOYEE, "grant_dead"),
        404: Verdict(Blame.RESOURCE, "not_found"),
        409: Verdict(Blame.RESOURCE, "duplicate"),
        410: Verdict(Blame.RESOURCE, "gone"),
        412: Verdict(Blame.RESOURCE, "changed_meanwhile"),
    }
    if status in by_status and facts.step == "calendar":
        return by_status[status]
    return _trouble(facts)


def _trouble(facts: Facts) -> Verdict:
    """Whatever else it says, a 429 or 5xx passes; of the rest nobody knows."""
    if facts.status == _TOO_MANY:
        return Verdict(Blame.TRANSIENT, "rate_limited")
    if facts.status >= _SERVER_ERROR:
        return Verdict(Blame.TRANSIENT, "server_error")
    return Verdict(Blame.TRANSIENT, "unknown", alert=True)

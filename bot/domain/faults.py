"""Whose fault a failure is. The one place that decides it, from structured facts alone."""

from dataclasses import dataclass, field, replace
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
    breaker: str | None = None
    """What is broken for everybody alike, if anything is; what the browser brings back alone stops no refresh."""
    retry_after: float | None = None
    """Seconds to leave it alone, if Google asked for that; only of what passes."""


class GoogleFault(Exception):
    """A call to Google failed. ``verdict`` says what that means; the text holds no secret and no answer body."""

    def __init__(self, verdict: Verdict, facts: Facts) -> None:
        super().__init__(f"{facts.step}: {verdict.code}")
        self.verdict = verdict
        self.facts = facts

    @property
    def lost(self) -> bool:
        """Whether nobody knows if it was done: only a refusal of Google's own says that it surely was not."""
        return self.facts.kind != "certificate" and not (self.facts.kind == "answer" and self.facts.status in _REFUSED)


_UNKNOWN = Verdict(Blame.TRANSIENT, "unknown", alert=True)
_UNHEARD = {
    "network": Verdict(Blame.TRANSIENT, "network"),
    "timeout": Verdict(Blame.TRANSIENT, "timeout"),
    "certificate": Verdict(Blame.OPERATOR, "certificate", breaker="egress"),
    "garbage": Verdict(Blame.TRANSIENT, "garbage", alert=True),
}
"""Whatever is half heard then is nobody's word."""
_CLIENT = frozenset({"invalid_client", "deleted_client", "disabled_client", "unauthorized_client"})
_CONSENT = frozenset(
    {"redirect_uri_mismatch", "invalid_request", "invalid_scope", "unsupported_response_type", "unsupported_grant_type"}
)
_POLICY = {
    "admin_policy_enforced": Verdict(Blame.WORKSPACE_ADMIN, "admin_policy_enforced"),
    "invalid_rapt": Verdict(Blame.WORKSPACE_ADMIN, "session_expired"),
    "rapt_required": Verdict(Blame.WORKSPACE_ADMIN, "session_expired"),
}
"""Google sends these as the error or as the subtype of another."""
_AT_CONSENT = {
    "access_denied": Verdict(Blame.EMPLOYEE, "cancelled"),
    "org_internal": Verdict(Blame.EMPLOYEE, "org_internal"),
    "disallowed_useragent": Verdict(Blame.EMPLOYEE, "embedded_browser"),
}
_AT_GOOGLE = frozenset({"temporarily_unavailable", "server_error", "internal_failure"})
_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"})

_REFUSED = frozenset(range(400, 500))
_CALENDAR: tuple[tuple[frozenset[int], frozenset[str], Verdict], ...] = (
    (
        _REFUSED,
        frozenset(
            {
                *("accessNotConfigured", "SERVICE_DISABLED", "BILLING_DISABLED"),
                *("CONSUMER_INVALID", "CONSUMER_SUSPENDED", "GCP_SUSPENDED"),
            }
        ),
        Verdict(Blame.OPERATOR, "api_disabled", breaker="google_project_api"),
    ),
    (
        _REFUSED,  # a 401 says so of our own web address
        frozenset({"push.webhookUrlUnauthorized", "push.webhookUrlNotHttps"}),
        Verdict(Blame.OPERATOR, "webhook_refused"),
    ),
    (
        _REFUSED,
        frozenset({"quotaExceeded", "dailyLimitExceeded", "RESOURCE_QUOTA_EXCEEDED"}),
        Verdict(Blame.TRANSIENT, "quota_exceeded", alert=True),
    ),
    (
        _REFUSED,
        frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}),
        Verdict(Blame.TRANSIENT, "rate_limited"),
    ),
    (frozenset({401, 403}), _SCOPE, Verdict(Blame.EMPLOYEE, "permission_missing")),
    (
        frozenset({403}),
        frozenset({"notACalendarUser", "domainPolicy", "USER_BLOCKED_BY_ADMIN"}),
        Verdict(Blame.WORKSPACE_ADMIN, "calendar_service_off"),
    ),
    (frozenset({403}), frozenset({"forbiddenForNonOrganizer"}), Verdict(Blame.RESOURCE, "not_organizer")),
    (frozenset({403}), frozenset({"requiredAccessLevel"}), Verdict(Blame.RESOURCE, "no_write_access")),
    (
        frozenset({401}),
        frozenset({"authError", "ACCESS_TOKEN_EXPIRED", "ACCOUNT_STATE_INVALID"}),
        Verdict(Blame.EMPLOYEE, "grant_dead"),
    ),
    (
        frozenset({400}),
        frozenset({"pushNotSupportedForRequestedResource"}),
        Verdict(Blame.IGNORE, "push_not_supported"),
    ),
    (frozenset({400}), frozenset({"channelIdNotUnique"}), Verdict(Blame.BUG, "channel_id_not_unique", alert=True)),
    (frozenset({404}), frozenset({"channelNotFound"}), Verdict(Blame.IGNORE, "channel_gone")),
    (frozenset({404}), frozenset({"notFound"}), Verdict(Blame.RESOURCE, "not_found")),
    (frozenset({409}), frozenset({"conflict"}), Verdict(Blame.TRANSIENT, "conflict")),
    (frozenset({409}), frozenset({"duplicate"}), Verdict(Blame.RESOURCE, "duplicate")),
    (
        frozenset({410}),
        frozenset({"fullSyncRequired", "updatedMinTooLongAgo"}),
        Verdict(Blame.IGNORE, "full_sync_required"),
    ),
    (frozenset({410}), frozenset({"deleted"}), Verdict(Blame.RESOURCE, "gone")),
    (frozenset({412}), frozenset({"conditionNotMet"}), Verdict(Blame.RESOURCE, "changed_meanwhile")),
)
"""Google Calendar's reasons, each with the statuses at which it means this; the first row that fits counts."""
_WITHOUT_REASON = {
    401: Verdict(Blame.EMPLOYEE, "grant_dead"),
    404: Verdict(Blame.RESOURCE, "not_found"),
    409: Verdict(Blame.RESOURCE, "duplicate"),
    410: Verdict(Blame.RESOURCE, "gone"),
    412: Verdict(Blame.RESOURCE, "changed_meanwhile"),
}
_BAD_REQUEST = 400
_FORBIDDEN = 403
_TOO_MANY = 429
_SERVER_ERROR = 500


def classify(facts: Facts) -> Verdict:
    """The verdict on one failure: what answered first, then the OAuth error, then the reasons, then the status."""
    verdict = _verdict(facts)
    if verdict.blame is Blame.TRANSIENT and facts.retry_after is not None:
        return replace(verdict, retry_after=facts.retry_after)
    return verdict


def _verdict(facts: Facts) -> Verdict:
    if facts.kind in _UNHEARD:
        return _UNHEARD[facts.kind]
    if facts.status >= _SERVER_ERROR:  # whatever else it says: it passes
        return Verdict(Blame.TRANSIENT, "server_error")
    match facts.step:
        case "authorize" | "exchange" | "refresh" if facts.oauth_error and facts.status != _TOO_MANY:
            return _oauth(facts)
        case "identity" if facts.reasons & _SCOPE or facts.oauth_error == "insufficient_scope":
            # Its invalid_request is about the access token, and says nothing about our client.
            return Verdict(Blame.EMPLOYEE, "permission_missing")
        case "calendar" if not facts.oauth_error:
            return _calendar(facts)
    return _trouble(facts)


def _oauth(facts: Facts) -> Verdict:
    error, subtype, step = facts.oauth_error, facts.oauth_subtype, facts.step
    if error in _CLIENT:
        # Anybody on a trip can write the error that the browser brings back.
        breaker = "google_consent" if step == "authorize" else "google_client"
        return Verdict(Blame.OPERATOR, error, breaker=breaker)
    if policy := _POLICY.get(subtype) or _POLICY.get(error):
        return policy
    if error in _CONSENT and step == "refresh":
        # A refresh names neither scopes nor addresses: this is about how we asked, and about one grant.
        return Verdict(Blame.BUG, error, alert=True)
    if error in _CONSENT:
        return Verdict(Blame.OPERATOR, error, breaker="google_consent")
    if error in _AT_GOOGLE:
        return Verdict(Blame.TRANSIENT, "server_error")
    theirs: Verdict | None = None
    if error == "invalid_grant" and step != "authorize":
        theirs = Verdict(Blame.EMPLOYEE, "code_rejected" if step == "exchange" else "grant_dead")
    elif step != "refresh":
        theirs = _AT_CONSENT.get(error)
    return theirs if theirs and not subtype else _trouble(facts)  # a subtype nobody has seen may be anybody's


def _calendar(facts: Facts) -> Verdict:
    for statuses, reasons, verdict in _CALENDAR:
        if facts.status in statuses and facts.reasons & reasons:
            return verdict
    if facts.status == _BAD_REQUEST:
        return Verdict(Blame.BUG, "bad_request", alert=True)
    if facts.status == _FORBIDDEN and facts.reasons == {"forbidden"}:  # beside another reason it says nothing
        return Verdict(Blame.RESOURCE, "no_write_access")
    known = None if facts.reasons else _WITHOUT_REASON.get(facts.status)
    return known or _trouble(facts)


def _trouble(facts: Facts) -> Verdict:
    return Verdict(Blame.TRANSIENT, "rate_limited") if facts.status == _TOO_MANY else _UNKNOWN

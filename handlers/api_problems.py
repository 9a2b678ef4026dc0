"""Every error of the booking API, as a problem document (RFC 9457). What a request held is never quoted in one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.booking_api import VersionPassed
from bot.domain.faults import GoogleFault
from bot.errors import (
    AvailabilityUnknown,
    BotError,
    CursorUnknown,
    GoogleUnavailable,
    KeyReused,
    NoSuchAppointment,
    NotBookable,
    OperatorMustMend,
    ReconnectNeeded,
    SlackUnavailable,
    SlotTaken,
)
from bot.services.api_keys import Exhausted, KeyUnknown
from handlers.background import Busy, TooSlow

API = "/api/v1"
PROBLEM = "application/problem+json"
_LATER = 30
"""Seconds to wait when nobody knows how long it will take."""
_CHALLENGE = 'Bearer realm="calendar-bot"'


@dataclass(frozen=True)
class Kind:
    """One kind of problem: its status, its name, and what it means."""

    status: int
    title: str
    detail: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be read", "The body is not JSON, or the request breaks HTTP's rules."),
    "idempotency-key-missing": Kind(
        400,
        "An Idempotency-Key is needed",
        "Send an Idempotency-Key header of 1 to 255 printable ASCII characters, fresh for each new appointment.",
    ),
    "unauthorized": Kind(401, "No valid API key", "Send the header `Authorization: Bearer cb_…` with a key of ours."),
    "missing-scope": Kind(403, "This key may not do that", "Make a key that has the scope."),
    "not-found": Kind(404, "There is nothing here", "The address does not lead anywhere."),
    "no-such-appointment": Kind(404, "No such appointment", "It never was, or belongs to another workspace."),
    "method-not-allowed": Kind(405, "This cannot be done here", "The header Allow names what can."),
    "request-timeout": Kind(408, "The request took too long", "Its body has to arrive within ten seconds."),
    "slot-taken": Kind(409, "That time is taken", "Choose another one."),
    "version-passed": Kind(412, "It was changed meanwhile", "Read it again, then decide."),
    "too-large": Kind(413, "The request is too large", "A body holds at most 1 MiB, all headers together 32 kB."),
    "unsupported-media-type": Kind(415, "The body has to be JSON", "Send `Content-Type: application/json`."),
    "invalid": Kind(422, "Something in the request is not valid", "`errors` names each field and what is wrong."),
    "not-bookable": Kind(422, "This cannot be done as it is asked for", "`code` and `detail` say why."),
    "idempotency-key-reused": Kind(
        422, "This Idempotency-Key was used for something else", "Use a fresh key for a new request."
    ),
    "too-many-requests": Kind(429, "Too many requests", "Wait as long as Retry-After says."),
    "internal": Kind(500, "Something went wrong on our side", "Nothing is wrong with the request. Try again."),
    "availability-unknown": Kind(
        503, "Nobody knows whether that time is free", "A calendar cannot be read just now. Unknown is never free."
    ),
    "unavailable": Kind(503, "Not just now", "We are busy, or somebody we ask does not answer. Try again."),
}

_RAISED: Mapping[type[Exception], str] = {
    KeyUnknown: "unauthorized",
    NoSuchAppointment: "no-such-appointment",
    SlotTaken: "slot-taken",
    VersionPassed: "version-passed",
    NotBookable: "not-bookable",
    KeyReused: "idempotency-key-reused",
    CursorUnknown: "invalid",
    Exhausted: "too-many-requests",
    AvailabilityUnknown: "availability-unknown",
    ReconnectNeeded: "availability-unknown",
    Busy: "unavailable",
    TooSlow: "unavailable",
    GoogleFault: "unavailable",
    GoogleUnavailable: "unavailable",
    OperatorMustMend: "unavailable",
    SlackUnavailable: "unavailable",
    BotError: "internal",
}
RAISED = tuple(_RAISED)
_SPOKEN = frozenset({"too-many-requests", "not-bookable", "slot-taken", "version-passed"})
"""Of these the error's own sentence says more than the table; the others' are meant for people in Slack."""
_BY_STATUS: Mapping[int, str] = {
    400: "bad-request",
    401: "unauthorized",
    403: "missing-scope",
    404: "not-found",
    405: "method-not-allowed",
    408: "request-timeout",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}
_SERVER_ERROR, _UNAVAILABLE = 500, 503


@dataclass(frozen=True)
class Wrong:
    """A field, and what is wrong with it."""

    field: str
    detail: str


class ProblemFound(Exception):
    """A problem that the edge itself has found."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        errors: Sequence[Wrong] = (),
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.code = code
        self.headers = headers or {}


class Problems:
    """``public_url`` is where the kinds are explained."""

    def __init__(self, public_url: str) -> None:
        self._types = f"{public_url}{API}/docs#"

    def document(
        self,
        kind: str,
        detail: str = "",
        *,
        errors: Sequence[Wrong] = (),
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer."""
        known = KINDS[kind]
        body: dict[str, Any] = {
            "type": self._types + kind,
            "title": known.title,
            "status": known.status,
            "detail": detail or known.detail,
        }
        if code:
            body["code"] = code
        if errors:
            body["errors"] = [{"field": each.field, "detail": each.detail} for each in errors]
        more = dict(headers or {})
        if known.status == _UNAVAILABLE:
            more.setdefault("Retry-After", str(_LATER))
        if kind == "unauthorized":
            more.setdefault("WWW-Authenticate", _CHALLENGE)
        return JSONResponse(body, known.status, more, media_type=PROBLEM)

    def found(self, problem: ProblemFound) -> Response:
        """What the edge has found."""
        return self.document(
            problem.kind, problem.detail, errors=problem.errors, code=problem.code, headers=problem.headers
        )

    def status(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """An HTTP error that is known by its status alone."""
        fallback = "internal" if status >= _SERVER_ERROR else "bad-request"
        return self.document(_BY_STATUS.get(status, fallback), headers=headers)

    def raised(self, error: Exception) -> Response:
        """An error of ours, by the nearest class in the table."""
        kind = next((_RAISED[each] for each in type(error).__mro__ if each in _RAISED), "internal")
        detail = str(error) if kind in _SPOKEN else ""
        errors, code, headers = list[Wrong](), None, dict[str, str]()
        if isinstance(error, NotBookable):
            code = error.reason
            errors = [Wrong(error.field, str(error))] if error.field else []
        if isinstance(error, CursorUnknown):
            errors = [Wrong("cursor", str(error))]
        if isinstance(error, AvailabilityUnknown):
            code = error.reason
        if isinstance(error, Exhausted):
            headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, KeyUnknown):
            headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="invalid_token"'
        return self.document(kind, detail, errors=errors, code=code, headers=headers)


def refusing(page: Callable[[int], Response], public_url: str) -> Callable[[int], Response]:
    """For what stands in front of all routes: a problem document under /api/v1, a page for people elsewhere."""
    problems = Problems(public_url)
    return lambda status: _ByAddress(page(status), problems.status(status))


class _ByAddress(Response):
    def __init__(self, page: Response, problem: Response) -> None:
        super().__init__(status_code=page.status_code)
        self._page = page
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = self._problem if str(scope.get("path", "")).startswith(f"{API}/") else self._page
        await chosen(scope, receive, send)

"""What Google sends us by itself: security event tokens, delivered as RFC 8935 has it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.domain.risc import RiscEvent, RiscKind
from bot.google.risc import Refusal, RiscRefused
from bot.google.risc_keys import RiscUnavailable
from handlers.background import Background

log = structlog.get_logger()

RISC = "/google/risc"
_BUDGET = 10.0
_TYPES = {"application/secevent+jwt", "application/jwt", ""}
_ACCEPTED, _BAD_REQUEST, _UNAVAILABLE = 202, 400, 503
_ERRORS: Mapping[Refusal, tuple[str, str]] = {
    Refusal.MALFORMED: ("invalid_request", "The body is not a security event token."),
    Refusal.ALGORITHM: ("invalid_key", "Only RS256 is accepted."),
    Refusal.KEY: ("invalid_key", "The key is not among those the issuer publishes."),
    Refusal.SIGNATURE: ("authentication_failed", "The signature does not match."),
    Refusal.ISSUER: ("invalid_issuer", "The issuer is not the one we listen to."),
    Refusal.AUDIENCE: ("invalid_audience", "The token is not meant for us."),
}

Receive = Callable[[Sequence[RiscEvent]], object]
"""Claims and stores the events of one token, quickly: Google is answered when it returns. What it raises is answered
with 503, and Google delivers again."""


class Verifier(Protocol):
    """Whoever can tell Google's tokens from others."""

    def events(self, token: bytes) -> Sequence[RiscEvent]:
        """What it tells. Raises RiscRefused, RiscUnavailable."""
        ...


def router(receive: Receive, verifier: Verifier, background: Background) -> APIRouter:
    """`/google/risc`. ``background`` may have to wait for Google's keys, so let it be one that nobody else needs."""
    edge, routes = RiscEdge(receive, verifier, background), APIRouter()
    routes.add_route(RISC, edge.take, methods=["POST"], include_in_schema=False)
    return routes


class RiscEdge:
    """The route. Verified and stored in the pool, then answered; acting comes after the answer."""

    def __init__(self, receive: Receive, verifier: Verifier, background: Background) -> None:
        self._receive = receive
        self._verifier = verifier
        self._background = background

    async def take(self, request: Request) -> Response:
        """One token. The body's size and its patience are limited in front of all routes."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if kind not in _TYPES:
            return _refused(Refusal.MALFORMED)
        return await self._background.ask(self._outcome, body, budget=_BUDGET)

    def _outcome(self, body: bytes) -> Response:
        try:
            events = self._verifier.events(body)
        except RiscRefused as refused:
            return _refused(refused.reason)
        except RiscUnavailable:
            return Response(status_code=_UNAVAILABLE)
        for event in events:
            # ``given`` is what `calendar-bot risc register` has printed; "state" would be hidden as a flow's.
            given = {"given": event.state} if event.kind is RiscKind.VERIFICATION else {}
            log.info("risc_event", outcome=str(event.kind), **given)
        try:
            self._receive(events)
        except Exception:
            log.exception("risc_not_stored")  # whatever it was: Google keeps the token, and brings it again
            return Response(status_code=_UNAVAILABLE)
        return Response(status_code=_ACCEPTED)


def _refused(reason: Refusal) -> Response:
    log.warning("risc_refused", outcome=str(reason))
    error, description = _ERRORS[reason]
    return JSONResponse({"err": error, "description": description}, _BAD_REQUEST, {"Content-Language": "en"})

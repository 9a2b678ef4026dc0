"""One line per request, without any address in it; and the last net under every route."""

import asyncio
import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import telemetry

log = structlog.get_logger()

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_ASKED_ALL_THE_TIME = frozenset({"/healthz", "/readyz", "/metrics"})
_SERVER_ERROR = 500


class AccessLog:
    """Names method, route template, status and milliseconds. Paths carry tickets, queries codes and states."""

    def __init__(self, app: ASGIApp, refuse: Callable[[int], Response]) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=secrets.token_hex(4)):
            try:
                await self._app(scope, receive, send_and_note)
            except Exception:
                log.exception("bug", route=_route(scope))
                if not status:
                    await self._refuse(_SERVER_ERROR)(scope, receive, send_and_note)
            seconds = perf_counter() - started
            await asyncio.sleep(0)  # in a rush everybody's answer goes before anybody's line
            _written_down(scope, status, seconds)


def _written_down(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    route = _route(scope)
    telemetry.observe_request(method, route, status, seconds)
    write = log.debug if route in _ASKED_ALL_THE_TIME else log.info
    write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    """The matched route's template, put together: FastAPI does not tell it for an included router's routes."""
    if "endpoint" not in scope:
        return "unmatched"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(segment, segment) for segment in str(scope["path"]).split("/"))

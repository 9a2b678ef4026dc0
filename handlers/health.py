"""For whoever runs the bot: alive, able to serve, and Prometheus."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot import telemetry
from handlers.background import Background

_READY_BUDGET = 3.0
_UNAUTHORIZED, _UNAVAILABLE = 401, 503


@dataclass(frozen=True)
class Health:
    """``problems`` names what keeps the bot from serving; it may block, so it is asked in the pool."""

    problems: Callable[[], Sequence[str]]
    background: Background
    metrics_token: SecretStr | None = None

    async def alive(self, _request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """The database answers and its schema is ours; a pool without room says 503 as well."""
        problems = await self.background.ask(self.problems, budget=_READY_BUDGET)
        return PlainTextResponse("\n".join(problems or ["ready"]) + "\n", _UNAVAILABLE if problems else 200)

    async def metrics(self, request: Request) -> Response:
        """Prometheus' text format, for those who hold METRICS_TOKEN where it is set."""
        if not self._may_see(request.headers.get("authorization", "")):
            return PlainTextResponse("unauthorized\n", _UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        return PlainTextResponse(telemetry.metrics_text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _may_see(self, authorization: str) -> bool:
        if self.metrics_token is None:
            return True
        expected = f"Bearer {self.metrics_token.get_secret_value()}"
        return hmac.compare_digest(authorization.encode(), expected.encode())


def router(problems: Callable[[], Sequence[str]], background: Background, token: SecretStr | None = None) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    health, routes = Health(problems, background, token), APIRouter()
    routes.add_route("/healthz", health.alive, methods=["GET"], include_in_schema=False)
    routes.add_route("/readyz", health.ready, methods=["GET"], include_in_schema=False)
    routes.add_route("/metrics", health.metrics, methods=["GET"], include_in_schema=False)
    return routes

"""What stands in front of and behind every route: limits, headers, the access line, and a page for every error."""

from collections.abc import Mapping

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.domain.faults import GoogleFault
from bot.errors import (
    BotError,
    GoogleUnavailable,
    LinkDead,
    NotAnEmployee,
    OperatorMustMend,
    SlackUnavailable,
    StateRejected,
    TooMany,
)
from bot.settings import Settings
from handlers.access_log import AccessLog
from handlers.api_problems import refusing
from handlers.background import Busy, TooSlow
from handlers.headers import SecurityHeaders
from handlers.limits import Limits
from handlers.rendering import STYLESHEET, Pages

log = structlog.get_logger()

STATUS: Mapping[type[Exception], int] = {
    StateRejected: 400,
    NotAnEmployee: 403,
    LinkDead: 404,
    TooMany: 429,
    BotError: 500,
    Busy: 503,
    TooSlow: 503,
    GoogleFault: 503,
    GoogleUnavailable: 503,
    OperatorMustMend: 503,
    SlackUnavailable: 503,
}
# These have words of their own; the others share their status' page.
REASON: Mapping[type[Exception], str] = {
    LinkDead: "link_dead",
    NotAnEmployee: "not_an_employee",
    OperatorMustMend: "config_problem",
}


def harden(app: FastAPI, pages: Pages, settings: Settings) -> None:
    """Give ``app`` all of it; once, before it serves."""
    errors = ErrorPages(pages)
    app.add_exception_handler(HTTPException, errors.refused)
    for kind in STATUS:
        app.add_exception_handler(kind, errors.raised)
    # The last one added is the outermost: headers also stand on what the others answer.
    refuse = refusing(pages.error, settings.public_url)
    app.add_middleware(Limits, refuse=refuse)
    app.add_middleware(AccessLog, refuse=refuse)
    app.add_middleware(SecurityHeaders, public_url=settings.public_url, departures=departures(settings))
    app.router.redirect_slashes = False  # it would answer 307, which repeats a POST elsewhere
    app.router.add_route(STYLESHEET, pages.stylesheet, methods=["GET"], include_in_schema=False)


def departures(settings: Settings) -> tuple[str, ...]:
    """The only addresses outside that we ever send a browser to."""
    return (settings.google_auth_uri, settings.slack_web_url)


class ErrorPages:
    """From an exception to its page. What it was is logged by its name alone."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def refused(self, _request: Request, error: Exception) -> Response:
        """An HTTP error by its status."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        page = self._pages.error(status)
        page.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
        return page

    async def raised(self, _request: Request, error: Exception) -> Response:
        """An error of ours, by the nearest class in the table."""
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        log.warning("refused", outcome=_snake(type(error).__name__), status=status)
        words = REASON.get(type(error))
        return self._pages.because(words, status) if words else self._pages.error(status)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).strip("_")

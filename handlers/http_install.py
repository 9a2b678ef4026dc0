"""Installing the app into another workspace. The browser that starts it must be the one that comes back."""

import hmac
import secrets

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import StateRejected
from bot.services.workspaces import Workspaces
from bot.settings import Settings
from bot.slack.workspaces import SlackInstaller
from handlers import cookies
from handlers.background import Background
from handlers.rendering import Pages

INSTALL = "/slack/install"
INSTALLED = "/slack/installed"
NOT_INSTALLED = "/slack/not-installed"
_STATE = "install."
_LIVES = 600
_BUDGET = 30.0
_NOT_FOUND = 404


def router(installing: "Installing", pages: Pages) -> APIRouter:
    """The way to Slack and the page at its end; the way back is shared with Sign in with Slack."""
    routes = APIRouter()

    async def begin(_request: Request) -> Response:
        return installing.begin()

    async def installed(_request: Request) -> Response:
        return pages.installed()

    async def not_installed(_request: Request) -> Response:
        return pages.not_installed()

    routes.add_route(INSTALL, begin, methods=["GET"], include_in_schema=False)
    routes.add_route(INSTALLED, installed, methods=["GET"], include_in_schema=False)
    routes.add_route(NOT_INSTALLED, not_installed, methods=["GET"], include_in_schema=False)
    return routes


class Installing:
    """Begins an installation and ends it."""

    def __init__(self, installer: SlackInstaller, workspaces: Workspaces, settings: Settings) -> None:
        self._installer = installer
        self._workspaces = workspaces
        self._is_secure = not settings.public_is_loopback
        self._cookie = "__Host-install" if self._is_secure else "install"

    def begin(self) -> Response:
        """Off to Slack, with a state that only this browser's cookie matches; 404 where it is not set up."""
        if not self._installer.available:
            raise HTTPException(_NOT_FOUND)
        state = _STATE + secrets.token_urlsafe(32)
        answer = RedirectResponse(self._installer.install_url(state), status_code=303)
        answer.set_cookie(
            self._cookie, state, max_age=_LIVES, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )
        return answer

    @staticmethod
    def is_ours(request: Request) -> bool:
        """Whether a return from Slack belongs to an installation rather than to a sign-in."""
        return request.query_params.get("state", "").startswith(_STATE)

    async def finish(self, request: Request, state: str, code: str | None, background: Background) -> Response:
        """Store the workspace's token, if Slack sent a code. Raises StateRejected for another browser's return."""
        cookie = cookies.only(request, self._cookie)
        if not hmac.compare_digest(state.encode(), cookie.encode()):
            raise StateRejected
        if code:
            await background.ask(self._store, code, budget=_BUDGET)
        answer = RedirectResponse(INSTALLED if code else NOT_INSTALLED, status_code=303)
        answer.delete_cookie(self._cookie, path="/", secure=self._is_secure, httponly=True, samesite="lax")
        return answer

    def _store(self, code: str) -> None:
        self._workspaces.install(self._installer.installed(code))

"""Installing the app into another workspace. The browser that starts it must be the one that comes back."""

import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.services.workspaces import Workspaces
from bot.settings import Settings
from bot.slack.workspaces import SlackInstaller

PATH = "/slack/install"
STATE_PREFIX = "install."
_LIVES = 600


class Installing:
    """Begins an installation and ends it."""

    def __init__(self, installer: SlackInstaller, workspaces: Workspaces, settings: Settings) -> None:
        self._installer = installer
        self._workspaces = workspaces
        self._secure = urlsplit(settings.public_url).scheme == "https"
        self._cookie = "__Host-install" if self._secure else "install"

    def begin(self) -> Response:
        """Off to Slack, with a state that only this browser's cookie matches; 404 where it is not set up."""
        if not self._installer.available:
            return Response(status_code=404)
        state = STATE_PREFIX + secrets.token_urlsafe(32)
        answer = RedirectResponse(self._installer.install_url(state), status_code=303)
        answer.set_cookie(
            self._cookie, state, max_age=_LIVES, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    def is_ours(self, request: Request, state: str) -> bool:
        """Whether this return belongs to an installation begun in this browser."""
        cookie = request.cookies.get(self._cookie, "")
        return state.startswith(STATE_PREFIX) and hmac.compare_digest(state.encode(), cookie.encode())

    def finish(self, code: str) -> None:
        """Store the workspace's token. Raises StateRejected, SlackUnavailable, OperatorMustMend."""
        self._workspaces.install(self._installer.installed(code))

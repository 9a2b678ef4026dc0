"""The workspaces that we are installed in: a client for each, and how another one is added."""

from collections.abc import Callable
from threading import Lock
from urllib.parse import urlencode

from slack_sdk.web import WebClient

from bot.errors import StateRejected
from bot.ports import Installation
from bot.slack.faults import Answered, SlackRefusesApp, call

BOT_SCOPES = ("chat:write", "commands", "im:history", "im:write", "users:read", "users:read.email")
"""Everything the code uses; manifest.yml asks for the same."""

TIMEOUT = 10
REDIRECT_PATH = "/slack/oauth_redirect"
"""Where both installation and Sign in with Slack come back to."""

Tokens = Callable[[str], str]
"""The bot token of a team."""

_BAD_CODES = frozenset({"code_already_used", "code_expired", "invalid_code", "invalid_grant"})


def web_client(api_url: str, token: str | None = None) -> WebClient:
    """A client that never tries twice by itself: whether to ask again is for those to say who know what was asked."""
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[])


class Clients:
    """One client a workspace, made anew when its token changes."""

    def __init__(self, tokens: Tokens, api_url: str) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._lock = Lock()
        self._clients: dict[str, WebClient] = {}

    def of(self, team_id: str) -> WebClient:
        """The client that speaks for us in this workspace."""
        token = self._tokens(team_id)
        with self._lock:
            client = self._clients.get(team_id)
            if client is None or client.token != token:
                client = self._clients[team_id] = web_client(self._api_url, token)
            return client


class SlackInstaller:
    """Adds the app to a workspace: Slack's OAuth 2.0 for apps."""

    def __init__(
        self, *, api_url: str, web_url: str, public_url: str, client_id: str | None, client_secret: str | None
    ) -> None:
        self._api_url = api_url
        self._web_url = web_url
        self._redirect_uri = f"{public_url}{REDIRECT_PATH}"
        self._client_id = client_id or ""
        self._client_secret = client_secret or ""

    @property
    def available(self) -> bool:
        """Whether SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set."""
        return bool(self._client_id and self._client_secret)

    def install_url(self, state: str) -> str:
        """Where to send the administrator's browser."""
        query = {
            "client_id": self._client_id,
            "scope": ",".join(BOT_SCOPES),
            "state": state,
            "redirect_uri": self._redirect_uri,
        }
        return f"{self._web_url}oauth/v2/authorize?{urlencode(query)}"

    def installed(self, code: str) -> Installation:
        """Trade the code for the workspace's token. Raises StateRejected, SlackUnavailable, SlackRefusesApp."""
        try:
            data = call(
                web_client(self._api_url).oauth_v2_access,
                expect=_BAD_CODES,
                client_id=self._client_id,
                client_secret=self._client_secret,
                code=code,
                redirect_uri=self._redirect_uri,
            )
        except Answered:
            raise StateRejected from None
        team, token = data.get("team") or {}, data.get("access_token")
        if not team.get("id") or not isinstance(token, str):
            raise SlackRefusesApp("org_wide_install")  # one token for a whole Enterprise Grid: not supported
        me = call(web_client(self._api_url, token).auth_test)
        return Installation(
            team_id=str(team["id"]),
            team_name=str(team.get("name") or me.get("team") or ""),
            bot_user_id=str(data.get("bot_user_id") or me.get("user_id") or ""),
            bot_id=str(me.get("bot_id") or ""),
            bot_token=token,
            scopes=str(data.get("scope") or ""),
        )

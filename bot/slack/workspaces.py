"""The workspaces that we are installed in: a client for each, and how another one is added."""

from collections.abc import Callable
from threading import Lock
from urllib.parse import urlencode

from slack_sdk.web import WebClient

from bot.errors import SlackRefusesApp, StateRejected
from bot.ports import Installation
from bot.slack.faults import Answered, ask, call, part

BOT_SCOPES = (
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
"""Everything the code uses; manifest.yml asks for the same."""

TIMEOUT = 10
REDIRECT_PATH = "/slack/oauth_redirect"
"""Where both installation and Sign in with Slack come back to."""

_PEOPLES_OWN = "commands"
"""Slack's side of slash commands: no call of ours needs it."""

Tokens = Callable[[str], str]
"""The bot token of a team."""

_BAD_CODES = frozenset({"code_already_used", "code_expired", "invalid_code", "invalid_grant"})


def web_client(api_url: str, token: str | None = None) -> WebClient:
    """A client that never tries twice by itself: whether to ask again is for those to say who know what was asked."""
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[])


def examine(client: WebClient) -> None:
    """Returns when Slack takes the token, with all that we ask of Slack in its scopes.

    Raises SlackUnavailable, SlackRefusesApp. A proxy may drop the header with the scopes: then the token has to do.
    """
    answer = ask(client.auth_test)
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",")} - {""}
    missing = [scope for scope in BOT_SCOPES if scope not in granted and scope != _PEOPLES_OWN]
    if granted and missing:
        raise SlackRefusesApp("missing_scope", ",".join(missing))


class Clients:
    """One client a workspace, made anew when its token changes."""

    def __init__(self, tokens: Tokens, api_url: str) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._lock = Lock()
        self._clients: dict[str, WebClient] = {}
        self._bot_ids: dict[str, str] = {}

    def of(self, team_id: str) -> WebClient:
        """The client that speaks for us in this workspace."""
        token = self._tokens(team_id)
        with self._lock:
            client = self._clients.get(team_id)
            if client is None or client.token != token:
                client = self._clients[team_id] = web_client(self._api_url, token)
                self._bot_ids.pop(team_id, None)
            return client

    def bot_id(self, team_id: str) -> str:
        """By what Slack marks our own messages there; asked once a token."""
        client = self.of(team_id)
        known = self._bot_ids.get(team_id)
        if known is None:
            known = part(call(client.auth_test), "bot_id", str)
            with self._lock:
                if self._clients.get(team_id) is client:
                    self._bot_ids[team_id] = known
        return known


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

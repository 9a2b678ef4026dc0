"""Sign in with Slack (OpenID Connect): who is this browser signed in as?"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.domain.people import Who
from bot.errors import StateRejected
from bot.slack.faults import Answered, call
from bot.slack.workspaces import REDIRECT_PATH, web_client

_USER = "https://slack.com/user_id"
_TEAM = "https://slack.com/team_id"
_BAD_CODES = frozenset(
    {"code_already_used", "invalid_code", "invalid_grant", "invalid_grant_type", "invalid_refresh_token"}
)


class SlackSignInWithOpenID:
    """The port ``SlackSignIn``."""

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

    def url(self, *, state: str, nonce: str, team_id: str) -> str:
        """Where to send the browser; ``team`` spares people the choice of a workspace."""
        query = {
            "response_type": "code",
            "scope": "openid profile email",
            "client_id": self._client_id,
            "state": state,
            "nonce": nonce,
            "team": team_id,
            "redirect_uri": self._redirect_uri,
        }
        return f"{self._web_url}openid/connect/authorize?{urlencode(query)}"

    def exchange(self, *, code: str, nonce: str) -> Who:
        """Trade the code, hold the ID token against what we asked, and against what userInfo says."""
        try:
            tokens = call(
                web_client(self._api_url).openid_connect_token,
                expect=_BAD_CODES,
                client_id=self._client_id,
                client_secret=self._client_secret,
                code=code,
                redirect_uri=self._redirect_uri,
                grant_type="authorization_code",
            )
        except Answered:
            raise StateRejected from None
        claims = _claims(tokens.get("id_token"))
        if not _same(claims.get("nonce"), nonce) or not _for_us(claims.get("aud"), self._client_id):
            raise StateRejected
        person = call(web_client(self._api_url, str(tokens.get("access_token") or "")).openid_connect_userInfo)
        if not person.get("sub") or person["sub"] != claims.get("sub"):
            raise StateRejected
        user_id, team_id = person.get(_USER), person.get(_TEAM)
        if not isinstance(user_id, str) or not isinstance(team_id, str) or not user_id or not team_id:
            raise StateRejected
        return Who(team_id, user_id)


def _claims(id_token: object) -> Mapping[str, Any]:
    """What the ID token says. It came from the token endpoint itself, so its signature need not be checked.

    OpenID Connect Core 1.0, 3.1.3.7.
    """
    parts = id_token.split(".") if isinstance(id_token, str) else []
    try:
        payload = parts[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error, RecursionError):
        raise StateRejected from None
    if not isinstance(claims, dict):
        raise StateRejected
    return claims


def _for_us(audience: object, client_id: str) -> bool:
    return client_id in audience if isinstance(audience, list) else _same(audience, client_id)


def _same(said: object, meant: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(), meant.encode())

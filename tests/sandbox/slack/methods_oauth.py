"""Web API: installing the app, and Sign in with Slack."""

import base64
import binascii
import secrets

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.identity import claims, signed
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.state import Token
from tests.sandbox.slack.triggers import Code


def _client(call: Call) -> None:
    """The app's own credentials, as HTTP Basic or in the body."""
    given_id, given_secret = call.text("client_id"), call.text("client_secret")
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given_id, _, given_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Refused("invalid_auth") from None
    credentials = call.state.credentials
    if given_id != credentials.client_id:
        raise Refused("invalid_client_id")
    if not secrets.compare_digest((given_secret or "").encode(), credentials.client_secret.encode()):
        raise Refused("bad_client_secret")


def _code(call: Call, purpose: str) -> Code:
    _client(call)
    if call.text("grant_type") not in {None, "authorization_code"}:
        raise Refused("invalid_grant_type")
    with call.state.lock:
        return call.state.codes.redeem(call.text("code") or "", purpose, call.text("redirect_uri"))


def oauth_access(call: Call) -> Json:
    code = _code(call, "install")
    team = call.state.teams[code.team_id]
    installation = call.state.install(team.id, code.scopes)
    return {
        "app_id": call.state.credentials.app_id,
        "authed_user": {"id": code.user_id},
        "scope": ",".join(code.scopes),
        "token_type": "bot",
        "access_token": installation.token,
        "bot_user_id": installation.bot_user_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": team.enterprise_json(),
        "is_enterprise_install": False,
    }


def openid_token(call: Call) -> Json:
    code = _code(call, "openid")
    access_token = f"xoxp-{secrets.randbelow(10**12)}-{secrets.token_hex(16)}"
    call.state.tokens[access_token] = Token("user", code.team_id, code.user_id, frozenset(code.scopes))
    identity = signed(call.state, claims(call.state, code.user_id, code.scopes), code.nonce, access_token)
    return {"access_token": access_token, "token_type": "Bearer", "id_token": identity}


def openid_user_info(call: Call) -> Json:
    return claims(call.state, call.token.user_id, tuple(call.token.scopes))


METHODS = {
    "oauth.v2.access": Method(oauth_access, takes_json=False, tokens=()),
    "openid.connect.token": Method(openid_token, tokens=()),
    "openid.connect.userInfo": Method(openid_user_info, "openid", tokens=("user",)),
}

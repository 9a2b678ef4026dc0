"""Who somebody is, as Sign in with Slack says it: claims and a really signed ID token."""

import base64
import hashlib
import json
from collections.abc import Collection
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.state import State

ISSUER = "https://slack.com"
_KEY_ID = "sandbox"
_VERIFIED_AT = 1_767_225_600


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(state: State, user_id: str, scopes: Collection[str]) -> Json:
    """What openid.connect.userInfo answers: the e-mail and the name only where they were asked for."""
    user = state.users[user_id]
    team = state.teams[user.team_id]
    first, _, last = user.name.partition(" ")
    body: Json = {
        "sub": user.id,
        "https://slack.com/user_id": user.id,
        "https://slack.com/team_id": team.id,
    }
    if "email" in scopes:
        body |= {"email": user.email, "email_verified": user.email_confirmed}
        if user.email_confirmed:
            body["date_email_verified"] = _VERIFIED_AT
    if "profile" in scopes:
        body |= {
            "name": user.name,
            "picture": f"https://secure.gravatar.com/avatar/{user.id}.jpg",
            "given_name": first,
            "family_name": last,
            "locale": user.locale,
            "https://slack.com/team_name": team.name,
            "https://slack.com/team_domain": team.domain,
            "https://slack.com/team_image_default": True,
        }
    if team.enterprise is not None:
        body |= {
            "https://slack.com/enterprise_id": team.enterprise[0],
            "https://slack.com/enterprise_name": team.enterprise[1],
        }
    return body


def signed(state: State, body: Json, nonce: str | None, access_token: str) -> str:
    """An RS256 ID token with these claims."""
    now = int(state.seconds())
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    token = {
        "iss": ISSUER,
        "aud": state.credentials.client_id,
        "exp": now + 300,
        "iat": now,
        "auth_time": now,
        "at_hash": _text(half),
        **({"nonce": nonce} if nonce is not None else {}),
        **body,
    }
    header = {"typ": "JWT", "alg": "RS256", "kid": _KEY_ID}
    head = ".".join(_text(json.dumps(part).encode()) for part in (header, token))
    signature = _key().sign(head.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{head}.{_text(signature)}"


def keys() -> Json:
    """The JWK set that verifies our ID tokens."""
    numbers = _key().public_key().public_numbers()
    return {
        "keys": [
            {
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": _KEY_ID,
                "n": _text(numbers.n.to_bytes(256, "big")),
                "e": _text(numbers.e.to_bytes(3, "big")),
            }
        ]
    }


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

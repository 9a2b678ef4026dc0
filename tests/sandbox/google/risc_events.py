"""The security events of Cross-Account Protection (developers.google.com/identity/protocols/risc)."""

import base64
import hashlib
from typing import Literal

from tests.sandbox.google.model import Account, Json

ISSUER = "https://accounts.google.com/"
"""With a slash at the end, which the issuer of ID tokens has not."""
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
VERIFICATION = "verification"
TOKEN_REVOKED = "token-revoked"
_RISC = (
    "sessions-revoked",
    "account-disabled",
    "account-enabled",
    "account-credential-change-required",
    "account-purged",
    VERIFICATION,
)
_OAUTH = ("tokens-revoked", TOKEN_REVOKED)

URIS = {
    **{name: f"https://schemas.openid.net/secevent/risc/event-type/{name}" for name in _RISC},
    **{name: f"https://schemas.openid.net/secevent/oauth/event-type/{name}" for name in _OAUTH},
}
"""Event types by the last part of their names."""

TokenAlgorithm = Literal["hash_base64_sha512_sha512", "prefix"]


def uri(event_type: str) -> str:
    """The whole name of an event type; a name that is whole already is left as it is, known or not."""
    return event_type if "://" in event_type else URIS[event_type]


def account_subject(account: Account) -> Json:
    return {"subject": {"subject_type": "iss-sub", "iss": ISSUER, "sub": account.sub}}


def token_subject(refresh_token: str, algorithm: TokenAlgorithm) -> Json:
    hint = refresh_token[:16] if algorithm == "prefix" else _double_hash(refresh_token)
    subject = {"subject_type": "oauth_token", "token_type": "refresh_token", "token_identifier_alg": algorithm}
    return {"subject": {**subject, "token": hint}}


def _double_hash(text: str) -> str:
    return base64.b64encode(hashlib.sha512(hashlib.sha512(text.encode()).digest()).digest()).decode()

"""What Google tells about an account's safety (RISC, "Cross-Account Protection"), as values.

Source: https://developers.google.com/identity/protocols/risc
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

PREFIX_LENGTH = 16
_SHA512_BYTES = 64
_ISSUERS = frozenset({"https://accounts.google.com", "accounts.google.com"})
"""How Google's ID tokens name it, which is whose ``sub`` we know people by."""
_TYPE = re.compile(r"https://schemas\.openid\.net/secevent/(?:risc|oauth)/event-type/([a-z-]{1,64})")
_WORD = re.compile(r"[a-z][a-z_-]{0,63}")
_ID = re.compile(r"[\x21-\x7e]{1,255}")
_STATE_AT_MOST = 256


class RiscKind(StrEnum):
    """What happened. Google sends the first six and ``verification``; ``account_purged`` is in the standard alone."""

    TOKENS_REVOKED = "tokens_revoked"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind of event
    SESSIONS_REVOKED = "sessions_revoked"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_CREDENTIAL_CHANGE_REQUIRED = "account_credential_change_required"
    ACCOUNT_PURGED = "account_purged"
    VERIFICATION = "verification"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RiscEvent:
    """One event of a verified security event token.

    Whom it is about is ``sub`` (a Google account), or for TOKEN_REVOKED one of the token's two marks. Nobody, when
    all are None. ``issued_at`` may lie long back: these tokens do not expire, and can be delivered twice.
    """

    kind: RiscKind
    jti: str
    """The same for all events of one token, and for every delivery of it."""
    issued_at: datetime
    sub: str | None = None
    token_hash: str | None = None
    """``token_hash`` of the refresh token that was revoked."""
    token_prefix: str | None = field(default=None, repr=False)
    """``token_prefix`` of it."""
    reason: str | None = None
    """A word; of ACCOUNT_DISABLED "hijacking" or "bulk-account"."""
    state: str | None = None
    """Of VERIFICATION: what its asker gave along."""


def token_hash(refresh_token: str) -> str:
    """How Google names a token without telling it: ``hash_base64_sha512_sha512``."""
    once = hashlib.sha512(refresh_token.encode()).digest()
    return base64.b64encode(hashlib.sha512(once).digest()).decode()


def token_prefix(refresh_token: str) -> str:
    """How Google names a token by its beginning: ``prefix``. It is part of a secret; do not store it as it is."""
    return refresh_token[:PREFIX_LENGTH]


def event_of(uri: str, told: Mapping[str, Any], *, issuer: str, jti: str, issued_at: datetime) -> RiscEvent:
    """One entry of the ``events`` claim. What is missing or malformed in it is None; the drafts' spellings differ."""
    found = _TYPE.fullmatch(uri)
    name = found[1].replace("-", "_") if found else ""
    nested = told.get("subject")
    subject = nested if isinstance(nested, dict) else {}
    reason, state = told.get("reason"), told.get("state")
    of_one_token = name == RiscKind.TOKEN_REVOKED
    return RiscEvent(
        kind=RiscKind(name) if name in set(RiscKind) else RiscKind.UNKNOWN,
        jti=jti,
        issued_at=issued_at,
        sub=_account(subject, issuer),
        # The OAuth event types' draft has the token's fields beside each other in the event, Google in its subject.
        **_marks(subject if "token" in subject else told) if of_one_token else {},
        reason=reason if isinstance(reason, str) and _WORD.fullmatch(reason) else None,
        state=state if isinstance(state, str) and len(state) <= _STATE_AT_MOST and state.isprintable() else None,
    )


def _account(subject: Mapping[str, Any], issuer: str) -> str | None:
    """``sub`` counts, whatever the subject's type is called; but only one that Google gave out."""
    given, sub = subject.get("iss", issuer), subject.get("sub")
    ours = isinstance(given, str) and given.rstrip("/") in {issuer.rstrip("/"), *_ISSUERS}
    return sub if ours and isinstance(sub, str) and _ID.fullmatch(sub) else None


def _marks(subject: Mapping[str, Any]) -> dict[str, str]:
    token = subject.get("token")
    is_refresh_token = _spelled(subject.get("token_type", "refresh_token")) == "refresh_token"
    if not is_refresh_token or not isinstance(token, str) or not _ID.fullmatch(token):
        return {}
    match _spelled(subject.get("token_identifier_alg")):
        case "prefix" if len(token) == PREFIX_LENGTH:
            return {"token_prefix": token}
        case "hash_base64_sha512_sha512":
            standard = _standard_base64(token)
            return {"token_hash": standard} if standard else {}
    return {}


def _spelled(word: object) -> str:
    return word.lower().replace("-", "_") if isinstance(word, str) else ""


def _standard_base64(text: str) -> str | None:
    """A SHA-512 digest as ``token_hash`` writes it, from either alphabet and with or without padding."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(raw).decode() if len(raw) == _SHA512_BYTES else None

"""Security event tokens, believed only when Google signed them, for us (RFC 8417, and Google's page on RISC)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt

from bot.domain.risc import RiscEvent, event_of
from bot.errors import BotError
from bot.google.risc_keys import ALGORITHM, Published, PublishedKeys
from bot.google.transport import Transport
from bot.ports import Clock

_AT_MOST = 16 * 1024
_EVENTS_AT_MOST = 16
_SKEW = timedelta(minutes=5)
_SHAPE = re.compile(rb"[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*")
_ID = re.compile(r"[\x21-\x7e]{1,255}")


class Refusal(StrEnum):
    """Why a token is not believed."""

    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    KEY = "key"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"


class RiscRefused(BotError):
    """This is not a security event token of Google's for us."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__()
        self.reason = reason


class RiscVerifier:
    """Safe between threads; it may block while the keys are fetched, so give it a ``transport`` of little patience."""

    def __init__(self, config_url: str, client_ids: Iterable[str], clock: Clock, transport: Transport) -> None:
        self._client_ids = tuple(client_ids)
        self._clock = clock
        self._keys = PublishedKeys(config_url, transport, clock)

    def events(self, token: bytes | str) -> list[RiscEvent]:
        """What the token tells. Raises RiscRefused, or RiscUnavailable when Google's keys cannot be had.

        ``exp`` is not looked at: these tokens tell what has happened, and do not expire. That each has its effect
        once is for whoever acts on them to see to, by ``jti``.
        """
        raw = (token.encode("utf-8", "replace") if isinstance(token, str) else token).strip()
        if len(raw) > _AT_MOST or not _SHAPE.fullmatch(raw):
            raise RiscRefused(Refusal.MALFORMED)
        claims, published = self._believed(raw)
        return self._told(claims, published.issuer)

    def _believed(self, raw: bytes) -> tuple[dict[str, Any], Published]:
        reason = Refusal.MALFORMED
        try:
            published, kid = self._signer(jwt.get_unverified_header(raw))
            claims = jwt.decode(
                raw,
                published.keys[kid],
                algorithms=[ALGORITHM],
                audience=self._client_ids,
                issuer=_spellings(published.issuer),
                options={
                    "require": ["iss", "aud", "iat", "jti", "events"],
                    "verify_exp": False,
                    "verify_iat": False,  # by our own clock, below
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidSignatureError:
            reason = Refusal.SIGNATURE
        except jwt.InvalidIssuerError:
            reason = Refusal.ISSUER
        except jwt.InvalidAudienceError:
            reason = Refusal.AUDIENCE
        except jwt.MissingRequiredClaimError as missing:
            reason = {"iss": Refusal.ISSUER, "aud": Refusal.AUDIENCE}.get(missing.claim, Refusal.MALFORMED)
        except jwt.PyJWTError:
            pass
        else:
            return claims, published
        raise RiscRefused(reason)  # out here it carries no context, so nothing of the token

    def _signer(self, header: dict[str, Any]) -> tuple[Published, str]:
        """Who says to have signed it. Only ``alg`` and ``kid`` are read: a token cannot bring its own key along."""
        if header.get("alg") != ALGORITHM:
            raise RiscRefused(Refusal.ALGORITHM)
        kid = header.get("kid")
        published = self._keys.having(kid) if isinstance(kid, str) else None
        if published is None:
            raise RiscRefused(Refusal.KEY)
        return published, str(kid)

    def _told(self, claims: dict[str, Any], issuer: str) -> list[RiscEvent]:
        issued_at, jti, events = self._instant(claims["iat"]), claims["jti"], claims["events"]
        well_formed = (
            isinstance(jti, str)
            and _ID.fullmatch(jti)
            and isinstance(events, dict)
            and 1 <= len(events) <= _EVENTS_AT_MOST
            and all(isinstance(told, dict) for told in events.values())
        )
        if not well_formed or issued_at is None:
            raise RiscRefused(Refusal.MALFORMED)
        return [event_of(uri, told, issuer=issuer, jti=jti, issued_at=issued_at) for uri, told in events.items()]

    def _instant(self, iat: object) -> datetime | None:
        """When it was issued; None for what is no time, or lies in the future."""
        if isinstance(iat, bool) or not isinstance(iat, int | float):
            return None
        latest = self._clock.now() + _SKEW
        return datetime.fromtimestamp(iat, UTC) if 0 <= iat <= latest.timestamp() else None


def _spellings(issuer: str) -> frozenset[str]:
    """With a slash at its end and without: Google's own page has both."""
    bare = issuer.rstrip("/")
    return frozenset({bare, f"{bare}/"})

"""Who signs Google's security event tokens, as Google publishes it: the issuer's name and the public keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.errors import BotError
from bot.google.answers import json_object
from bot.google.transport import Transport
from bot.ports import Clock
from bot.settings import outside_address

log = structlog.get_logger()

ALGORITHM = "RS256"
BETWEEN_FETCHES = timedelta(minutes=1)
"""However many tokens name keys that nobody knows."""
_FRESH = timedelta(hours=1)
_USABLE = timedelta(days=1)
_PATIENCE = 2.0
"""Seconds to wait for another thread's fetch."""
_LEAST_BITS = 2048
_OK = 200


class RiscUnavailable(BotError):
    """Google's signing keys cannot be had just now, so a token can be neither believed nor refused."""


@dataclass(frozen=True)
class Published:
    """One state of what Google publishes."""

    issuer: str
    keys: Mapping[str, RSAPublicKey]
    at: datetime


class PublishedKeys:
    """The RISC configuration and the key set it names, remembered. One fetch at a time serves all threads."""

    def __init__(self, config_url: str, transport: Transport, clock: Clock) -> None:
        self._config_url = config_url
        self._transport = transport
        self._clock = clock
        self._lock = Lock()
        self._known: Published | None = None
        self._tried_at: datetime | None = None
        self._succeeded = False

    def having(self, kid: str) -> Published | None:
        """What Google publishes, if that key is in it. Raises RiscUnavailable when that cannot be told."""
        known = self._known
        if known is None or kid not in known.keys:
            is_current = self._renew(kid, _PATIENCE)
        else:
            # An old state still serves while another thread looks, or while Google does not answer.
            is_current = self._clock.now() - known.at < _FRESH or self._renew(kid, 0)
        known = self._known
        if known is None or self._clock.now() - known.at > _USABLE:
            raise RiscUnavailable
        if kid in known.keys:
            return known
        if not is_current:
            raise RiscUnavailable
        return None

    def _renew(self, kid: str, patience: float) -> bool:
        """Fetch, unless that was tried within the last minute. Whether the last try succeeded."""
        if not self._lock.acquire(timeout=patience):
            return False
        try:
            now = self._clock.now()
            known = self._known
            found_meanwhile = known is not None and kid in known.keys and now - known.at < _FRESH
            if not found_meanwhile and self._may_try(now):
                self._tried_at, self._succeeded = now, False
                self._known = self._fetched(now)
                self._succeeded = True
        except RiscUnavailable as trouble:
            log.warning("risc_keys_unavailable", outcome=str(trouble))
        finally:
            self._lock.release()
        return self._succeeded

    def _may_try(self, now: datetime) -> bool:
        # A clock that was put back must not hold us up.
        return self._tried_at is None or not timedelta() <= now - self._tried_at < BETWEEN_FETCHES

    def _fetched(self, now: datetime) -> Published:
        configuration = self._json(self._config_url)
        issuer, address = configuration.get("issuer"), configuration.get("jwks_uri")
        if not isinstance(issuer, str) or not issuer or not isinstance(address, str):
            raise RiscUnavailable("configuration_malformed")
        if not self._may_be_asked(address):
            raise RiscUnavailable("key_address_refused")
        keys = _usable(self._json(address).get("keys"))
        if not keys:
            raise RiscUnavailable("no_keys")
        return Published(issuer, keys, now)

    def _may_be_asked(self, address: str) -> bool:
        """Https; plain http on loopback only if the configuration itself came from there."""
        try:
            outside_address(address)
        except ValueError:
            return False
        return address.startswith("https:") or self._config_url.startswith("http:")

    def _json(self, address: str) -> dict[str, Any]:
        try:
            response, body = self._transport.request(address, headers={"Accept": "application/json"})
        except OSError:  # time-outs, broken lines and certificates nobody trusts are kinds of it
            raise RiscUnavailable("no_answer") from None
        answer = json_object(body) if response.status == _OK else None
        if answer is None:
            raise RiscUnavailable("no_proper_answer")
        return answer


def _usable(published: object) -> dict[str, RSAPublicKey]:
    """The keys that may sign a token for us, by their ids. Any others are not our business."""
    found = {}
    for each in published if isinstance(published, list) else ():
        if not isinstance(each, dict) or each.get("kty") != "RSA" or not isinstance(each.get("kid"), str):
            continue
        if each.get("use", "sig") != "sig" or each.get("alg", ALGORITHM) != ALGORITHM:
            continue
        try:
            key = jwt.PyJWK(each, ALGORITHM).key
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_BITS:
            found[each["kid"]] = key
    return found

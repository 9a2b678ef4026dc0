"""Everything secret that a world has seen, and where it must not stand."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from handlers.http_google import RISC
from tests.proofs.tap import Exchange, with_header

_LINK = re.compile("/connect/([A-Za-z0-9_-]{43})")


class Kind(StrEnum):
    """What a canary is; each surface says which kinds may stand there."""

    KEY = "key"
    """Encryption keys."""
    SLACK = "slack"
    """Signing secret, client secret, tokens and codes of Slack's."""
    GOOGLE = "google"
    """Client secret, tokens, codes and PKCE verifiers of Google's."""
    STATE = "state"
    """States and nonces."""
    COOKIE = "cookie"
    TICKET = "ticket"
    EVENT = "event"
    """What a security event of Google's tells, and what proves it."""
    HOOK = "hook"
    """The secret part of a response_url."""
    TITLE = "title"
    """What stands in people's calendars."""
    ANSWER = "answer"
    """What a broken Slack or Google, or something in their place, answered."""
    TYPED = "typed"
    """What people wrote to the bot."""
    METRICS = "metrics"


@dataclass(frozen=True)
class Canary:
    kind: Kind
    value: str

    def forms(self) -> set[bytes]:
        """As it is, in an address, in base64, in hex."""
        raw = self.value.encode()
        encoded = {base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")}
        # The last character of base64 depends on what follows.
        return {raw, quote(self.value, safe="").encode(), raw.hex().encode(), *(each[:-1] for each in encoded)}


@dataclass(frozen=True)
class Surface:
    """Something that people, disks or other machines get to see."""

    name: str
    content: bytes
    allowed: frozenset[Kind] = frozenset()


def leaks(surfaces: Iterable[Surface], canaries: Iterable[Canary]) -> list[str]:
    """Where a canary stands that must not, with what is around it."""
    sought = [(canary, form) for canary in canaries for form in canary.forms()]
    found = []
    for surface in surfaces:
        for canary, form in sought:
            at = surface.content.find(form)
            if at >= 0 and canary.kind not in surface.allowed:
                around = surface.content[max(0, at - 80) : at + len(form) + 20]
                found.append(f"{canary.kind} in {surface.name}: …{around!r}…")
    return found


def collected(
    settings: Mapping[str, str], google: list[Exchange], slack: list[Exchange], bot: list[Exchange]
) -> set[Canary]:
    """Every secret that was configured or issued."""
    found = {
        *_named(Kind.KEY, settings, "ENCRYPTION_KEYS"),
        *_named(Kind.SLACK, settings, "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET"),
        *_named(Kind.GOOGLE, settings, "GOOGLE_CLIENT_SECRET"),
        *_named(Kind.METRICS, settings, "METRICS_TOKEN"),
    }
    for each in google:
        found |= _named(Kind.GOOGLE, each.given, "code", "code_verifier", "refresh_token", "token")
        found |= _named(Kind.STATE, each.given, "state", "nonce")
        found |= _named(Kind.GOOGLE, _json(each.answer), "access_token", "refresh_token", "id_token")
    for each in slack:
        found |= _named(Kind.SLACK, each.given, "code")
        found |= _named(Kind.STATE, each.given, "state", "nonce")
        found |= _named(Kind.SLACK, _json(each.answer), "access_token", "id_token")
        found |= {Canary(Kind.TICKET, link) for link in _LINK.findall(unquote_to_bytes(each.body).decode("latin-1"))}
        if each.path.startswith("/response/"):
            found |= _named(Kind.HOOK, {"id": each.path.rpartition("/")[2]}, "id")
    for each in bot:
        for cookie in with_header(each, "set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            found |= _named(Kind.COOKIE, {name: value}, "flow", "install")
        found |= _named(Kind.STATE, each.given, "state")
        if each.path.startswith("/connect/") and each.status in {200, 303}:
            found |= _named(Kind.TICKET, {"ticket": each.path.split("/")[2]}, "ticket")
        if each.path == RISC:
            header, _, signature = each.body.decode("latin-1").rpartition(".")
            found |= _named(
                Kind.EVENT, {"signature": signature, "told": header.rpartition(".")[2]}, "signature", "told"
            )
    return found


def _named(kind: Kind, values: Mapping[str, Any], *names: str) -> set[Canary]:
    wanted = {values[name] for name in names if isinstance(values.get(name), str)}
    return {Canary(kind, value) for value in wanted if len(value) > 12}  # shorter ones stand anywhere by chance


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

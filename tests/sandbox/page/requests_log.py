"""What went between Slack, the bot and Google, newest first, without a secret in it."""

import itertools
import json
import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Met
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.standin import SlackStandIn

Json = dict[str, Any]
_SECRET_NAMES = re.compile(r"token|secret|password|code|authed|trigger_id|response_url|state|nonce", re.IGNORECASE)
_SECRET_VALUES = re.compile(r"(xox[a-z]-|xapp-|ya29\.|1//|GOCSPX-)[\w.+/-]+|(?<=/connect/)[\w-]+|(?<=ticket=)[\w-]+")
_HARMLESS_NAMES = {"state"}
_MOST = 200
_LONGEST = 4000


@dataclass(frozen=True)
class _Request:
    key: str
    what: str
    where: str
    status: str
    detail: str
    at: datetime


class RequestsLog:
    """Keeps the requests the page made Slack send; the others stand in the stand-ins' journals."""

    def __init__(self, slack: SlackStandIn, google: GoogleStandIn, clock: SandboxClock) -> None:
        self._slack = slack
        self._google = google
        self._clock = clock
        self._sent: deque[_Request] = deque(maxlen=_MOST)
        self._numbers = itertools.count()

    def ack(self, what: str, person: str, ack: Ack) -> None:
        status = ack.trouble or str(ack.status)
        self.note(what, person, "200" if ack.ok else status, f"{ack.seconds * 1000:.0f} ms\n{ack.body}")

    def note(self, what: str, person: str, status: str, detail: str) -> None:
        key = f"s{next(self._numbers)}"
        where = f"Slack → bot, {self._slack.state.users[person].name}"
        self._sent.append(_Request(key, what, where, status, clean(detail), self._clock.now()))

    def seen(self) -> Json:
        newest = sorted(
            [*self._sent, *self._answered(), *self._asked(), *self._met()], key=lambda each: each.at, reverse=True
        )
        entries = [{**vars(each), "at": each.at.isoformat()} for each in newest[:_MOST]]
        return {"faults": [clean(fault) for fault in self._slack.faults], "entries": entries}

    def _answered(self) -> list[_Request]:
        """The bot's calls of the Web API."""
        journal = self._slack.journal
        first = max(0, len(journal) - _MOST)
        return [
            _Request(
                f"w{first + index}",
                call.method,
                "bot → Slack",
                "ok" if call.response.get("ok") else str(call.response.get("error", "?")),
                _pretty({"asked": call.args, "answered": call.response}),
                call.at,
            )
            for index, call in enumerate(journal[first:])
        ]

    def _asked(self) -> list[_Request]:
        """What reached Google, from the bot or from a browser."""
        journal = self._google.journal
        first = max(0, len(journal) - _MOST)
        return [
            _Request(
                f"g{first + index}",
                f"{call.method} {clean(call.path)}",
                f"→ Google{f', {call.account}' if call.account else ''}",
                str(call.status),
                call.account or "",
                call.at,
            )
            for index, call in enumerate(journal[first:])
        ]

    def _met(self) -> list[_Request]:
        """What met a scripted fault at Google, and so stands in no journal."""
        return [
            _Request(
                f"f{met.at.timestamp()}",
                clean(met.request_line),
                "→ Google",
                _failed(met),
                "A fault of the sandbox.",
                met.at,
            )
            for met in list(self._google.script.met)[-_MOST:]
            if met.at is not None
        ]


def _failed(met: Met) -> str:
    return str(met.fault.status) if met.fault.kind == "answer" else "no answer"


def _pretty(value: Any) -> str:
    text = json.dumps(_without_secrets(value), indent=1, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "…" if _secret(key, item) else _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return clean(value) if isinstance(value, str) else value


def _secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and key not in _HARMLESS_NAMES and bool(_SECRET_NAMES.search(key))


def clean(text: str) -> str:
    """The text, its tokens and tickets blotted out."""
    return _SECRET_VALUES.sub("…", text)

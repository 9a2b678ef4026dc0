"""Requests to the bot: signed, timed, over HTTP or over the websocket; what comes back is looked at."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.sockets import Sockets
from tests.sandbox.slack.state import State

PATIENCE = 3.0
"""Seconds Slack waits for an answer."""


@dataclass(frozen=True)
class Ack:
    """The bot's answer to one request. ``status`` 0: none came, and ``trouble`` says why."""

    status: int
    body: str
    seconds: float
    content_type: str = ""
    trouble: str = ""
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return self.status == 200 and not self.trouble


@dataclass(frozen=True)
class Sent:
    """A request as it went over the wire, so that somebody can send it again."""

    url: str
    body: bytes
    headers: dict[str, str]


class Delivery:
    def __init__(self, state: State, sockets: Sockets) -> None:
        self._state = state
        self._sockets = sockets
        self.bot_url: str | None = None
        self.stamp: Callable[[], float] = time.time
        """Real time, not the sandbox's: slack_sdk checks a signature's age against the machine's clock."""
        self.still: Callable[[], AbstractContextManager[object]] = nullcontext
        """Keeps the clock of ``stamp`` from being put forward while a signed request is on its way."""
        self.patience = PATIENCE
        self.last: Sent | None = None

    @property
    def reachable(self) -> bool:
        return self.bot_url is not None or self._sockets.connected

    def signed(self, body: bytes, at: int | None = None) -> dict[str, str]:
        """The two headers that prove a request is Slack's."""
        moment = str(int(self.stamp()) if at is None else at)
        secret = self._state.credentials.signing_secret.encode()
        digest = hmac.new(secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}

    def command(self, fields: Json) -> Ack:
        if self._sockets.connected:
            return self._over_socket("slash_commands", fields, f"command {fields['command']}", answers=True)
        return self._form(fields, f"command {fields['command']}")

    def interaction(self, payload: Json) -> Ack:
        what = f"{payload['type']} {_named(payload)}".strip()
        if self._sockets.connected:
            answers = payload["type"] in {"view_submission", "block_suggestion"}
            return self._over_socket("interactive", payload, what, answers=answers)
        return self._form({"payload": json.dumps(payload)}, what)

    def event(self, envelope: Json, *, number: int = 0, reason: str = "", fault: bool = True) -> Ack:
        """One event; ``number`` counts the attempts that went before, for ``reason``."""
        what = f"event {envelope.get('event', {}).get('type', envelope['type'])}"
        if self._sockets.connected and envelope["type"] == "event_callback":
            retry = {"retry_attempt": number, "retry_reason": reason}
            return self._over_socket("events_api", envelope, what, answers=False, **retry)
        headers = {"Content-Type": "application/json"}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        return self._post(json.dumps(envelope).encode(), headers, what, fault=fault)

    def unsigned(self, fields: Json) -> Ack:
        """A form without a signature, such as Slack's own check of a certificate."""
        return self._send(urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def _form(self, fields: Json, what: str) -> Ack:
        return self._post(urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}, what)

    def _post(self, body: bytes, headers: dict[str, str], what: str, *, fault: bool = True) -> Ack:
        with self.still():
            ack = self._send(body, {**headers, **self.signed(body)})
        return self._judged(ack, what, fault=fault)

    def _judged(self, ack: Ack, what: str, *, fault: bool = True) -> Ack:
        if not fault and ack.trouble == "connection_failed":
            return ack
        if ack.trouble == "http_timeout":
            self._state.fault(f"{what}: not acknowledged within {self.patience:g} s")
        elif ack.trouble:
            self._state.fault(f"{what}: {ack.trouble}")
        elif ack.status != 200:
            self._state.fault(f"{what}: answered with status {ack.status}")
        return ack

    def _send(self, body: bytes, headers: dict[str, str]) -> Ack:
        if self.bot_url is None:
            return Ack(0, "", 0.0, trouble="connection_failed")
        url = f"{self.bot_url.rstrip('/')}/slack/events"
        headers = {
            "Accept": "application/json,*/*",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **headers,
        }
        self.last = Sent(url, body, headers)
        return post(self.last, self.patience)

    def _over_socket(self, kind: str, payload: Json, what: str, *, answers: bool, **extra: object) -> Ack:
        began = time.monotonic()
        try:
            message = self._sockets.send(kind, payload, answers=answers, timeout=self.patience, **extra)
        except TimeoutError:
            return self._judged(Ack(0, "", time.monotonic() - began, trouble="http_timeout"), what)
        except ConnectionError:
            return self._judged(Ack(0, "", time.monotonic() - began, trouble="connection_failed"), what)
        answer = message.get("payload")
        body = "" if answer in (None, {}) else answer if isinstance(answer, str) else json.dumps(answer)
        kind = "text/plain" if isinstance(answer, str) else "application/json"
        return Ack(200, body, time.monotonic() - began, kind)


def post(sent: Sent, patience: float = PATIENCE) -> Ack:
    """Send it and wait as long as Slack would."""
    parts = urlsplit(sent.url)
    secure = parts.scheme == "https"
    opener = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = opener(parts.hostname or "", parts.port, timeout=patience)
    began = time.monotonic()
    try:
        # Whoever refuses a body half-way hangs up on the rest of it; the answer is there all the same.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", parts.path, sent.body, {**sent.headers, "Connection": "close"})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
    except TimeoutError:
        return Ack(0, "", time.monotonic() - began, trouble="http_timeout")
    except (OSError, http.client.HTTPException):
        return Ack(0, "", time.monotonic() - began, trouble="connection_failed")
    finally:
        connection.close()
    seconds = time.monotonic() - began
    return Ack(
        response.status,
        body,
        seconds,
        (response.getheader("content-type") or "").partition(";")[0].strip().lower(),
        "http_timeout" if seconds > patience else "",
        response.getheader("x-slack-no-retry") == "1",
    )


def _named(payload: Json) -> str:
    for action in payload.get("actions", []):
        return str(action["action_id"])
    named = payload.get("action_id") or payload.get("callback_id") or payload.get("view", {}).get("callback_id")
    return str(named or "")

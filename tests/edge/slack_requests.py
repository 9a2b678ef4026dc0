"""What Slack sends, signed as Slack signs it, and what somebody else might make of it."""

import copy
import hashlib
import hmac
import json
import random
from typing import Any
from urllib.parse import urlencode

SECRET = "signing-secret"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Payload = dict[str, Any]

COMMAND = {
    "token": "t",
    "team_id": "T0ACME",
    "team_domain": "acme",
    "channel_id": "D1",
    "channel_name": "directmessage",
    "user_id": "U0ANA",
    "user_name": "ana",
    "command": "/calendar",
    "text": "connect",
    "api_app_id": "A1",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "1.2.3",
}
_WHO: Payload = {
    "api_app_id": "A1",
    "team": {"id": "T0ACME", "domain": "acme"},
    "user": {"id": "U0ANA", "name": "ana", "team_id": "T0ACME"},
    "enterprise": None,
    "is_enterprise_install": False,
    "trigger_id": "1.2.3",
    "token": "t",
}
_CHOICE = {"text": {"type": "plain_text", "text": "Ana"}, "value": "k1"}
_VIEW: Payload = {
    "id": "V1",
    "type": "modal",
    "callback_id": "calendars",
    "hash": "1.abc",
    "private_metadata": "",
    "team_id": "T0ACME",
    "state": {"values": {"linked": {"linked": {"type": "static_select", "selected_option": _CHOICE}}}},
}
CLICK: Payload = {
    **_WHO,
    "type": "block_actions",
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "D1"},
    "channel": {"id": "D1", "name": "directmessage"},
    "message": {"ts": "1.2", "user": "UBOT", "text": "hello", "bot_id": "BBOT"},
    "response_url": "https://hooks.slack.com/actions/1",
    "actions": [{"type": "button", "action_id": "connect", "block_id": "b", "value": "v", "action_ts": "1.3"}],
}
CHOOSING: Payload = {
    **CLICK,
    "actions": [
        {"type": "static_select", "action_id": "linked", "block_id": "b", "selected_option": _CHOICE},
        {"type": "multi_static_select", "action_id": "conflicts", "block_id": "c", "selected_options": [_CHOICE]},
    ],
}
SUBMISSION: Payload = {**_WHO, "type": "view_submission", "view": _VIEW, "response_urls": []}
CLOSING: Payload = {**_WHO, "type": "view_closed", "view": _VIEW, "is_cleared": False}
SUGGESTION: Payload = {
    **_WHO,
    "type": "block_suggestion",
    "action_id": "linked",
    "block_id": "b",
    "value": "tea",
    "view": _VIEW,
}
SHORTCUT: Payload = {**_WHO, "type": "shortcut", "callback_id": "open"}
_ENVELOPE: Payload = {
    "type": "event_callback",
    "team_id": "T0ACME",
    "api_app_id": "A1",
    "event_id": "Ev1",
    "event_time": 1,
    "authorizations": [{"enterprise_id": None, "team_id": "T0ACME", "user_id": "UBOT", "is_bot": True}],
    "is_ext_shared_channel": False,
}
MESSAGE: Payload = {
    **_ENVELOPE,
    "event": {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": "U0ANA",
        "text": "connect",
        "ts": "1.2",
    },
}
HOME: Payload = {
    **_ENVELOPE,
    "event": {"type": "app_home_opened", "user": "U0ANA", "channel": "D1", "tab": "home", "event_ts": "1.2"},
}
URL_CHECK: Payload = {"type": "url_verification", "token": "t", "challenge": "abc"}

EVENTS = (MESSAGE, HOME, URL_CHECK)
INTERACTIONS = (CLICK, CHOOSING, SUBMISSION, CLOSING, SUGGESTION, SHORTCUT)


def as_command(fields: dict[str, str]) -> tuple[bytes, str]:
    return urlencode(fields, errors="surrogatepass").encode(), FORM


def as_event(payload: object) -> tuple[bytes, str]:
    return json.dumps(payload).encode(), JSON


def as_interaction(payload: object) -> tuple[bytes, str]:
    return urlencode({"payload": json.dumps(payload)}).encode(), FORM


def signed(body: bytes, at: float, secret: str = SECRET) -> list[tuple[str, str]]:
    timestamp = str(int(at))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return [("x-slack-request-timestamp", timestamp), ("x-slack-signature", f"v0={digest}")]


class Fuzz:
    """The same malformed requests on every run."""

    _STRANGE: tuple[object, ...] = (
        *(None, True, 0, -1.5, 10**30, "", "x", "\x00", "\ud800", "event_callback", "workflow_step", "message"),
        *([], [None], ["x"], [[]], [{}], {}, {"id": 7}, {"id": None}, {"id": []}, {"type": 1}, {"values": []}),
    )
    _NAMES = (
        *("type", "event", "view", "actions", "user", "team", "enterprise", "channel", "authorizations", "command"),
        *("ssl_check", "response_urls", "callback_id", "action_id", "is_ext_shared_channel", "state", "message"),
        *("bot_access_token", "function_execution_id", "workflow_step", "item", "subtype", "thread_ts", "challenge"),
    )

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def malformed(self) -> tuple[bytes, str]:
        """One request of any kind, bent in one to four places; some are no JSON or no form at all."""
        kind = self._chance.random()
        if kind < 0.1:
            return self._garbage()
        if kind < 0.25:
            return as_command({**COMMAND, **{self._name(): str(self._strange()) for _ in range(2)}})
        as_sent = self._chance.choice((as_event, as_interaction))
        payload = self._bent(copy.deepcopy(self._chance.choice((*EVENTS, *INTERACTIONS))))
        body, content_type = as_sent(payload)
        return body, content_type if self._chance.random() < 0.95 else self._chance.choice(("text/plain", "", FORM))

    def signature(self, body: bytes, at: float) -> list[tuple[str, str]]:
        """Headers that prove nothing."""
        good = dict(signed(body, at))
        timestamp, signature = good["x-slack-request-timestamp"], good["x-slack-signature"]
        wrong: list[dict[str, str]] = [
            {},
            {"x-slack-signature": signature},
            {"x-slack-request-timestamp": timestamp},
            dict(signed(body, at, "another-secret")),
            dict(signed(body + b" ", at)),
            dict(signed(body, at - 400)),
            dict(signed(body, at + 400)),
            {**good, "x-slack-signature": signature.upper()},
            {**good, "x-slack-signature": signature[3:]},
            {**good, "x-slack-signature": "v0=" + "é" * 64},
            {**good, "x-slack-request-timestamp": "now"},
            {**good, "x-slack-request-timestamp": f" {timestamp}"},
            {**good, "x-slack-request-timestamp": "9" * 400},
            {**good, "x-slack-request-timestamp": f"+{timestamp[1:]}"},
        ]
        return list(self._chance.choice(wrong).items())

    def _garbage(self) -> tuple[bytes, str]:
        bodies = (
            *(b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b'{"a":' * 300, b"[" * 100_000, b"payload=%5B%5D"),
            *(b"payload=", b"payload={", b"payload", b"a=%ff", b"&" * 500, b"ssl_check=1", b'{"type":NaN}', b"{}"),
            *(b'{"type":"event_callback","n":' + b"9" * 5000 + b"}", self._chance.randbytes(200)),
        )
        return self._chance.choice(bodies), self._chance.choice((JSON, FORM, f"{JSON}; charset=utf-8"))

    def _bent(self, payload: Payload) -> object:
        for _ in range(self._chance.randint(1, 4)):
            inside: Any = payload
            while isinstance(inside, dict | list) and inside and self._chance.random() < 0.7:
                key = self._chance.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
                if not isinstance(inside[key], dict | list) or not inside[key]:
                    break
                inside = inside[key]
            if isinstance(inside, dict):
                self._bend(inside)
            elif isinstance(inside, list):
                inside.insert(0, self._strange())
        return payload if self._chance.random() < 0.97 else self._strange()

    def _bend(self, inside: Payload) -> None:
        known = [*inside, self._name()]
        name = self._chance.choice(known)
        if name in inside and self._chance.random() < 0.3:
            del inside[name]
        else:
            inside[name] = self._strange()

    def _name(self) -> str:
        return self._chance.choice(self._NAMES)

    def _strange(self) -> object:
        return copy.deepcopy(self._chance.choice(self._STRANGE))

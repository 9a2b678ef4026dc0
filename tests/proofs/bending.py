"""What Slack might never send: genuine requests bent, cut, mixed and mis-signed; the same ones on every run."""

import copy
import json
import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.sandbox.slack.delivery import Sent

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Wire = tuple[bytes, str]
_STRANGE: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**40,
        "",
        " ",
        "x",
        "\x00",
        "\ud800",
        "é" * 3000,
        "U0ADA",
        "T0BETA",
        "<!channel>",
    ),
    *("event_callback", "block_actions", "view_submission", "workflow_step", "home", "modal", "message", "connect"),
    *("disconnect", "pick_linked", "calendars", "2026-01-01", "../../etc/passwd", "'; DROP TABLE person; --"),
    *([], [None], [[]], [{}], ["x"], [0] * 200, {}, {"id": None}, {"id": 7}, {"id": []}, {"value": {}}, {"values": []}),
    *({"type": 1}, {"": ""}, {"selected_option": "x"}, {"selected_options": {"value": 1}}),
)
_NAMES = (
    *("type", "event", "view", "actions", "user", "team", "enterprise", "channel", "authorizations", "command", "text"),
    *("ssl_check", "response_urls", "callback_id", "action_id", "state", "message", "subtype", "bot_id", "trigger_id"),
    *("workflow_step", "bot_access_token", "function_data", "challenge", "payload", "event_id", "user_id", "team_id"),
)


class Bender:
    """Bends the genuine requests it was given."""

    def __init__(self, seed: int, genuine: Sequence[Sent]) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._genuine = genuine
        self._number = 0

    def malformed(self) -> Wire:
        """One request of any kind, bent in one to four places; now and then no JSON and no form at all."""
        body, kind = self.fresh()
        chance = self._chance.random()
        if chance < 0.1:
            return self._garbled(body), kind
        if chance < 0.15:
            return body, self._chance.choice(
                (JSON, FORM, "text/plain", "", "multipart/form-data", f"{JSON}; charset=x")
            )
        if kind == JSON:
            return _written(self._bent(json.loads(body))), JSON
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if "payload" in fields:
            fields["payload"] = _written(self._bent(json.loads(fields["payload"]))).decode()
            return urlencode(fields).encode(), FORM
        bent = self._bent(fields)
        pairs = bent if isinstance(bent, dict) else {"command": bent}
        return urlencode({str(name): str(value) for name, value in pairs.items()}, errors="replace").encode(), FORM

    def fresh(self) -> Wire:
        """A genuine request that was not seen before: the ids by which Slack's repetitions are known are new."""
        sent = self._chance.choice(self._genuine)
        self._number += 1
        kind = sent.headers["Content-Type"]
        if kind == JSON:
            return json.dumps({**json.loads(sent.body), "event_id": f"Ev{self._number}"}).encode(), kind
        fields = dict(parse_qsl(sent.body.decode(), keep_blank_values=True))
        if "payload" in fields:
            fields["payload"] = json.dumps({**json.loads(fields["payload"]), "trigger_id": f"{self._number}.1.a"})
        else:
            fields["trigger_id"] = f"{self._number}.1.a"
        return urlencode(fields).encode(), kind

    def proof(self, good: dict[str, str], other: dict[str, str]) -> dict[str, str]:
        """Headers that prove nothing. ``good`` would have; ``other`` belongs to another body."""
        timestamp, signature = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
        late, early = str(int(timestamp) - 301), str(int(timestamp) + 301)
        return self._chance.choice(
            [
                {},
                {"X-Slack-Signature": signature},
                {"X-Slack-Request-Timestamp": timestamp},
                other,
                *(
                    {**good, "X-Slack-Request-Timestamp": odd}
                    for odd in (late, early, "", "now", "9" * 99, f"+{timestamp}")
                ),
                *(
                    {**good, "X-Slack-Signature": odd}
                    for odd in (signature.upper(), signature[3:], "v0=", "v0=" + "é" * 64)
                ),
                {**good, "X-Slack-Signature": "v0=" + self._chance.randbytes(32).hex()},
            ]
        )

    def _bent(self, payload: Any) -> Any:
        payload = copy.deepcopy(payload)
        for _ in range(self._chance.randint(1, 4)):
            places = _places(payload)
            if not places or self._chance.random() < 0.01:
                return self._strange()
            inside, key = self._chance.choice(places)
            act = self._chance.random()
            if act < 0.25:
                del inside[key]
            elif act < 0.4:  # something that belongs elsewhere
                other, name = self._chance.choice(places)
                inside[key] = copy.deepcopy(other.get(name) if isinstance(other, dict) else other[name % len(other)])
            elif act < 0.5 and isinstance(inside, dict):
                inside[self._chance.choice(_NAMES)] = self._strange()
            else:
                inside[key] = self._strange()
        return payload

    def _garbled(self, body: bytes) -> bytes:
        cut = self._chance.randrange(len(body))
        return self._chance.choice(
            [
                *(b"", b"{", b"[]", b"null", b"\xff\xfe", b"payload=", b"payload={", b"a=%ff", b'{"type":NaN}'),
                *(b"[" * 100_000, b'{"a":' * 2000, b"&" * 500, b"ssl_check=1&" + body),
                *(body[:cut], body[cut:], body + body, body[:cut] + self._chance.randbytes(3) + body[cut:]),
            ]
        )

    def _strange(self) -> Any:
        return copy.deepcopy(self._chance.choice(_STRANGE))


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a tree where something stands."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [place for key in keys for place in [(node, key), *_places(node[key])]]


def _written(payload: Any) -> bytes:
    return json.dumps(payload).encode()

"""What is written down, and what never is."""

import json
import logging
from io import StringIO
from typing import Any

import pytest
import structlog
from slack_sdk.errors import SlackApiError

from bot import telemetry
from bot.telemetry import HIDDEN, Redaction

CANARY = "Canary0123456789abcdefABCDEF"
SHAPES = [
    f"xoxb-123-456-{CANARY}",
    f"xoxe.xoxp-1-{CANARY}",
    f"xapp-1-A1-2-{CANARY}",
    f"ya29.a0{CANARY}_-x",
    f"1//0e{CANARY}-x_y",
    f"1%2F%2F0e{CANARY}",
    f"4/0A{CANARY}",
    f"4%2F0A{CANARY}",
    f"GOCSPX-{CANARY}",
    f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}",
    f"Bearer {CANARY}",
    f"Authorization: Basic {CANARY}=",
    f"https://calendar.example.com/connect/{CANARY}",
    f"GET /connect/{CANARY}/start HTTP/1.1",
    f"/oauth/google/callback?state={CANARY}&code=x",
    f"/oauth/google/callback?scope=openid&code={CANARY}",
    f"grant_type=refresh_token&refresh_token={CANARY}",
    f"client_secret={CANARY}&code_verifier={CANARY}",
    f"__Host-flow={CANARY}; other=1",
    f"{{'access_token': '{CANARY}', 'expires_in': 1}}",
    f'{{"id_token": "{CANARY}"}}',
    f'{{\\"refresh_token\\": \\"{CANARY}\\"}}',
    f"[(b'authorization', b'{CANARY}')]",
    f"https://hooks.slack.com/commands/T1/2/{CANARY}",
]


@pytest.mark.parametrize("text", SHAPES)
def test_whatever_looks_like_a_secret_is_hidden(text: str) -> None:
    cleaned = Redaction().text(f"before {text} after")
    assert CANARY not in cleaned
    assert cleaned.startswith("before ")
    assert HIDDEN in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "the route /connect/{ticket}/start",
        "4/5 of 2026/01/02, version 1.1//x",
        "state machine: connected -> needs_reconnect",
        "HTTP status code 404 after 1.5 ms",
        "ana@acme.example chose Tea & Cake",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert Redaction().text(text) == text


def test_it_looks_into_everything_however_deep(logged: StringIO) -> None:
    structlog.get_logger().info(
        "deep",
        nested={"list": [{"headers": {"x": CANARY}}, (f"xoxb-{CANARY}",)], f"ya29.{CANARY}": 1},
        token=CANARY,
        code=CANARY,
        state=CANARY,
        thing=_Showing(),
    )
    assert CANARY not in logged.getvalue()


def test_a_verdicts_code_and_a_states_name_stay(logged: StringIO) -> None:
    structlog.get_logger().info("verdict", code="invalid_grant", state="needs_reconnect")
    line = json.loads(logged.getvalue())
    assert (line["code"], line["state"]) == ("invalid_grant", "needs_reconnect")


def test_known_secrets_are_hidden_whatever_they_look_like() -> None:
    stream = StringIO()
    telemetry.configure(stream, hide=["an odd secret", "", "x"])
    structlog.get_logger().info("odd", text="this is an odd secret, x")
    assert json.loads(stream.getvalue())["text"] == f"this is {HIDDEN}, x"


def test_an_exception_tells_where_but_neither_secrets_nor_locals(logged: StringIO) -> None:
    def asks_slack(secret: str) -> None:
        answer: Any = {"ok": False, "error": "bad", "req_args": {"headers": {"Authorization": f"Bearer {secret}"}}}
        raise SlackApiError(f"request failed for {answer}", answer)  # type: ignore[no-untyped-call]  # slack_sdk's

    try:
        try:
            asks_slack(CANARY)
        except SlackApiError as error:
            raise ValueError(f"https://x.example/cb?code={CANARY}") from error
    except ValueError:
        structlog.get_logger().exception("bug")
    assert CANARY not in logged.getvalue()
    assert "asks_slack" in json.loads(logged.getvalue())["exception"]


def test_libraries_speak_through_the_same_chain(logged: StringIO) -> None:
    logging.getLogger("some.library").warning("called with %s", f"xoxb-{CANARY}")
    line = json.loads(logged.getvalue())
    assert (line["event"], line["logger"], line["level"]) == ("library", "some.library", "warning")
    assert CANARY not in logged.getvalue()


@pytest.mark.parametrize("name", ["googleapiclient.discovery", "urllib3.connectionpool", "oauthlib.x"])
def test_chatty_libraries_are_heard_from_warnings_on(logged: StringIO, name: str) -> None:
    logging.getLogger(name).info("a whole body")
    assert not logged.getvalue()
    logging.getLogger(name).warning("something odd")
    assert "something odd" in logged.getvalue()


def test_what_slacks_sdk_quotes_from_an_answer_is_left_out(logged: StringIO) -> None:
    logging.getLogger("slack_sdk.web.base_client").error("Failed to decode Slack API response: <html>secret</html>")
    assert not logged.getvalue()


def test_what_bolt_says_about_payloads_is_left_out(logged: StringIO) -> None:
    bolt = logging.getLogger("slack_bolt.AsyncApp")
    bolt.setLevel(logging.INFO)  # as Bolt does when an app is built
    bolt.warning("Unhandled request ({'value': 'tea'})")
    assert not logged.getvalue()


def test_uvicorns_access_log_is_off(logged: StringIO) -> None:
    logging.getLogger("uvicorn.access").warning("GET /connect/ticket")
    assert not logged.getvalue()
    logging.getLogger("uvicorn.error").info("started")
    assert "started" in logged.getvalue()


def test_every_line_is_counted_by_its_event(logged: StringIO) -> None:
    before = telemetry.counted("link_sent", "fresh")
    structlog.get_logger().info("link_sent", outcome="fresh")
    telemetry.count("link_sent", "fresh")
    assert telemetry.counted("link_sent", "fresh") == before + 2
    assert "link_sent" in logged.getvalue()


def test_no_stranger_can_make_up_a_metric() -> None:
    before = telemetry.counted("other", "other")
    telemetry.count("A sentence!", CANARY)
    assert telemetry.counted("other", "other") == before + 1
    assert CANARY not in telemetry.metrics_text()


def test_configuring_twice_does_not_say_everything_twice(logged: StringIO) -> None:
    telemetry.configure(logged)
    logging.getLogger("some.library").warning("once")
    assert logged.getvalue().count("once") == 1


def test_somebody_who_is_looking_sees_words_instead_of_json() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    telemetry.configure(terminal)
    structlog.get_logger().error("bug", place="here", exc_info=LookupError(f"xoxb-{CANARY}"))
    assert "place" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
    assert CANARY not in terminal.getvalue()


class _Showing:
    def __str__(self) -> str:
        return f"xapp-{CANARY}"

"""In front of Bolt: nothing unproven or misshapen reaches a listener, and nothing makes it stumble."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from fastapi import FastAPI
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot import telemetry
from handlers import edge, http_slack, slack_shapes
from handlers.http_slack import SeenSignatures
from handlers.rendering import Pages
from tests.edge.asgi import Caller, run
from tests.edge.conftest import SCALE, settings_for
from tests.edge.slack_requests import (
    CLICK,
    COMMAND,
    EVENTS,
    FORM,
    HOME,
    INTERACTIONS,
    JSON,
    MESSAGE,
    SECRET,
    SHORTCUT,
    SUBMISSION,
    SUGGESTION,
    URL_CHECK,
    Fuzz,
    as_command,
    as_event,
    as_interaction,
    signed,
)
from tests.edge.slack_side import Body, Listeners, SlackSide
from tests.sandbox.clock import SandboxClock


@pytest.fixture
def slack() -> SlackSide:
    async def authorize(team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-edge", bot_id="BBOT")

    bolt = AsyncApp(
        authorize=authorize,
        signing_secret=SECRET,
        request_verification_enabled=False,
        process_before_response=True,
    )
    listeners, clock, http = Listeners(), SandboxClock(), FastAPI()
    listeners.register(bolt)
    front = http_slack.SlackEdge(bolt, SECRET, clock, listeners.skewed.append)
    http.add_middleware(http_slack.SlackFront, edge=front, refuse=Pages().error)
    edge.harden(http, Pages(), settings_for("https://calendar.example.com"))
    return SlackSide(Caller(http), listeners, clock)


# --- what Slack really sends ----------------------------------------------------------------------------------------


def test_a_command_reaches_its_listener(slack: SlackSide) -> None:
    assert slack.send(as_command(COMMAND)).status == 200
    assert slack.listeners.heard == ["U0ANA of T0ACME typed connect1.2.3"]


def test_a_command_may_say_payload(slack: SlackSide) -> None:
    """Bolt's own parser takes any form that holds this word for an interaction, and loses it."""
    assert slack.send(as_command({**COMMAND, "text": "help payload"})).status == 200
    assert slack.listeners.bodies[0]["text"] == "help payload"


@pytest.mark.parametrize("payload", EVENTS, ids=lambda payload: payload.get("event", payload)["type"])
def test_every_event_is_taken(slack: SlackSide, payload: Body) -> None:
    answer = slack.send(as_event(payload))
    assert answer.status == 200
    assert (payload is URL_CHECK) == (answer.text == '{"challenge": "abc"}')


@pytest.mark.parametrize("payload", INTERACTIONS, ids=lambda payload: payload["type"])
def test_every_interaction_is_taken(slack: SlackSide, payload: Body) -> None:
    assert slack.send(as_interaction(payload)).status == 200
    assert slack.listeners.heard


def test_an_answer_is_passed_on_as_bolt_gave_it(slack: SlackSide) -> None:
    answer = slack.send(as_interaction(SUGGESTION))
    assert json.loads(answer.text) == {"options": []}
    assert answer.headers["content-type"].startswith("application/json")


def test_an_unknown_button_is_not_found(slack: SlackSide) -> None:
    action = {**CLICK["actions"][0], "action_id": "unheard_of"}
    assert slack.send(as_interaction({**CLICK, "actions": [action]})).status == 404


def test_emoji_and_other_writing_survive(slack: SlackSide) -> None:
    text = "kalender 📅 für Zoë 日本"
    slack.send(as_event({**MESSAGE, "event": {**MESSAGE["event"], "text": text}}))
    assert slack.listeners.bodies[0]["event"]["text"] == text


def test_a_retry_says_so_to_the_listener(slack: SlackSide) -> None:
    body, content_type = as_event(HOME)
    retry = [("x-slack-retry-num", "1"), ("x-slack-retry-reason", "http_timeout")]
    assert slack.send((body, content_type), [*signed(body, slack.now), *retry]).status == 200


# --- proof ----------------------------------------------------------------------------------------------------------


def test_without_proof_nothing_is_done_and_nothing_of_it_is_logged(slack: SlackSide, logged: StringIO) -> None:
    answer = slack.send(as_command({**COMMAND, "text": "a-private-text"}), [])
    assert (answer.status, answer.body) == (401, b"")
    assert slack.listeners.heard == []
    assert "a-private-text" not in logged.getvalue()
    assert json.loads(logged.getvalue().splitlines()[0])["event"] == "slack_refused"


@pytest.mark.parametrize(("age", "status"), [(0, 200), (290, 200), (301, 401), (-290, 200), (-310, 401)])
def test_five_minutes_is_as_old_as_a_request_may_be(slack: SlackSide, age: int, status: int) -> None:
    sent = as_command(COMMAND)
    assert slack.send(sent, signed(sent[0], slack.now - age)).status == status


def test_many_requests_of_slacks_that_are_too_old_or_too_new_say_that_our_clock_is_wrong(
    slack: SlackSide, logged: StringIO
) -> None:
    sents = [
        as_command(COMMAND),
        as_event(MESSAGE),
        as_event(HOME),
        *map(as_interaction, (CLICK, SUGGESTION, SHORTCUT)),
    ]
    for sent in sents[:5]:
        slack.clock.advance(timedelta(seconds=100))
        assert slack.send(sent, signed(sent[0], slack.now + 400)).status == 401
    assert slack.listeners.skewed == []
    assert slack.send(sents[5], signed(sents[5][0], slack.now - 400)).status == 401
    assert slack.listeners.skewed == ["T0ACME"]
    assert [json.loads(line)["event"] for line in logged.getvalue().splitlines()].count("clock_skew") == 1
    assert slack.listeners.heard == []


def test_a_flood_of_recorded_requests_is_told_once_a_minute(slack: SlackSide) -> None:
    sent = as_event(MESSAGE)
    old = signed(sent[0], slack.now - 400)
    for _ in range(100):
        assert slack.send(sent, old).status == 401
    assert slack.listeners.skewed == ["T0ACME"]
    slack.clock.advance(timedelta(minutes=1))
    for _ in range(100):
        slack.send(sent, old)
    assert slack.listeners.skewed == ["T0ACME"] * 2


def test_a_few_stale_requests_or_many_that_slack_never_signed_say_nothing_about_the_clock(slack: SlackSide) -> None:
    sent = as_command(COMMAND)
    for _ in range(30):
        slack.clock.advance(timedelta(minutes=2.1))
        slack.send(sent, signed(sent[0], slack.now - 400))
    for _ in range(30):
        slack.send(sent, signed(sent[0], slack.now - 400, "another-secret"))
    assert slack.listeners.skewed == []


def test_a_stale_request_that_names_no_workspace_is_nobodys_to_tell(slack: SlackSide) -> None:
    for body, content_type in ((b"\xff", JSON), (b"{", JSON), as_event(URL_CHECK), (b"a=b", "text/plain")) * 3:
        assert slack.send((body, content_type), signed(body, slack.now - 400)).status == 401
    assert slack.listeners.skewed == []


def test_a_recorded_request_does_nothing_again(slack: SlackSide) -> None:
    sent = as_command(COMMAND)
    proof = signed(sent[0], slack.now)
    assert slack.send(sent, proof).status == 200
    slack.clock.advance(timedelta(minutes=4))
    assert slack.send(sent, proof).status == 200
    assert len(slack.listeners.heard) == 1
    slack.clock.advance(timedelta(minutes=2))
    assert slack.send(sent, proof).status == 401


def test_what_failed_here_may_be_sent_again(slack: SlackSide) -> None:
    sent = as_command(COMMAND)
    proof = signed(sent[0], slack.now)
    slack.listeners.failing = True
    assert slack.send(sent, proof).status == 500
    slack.listeners.failing = False
    assert slack.send(sent, proof).status == 200
    assert len(slack.listeners.heard) == 1


def test_signatures_are_forgotten_in_the_order_they_came() -> None:
    seen = SeenSignatures()
    assert seen.is_new("a", 0)
    assert seen.is_new("b", 400)
    assert not seen.is_new("a", 500)
    assert seen.is_new("a", 700)
    assert not seen.is_new("b", 700)


def test_the_certificate_check_needs_no_proof_and_does_nothing(slack: SlackSide) -> None:
    assert slack.send((b"ssl_check=1&token=t", FORM), []).status == 200
    assert slack.send((b"ssl_check=1&" + as_command(COMMAND)[0], FORM), []).status == 200
    assert slack.send((b"ssl_check=1&" + as_interaction(CLICK)[0], FORM), []).status in (200, 401)
    assert slack.listeners.heard == []


def test_a_body_is_refused_by_size_before_anything_else(slack: SlackSide) -> None:
    assert slack.send((b"x" * (1024 * 1024 + 1), FORM)).status == 413


# --- shape ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [65, 1_000, 100_000])
def test_depth_is_limited(slack: SlackSide, opening: bytes, depth: int) -> None:
    close = {b"[": b"]", b'{"a":': b"}"}[opening]
    body = b'{"type":"event_callback","x":' + opening * depth + b"1" + close * depth + b"}"
    assert slack.send((body, JSON)).status == 400
    assert slack.send((b"payload=" + body.replace(b"+", b"%2b"), FORM)).status == 400


def test_width_is_not(slack: SlackSide) -> None:
    blocks = [{"type": "section", "fields": [{"text": "x"}]} for _ in range(500)]
    assert slack.send(as_event({**MESSAGE, "event": {**MESSAGE["event"], "blocks": blocks}})).status == 200


BENT: list[tuple[str, Body]] = [
    ("no type", {}),
    ("unknown type", {**CLICK, "type": "interactive_message"}),
    ("two kinds at once", {**SUBMISSION, "command": "/calendar"}),
    ("no user", {**CLICK, "user": None}),
    ("a user that is text", {**CLICK, "user": "U0ANA"}),
    ("an id with markup", {**CLICK, "user": {"id": "<U1>"}}),
    ("no team anywhere", {**CLICK, "team": None, "user": {"id": "U0ANA"}}),
    ("no actions", {**CLICK, "actions": []}),
    ("an action without an id", {**CLICK, "actions": [{"type": "button"}]}),
    ("an option that is text", {**CLICK, "actions": [{"action_id": "linked", "selected_option": "k"}]}),
    ("a view that is a list", {**SUBMISSION, "view": []}),
    ("a state that is text", {**SUBMISSION, "view": {**SUBMISSION["view"], "state": "values"}}),
    ("a step of a workflow", {**SUBMISSION, "view": {**SUBMISSION["view"], "type": "workflow_step"}}),
    ("response_urls that are texts", {**SUBMISSION, "response_urls": ["x"]}),
    ("half a character", {**CLICK, "trigger_id": "\ud800"}),
    ("a NUL", {**CLICK, "trigger_id": "a\x00b"}),
]


@pytest.mark.parametrize("payload", [payload for _, payload in BENT], ids=[name for name, _ in BENT])
def test_what_slack_would_never_send_is_refused(slack: SlackSide, payload: Body) -> None:
    assert slack.send(as_interaction(payload)).status == 400
    assert slack.listeners.heard == []


def test_a_command_is_cut_down_to_what_is_documented(slack: SlackSide) -> None:
    slack.send(as_command({**COMMAND, "authorizations": "x", "event": "type", "type": "event_callback"}))
    assert set(slack.listeners.bodies[0]) <= set(COMMAND)


def test_a_shape_is_checked_for_socket_mode_as_well() -> None:
    assert slack_shapes.interaction(CLICK)["actions"] == CLICK["actions"]
    with pytest.raises(slack_shapes.Malformed):
        slack_shapes.event({"type": "event_callback", "team_id": "T1", "event": []})


# --- ten thousand ---------------------------------------------------------------------------------------------------


def test_ten_thousand_requests_without_proof_change_nothing(slack: SlackSide) -> None:
    fuzz = Fuzz(11)

    async def flood() -> set[int]:
        statuses = set[int]()
        for _ in range(int(10_000 * SCALE)):
            sent = fuzz.malformed()
            statuses.add((await slack.sends(sent, fuzz.signature(sent[0], slack.now))).status)
            good = as_command(COMMAND)
            statuses.add((await slack.sends(good, fuzz.signature(good[0], slack.now))).status)
        return statuses

    assert run(flood()) <= {200, 401}  # 200: a certificate check, without any work
    assert slack.listeners.heard == []


def test_ten_thousand_malformed_requests_with_proof_make_nothing_stumble(slack: SlackSide, logged: StringIO) -> None:
    fuzz = Fuzz(12)
    bugs = telemetry.counted("bug")

    async def flood() -> dict[int, int]:
        statuses: dict[int, int] = {}
        for _ in range(int(10_000 * SCALE)):
            status = (await slack.sends(fuzz.malformed())).status
            statuses[status] = statuses.get(status, 0) + 1
        return statuses

    statuses = run(flood())
    assert set(statuses) <= {200, 400, 404}, statuses
    assert statuses[400] > statuses[200], "the fuzz is malformed indeed"
    assert telemetry.counted("bug") == bugs
    assert "Traceback" not in logged.getvalue()


def test_only_posts_are_heard(slack: SlackSide) -> None:
    refused = slack.caller.get("/slack/events")
    assert (refused.status, refused.headers["allow"]) == (405, "POST")

"""What became of a message: certainly nothing, or nobody knows; and for how long Slack wants to be left alone."""

import socket
from collections.abc import Iterator, Mapping

import pytest
from slack_sdk import WebClient

from bot.domain.notices import ConnectLink, LinkReplaced
from bot.errors import OperatorMustMend, SlackRefusesApp, SlackUnavailable, Unreachable
from bot.slack.faults import call
from bot.slack.workspaces import web_client
from tests.sandbox.faults import Fault
from tests.slack.rig import TEAM, Rig, running
from tests.slack.samples import ANA, NOW

LINK = ConnectLink("https://calendar.example.com/connect/secret", NOW)
POST = "chat.postMessage"


@pytest.fixture(scope="module")
def open_line() -> Iterator[Rig]:
    with running() as rig:
        rig.notifier.tell(ANA, LinkReplaced())
        yield rig


@pytest.fixture
def slack(open_line: Rig) -> Rig:
    open_line.standin.script.clear()
    return open_line


def error(code: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Fault:
    return Fault(POST, status=status, body={"ok": False, "error": code}, headers=headers or {})


def failure(slack: Rig, fault: Fault) -> SlackUnavailable:
    slack.standin.script.add(fault)
    with pytest.raises(SlackUnavailable) as failed:
        slack.notifier.tell(ANA, LINK)
    return failed.value


@pytest.mark.parametrize(
    "fault",
    [
        Fault(POST, kind="drop"),
        Fault(POST, kind="drop", when="after"),
        Fault(POST, status=500),
        Fault(POST, status=502, body="<html>Bad Gateway</html>"),
        Fault(POST, status=503, body={"ok": False, "error": "service_unavailable"}),
        Fault(POST, status=200, body="<html>Log in to the hotel's network</html>"),
        Fault(POST, status=403, body="<html>Forbidden</html>"),
        Fault(POST, status=200, body=""),
        Fault(POST, status=200, body=[1]),
        Fault(POST, status=200, body={"ok": True}),
        Fault(POST, status=200, body={"ok": False}),
        Fault(POST, status=200, body={"ok": False, "error": "<b>no</b>"}),
        *map(error, ("fatal_error", "internal_error", "service_unavailable", "request_timeout")),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}-{str(fault.body)[:40]}",
)
def test_nobody_knows(slack: Rig, fault: Fault) -> None:
    failed = failure(slack, fault)
    assert failed.lost
    assert failed.retry_after is None


def test_nobody_knows_after_a_time_out(slack: Rig) -> None:
    slack.standin.script.add(Fault(POST, kind="hang", when="after", seconds=1.5))
    impatient = WebClient(slack.tokens[TEAM], base_url=slack.api_url, timeout=1, retry_handlers=[])
    with pytest.raises(SlackUnavailable) as failed:
        call(impatient.chat_postMessage, channel="D0ANA", text="x")
    assert failed.value.lost


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (error("ratelimited", 429, {"Retry-After": "7"}), 7),
        (error("ratelimited", 429, {"retry-after": "7"}), 7),
        (error("ratelimited", 429), 30),
        (error("ratelimited", 429, {"Retry-After": "0"}), 30),
        (error("ratelimited", 429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 30),
        (error("ratelimited", 429, {"Retry-After": "999999"}), 3600),
        (Fault(POST, status=429, body="<html>slow down</html>", headers={"Retry-After": "3"}), 3),
        (error("ratelimited"), 30),
        (error("rate_limited", headers={"Retry-After": "5"}), 5),
        (error("message_limit_exceeded"), 30),
        (error("team_added_to_org"), 3600),
        (error("org_login_required"), 3600),
        (error("never_heard_of"), None),
    ],
)
def test_slack_certainly_did_nothing(slack: Rig, fault: Fault, wait: float | None) -> None:
    failed = failure(slack, fault)
    assert not failed.lost
    assert failed.retry_after == wait


def test_an_outage_may_say_for_how_long(slack: Rig) -> None:
    failed = failure(slack, Fault(POST, status=503, headers={"Retry-After": "90"}))
    assert (failed.lost, failed.retry_after) == (True, 90)


def test_nothing_was_sent_to_an_address_where_nobody_listens(slack: Rig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        with pytest.raises(SlackUnavailable) as failed:
            call(web_client(url, slack.tokens[TEAM]).chat_postMessage, channel="D0ANA", text="x")
    assert not failed.value.lost


def test_nothing_was_said_where_the_conversation_was_not_opened() -> None:
    with running() as slack:
        for fault in (Fault("conversations.open", status=500), Fault("conversations.open", kind="drop", when="after")):
            slack.standin.script.add(fault)
            with pytest.raises(SlackUnavailable) as failed:
                slack.notifier.tell(ANA, LINK)
            assert not failed.value.lost
        assert not slack.calls(POST)


@pytest.mark.parametrize(
    "code",
    [
        *("account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "access_denied"),
        *("accesslimited", "enterprise_is_restricted", "not_allowed_token_type", "no_permission", "ekm_access_denied"),
        *("app_access_restricted", "messages_tab_disabled", "restricted_action", "restricted_action_thread_locked"),
    ],
)
def test_what_the_operator_must_mend_bears_its_name(slack: Rig, code: str) -> None:
    slack.standin.script.add(error(code))
    with pytest.raises(SlackRefusesApp) as refused:
        slack.notifier.tell(ANA, LINK)
    assert refused.value.code == code
    assert isinstance(refused.value, OperatorMustMend)


def test_a_missing_scope_is_named(slack: Rig) -> None:
    body: dict[str, object] = {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}
    slack.standin.script.add(Fault(POST, status=200, body=body))
    with pytest.raises(SlackRefusesApp) as refused:
        slack.notifier.tell(ANA, LINK)
    assert (refused.value.code, refused.value.needed) == ("missing_scope", "chat:write")


@pytest.mark.parametrize("code", ["user_disabled", "user_not_found", "cannot_dm_bot", "is_archived"])
def test_somebody_who_cannot_be_written_to(slack: Rig, code: str) -> None:
    slack.standin.script.add(error(code))
    with pytest.raises(Unreachable):
        slack.notifier.tell(ANA, LINK)


def test_no_call_is_tried_twice_by_itself(slack: Rig) -> None:
    before = len(slack.calls(POST))
    failure(slack, Fault(POST, kind="drop", when="after"))
    assert len(slack.calls(POST)) == before + 1

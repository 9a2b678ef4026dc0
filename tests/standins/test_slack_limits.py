"""The stand-in's rate limits, where they are switched on, and a bot token that is refused for a while."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import Line, acme_on, line


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture(scope="module")
def slack_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def slack(slack_line: Line, clock: SandboxClock) -> Iterator[SlackStandIn]:
    with acme_on(slack_line, clock) as standin:
        yield standin


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    return WebClient(slack.install("T0ACME", SCOPES), base_url=f"{slack.base_url}/api/", retry_handlers=[])


def refused(client: WebClient, method: str, **arguments: str) -> SlackResponse:
    with pytest.raises(SlackApiError) as error:
        client.api_call(method, params=arguments)
    response = error.value.response
    assert isinstance(response, SlackResponse)
    return response


def test_nothing_is_limited_unless_it_is_switched_on(client: WebClient) -> None:
    for _ in range(3):
        client.chat_postMessage(channel="U0ANA", text="x")


def test_one_message_a_second_in_each_channel(slack: SlackStandIn, client: WebClient, clock: SandboxClock) -> None:
    slack.limits.on = True
    client.chat_postMessage(channel="U0ANA", text="x")
    answer = refused(client, "chat.postMessage", channel="U0ANA", text="x")
    assert (answer.status_code, answer["error"], answer.headers["retry-after"]) == (429, "ratelimited", "1")
    client.chat_postMessage(channel="U0BEN", text="x")
    clock.advance(timedelta(seconds=1))
    client.chat_postMessage(channel="U0ANA", text="x")


def test_a_workspace_has_a_limit_of_its_own(slack: SlackStandIn, client: WebClient, clock: SandboxClock) -> None:
    slack.limits.on = True
    slack.limits.a_minute["chat.postMessage"] = 2
    client.chat_postMessage(channel="U0ANA", text="x")
    client.chat_postMessage(channel="U0BEN", text="x")
    assert 50 < int(refused(client, "chat.postMessage", channel="U0CLEO", text="x").headers["retry-after"]) <= 60
    clock.advance(timedelta(minutes=1))
    client.chat_postMessage(channel="U0CLEO", text="x")


def test_a_method_has_its_tier(slack: SlackStandIn, client: WebClient) -> None:
    slack.limits.on = True
    for _ in range(20):
        client.users_list()
    assert refused(client, "users.list").status_code == 429
    assert client.users_info(user="U0ANA")["ok"], "another method"


def test_slack_may_leave_out_when_to_come_back(slack: SlackStandIn, client: WebClient) -> None:
    slack.limits.on, slack.limits.says_when = True, False
    client.chat_postMessage(channel="U0ANA", text="x")
    answer = refused(client, "chat.postMessage", channel="U0ANA", text="x")
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth", "account_inactive"])
def test_a_token_is_refused_until_it_is_taken_again(slack: SlackStandIn, client: WebClient, code: str) -> None:
    slack.refuse_token("T0ACME", code)
    for method in ("auth.test", "chat.postMessage"):
        answer = refused(client, method, channel="U0ANA", text="x")
        assert (answer.status_code, answer["error"]) == (200, code)
    slack.accept_token("T0ACME")
    assert client.auth_test()["ok"]


def test_installing_again_mends_a_token(slack: SlackStandIn, client: WebClient) -> None:
    slack.refuse_token("T0ACME")
    slack.install("T0ACME", SCOPES)
    assert client.auth_test()["ok"]

"""The real slack_sdk against the Web API stand-in: what it answers and what it refuses."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Fault
from tests.sandbox.slack.serving import SCOPES, add_acme, slack_served
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import Line, acme_on, line

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
MODAL: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "Calendars"}, "blocks": [SECTION]}
HOME: dict[str, Any] = {"type": "home", "blocks": [SECTION]}


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
    return WebClient(slack.install("T0ACME", SCOPES), base_url=f"{slack.base_url}/api/")


@pytest.fixture(scope="module")
def refusing() -> Iterator[WebClient]:
    """One workspace for everything that changes nothing."""
    with slack_served() as standin:
        add_acme(standin)
        standin.add_user("T0ACME", "U0OLD", name="Otto Old", email="otto@acme.example", tz="UTC", deleted=True)
        standin.add_channel("T0ACME", "C0BOTS", "bots", ["U0ANA"], bot_is_member=True)
        client = WebClient(standin.install("T0ACME", SCOPES), base_url=f"{standin.base_url}/api/")
        client.conversations_open(users="U0ANA")
        yield client


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(error.value.response["error"])


def trigger(slack: SlackStandIn, user_id: str = "U0ANA") -> str:
    return slack.state.triggers.issue("T0ACME", user_id)


def test_the_bot_learns_who_it_is(client: WebClient) -> None:
    me = client.auth_test()
    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0ACME", "UBOT", "BBOT")


def test_people_are_found_by_id_by_address_and_page_by_page(client: WebClient) -> None:
    assert client.users_info(user="U0GUS")["user"]["is_restricted"]
    assert client.users_info(user="U0ANA", include_locale=True)["user"]["locale"] == "en-GB"
    assert client.users_lookupByEmail(email="BEN@acme.example")["user"]["id"] == "U0BEN"
    seen = [member["id"] for page in client.users_list(limit=3) for member in page["members"]]
    assert seen == ["USLACKBOT", "U0ADA", "U0ANA", "U0BEN", "U0CLEO", "U0GUS", "UBOT"]


def test_an_address_needs_a_scope_of_its_own(slack: SlackStandIn, client: WebClient) -> None:
    slack.install("T0ACME", ["users:read"])
    assert "email" not in client.users_info(user="U0ANA")["user"]["profile"]
    with pytest.raises(SlackApiError) as error:
        client.users_lookupByEmail(email="ana@acme.example")
    assert error.value.response["needed"] == "users:read.email"
    assert error.value.response["provided"] == "users:read"


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@acme.example"}, "users_not_found"),
        ("users.list", {"cursor": "nonsense"}, "invalid_cursor"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.open", {"users": "U0OLD"}, "user_disabled"),
        ("conversations.open", {"users": "UBOT"}, "cannot_dm_bot"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "U0ANA"}, "no_text"),
        ("chat.postMessage", {"channel": "U0ANA", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "U0ANA", "text": "x", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "U0ANA", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "U0ANA", "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ("chat.postEphemeral", {"channel": "C0GENERAL", "user": "U0ANA", "text": "x"}, "not_in_channel"),
        ("chat.postEphemeral", {"channel": "C0BOTS", "user": "U0BEN", "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": "D0ANA", "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "U0ANA", "ts": "1.2", "text": "x"}, "channel_not_found"),
        ("views.open", {"trigger_id": "x", "view": MODAL}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "x", "view": HOME}, "invalid_arguments"),
        ("views.push", {"trigger_id": "x", "view": MODAL}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0", "view": MODAL}, "not_found"),
        ("views.publish", {"user_id": "U0NOBODY", "view": HOME}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0ANA", "view": MODAL}, "invalid_arguments"),
        ("views.nonsense", {}, "unknown_method"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
    ],
)
def test_what_slack_refuses(refusing: WebClient, method: str, arguments: Any, code: str) -> None:
    reading = method.startswith("users.")
    with pytest.raises(SlackApiError) as error:
        refusing.api_call(method, **{"params" if reading else "json": arguments})
    assert refusal(error) == code


@pytest.mark.parametrize(("token", "code"), [("", "not_authed"), ("xoxb-unknown", "invalid_auth")])
def test_a_caller_without_a_known_token_is_refused(slack: SlackStandIn, token: str, code: str) -> None:
    with pytest.raises(SlackApiError) as error:
        WebClient(token, base_url=f"{slack.base_url}/api/").auth_test()
    assert refusal(error) == code


def test_the_token_of_a_removed_app_is_revoked(slack: SlackStandIn, client: WebClient) -> None:
    slack.uninstall("T0ACME")
    with pytest.raises(SlackApiError) as error:
        client.auth_test()
    assert refusal(error) == "token_revoked"


def test_a_message_is_posted_changed_read_and_deleted(slack: SlackStandIn, client: WebClient) -> None:
    metadata = {"event_type": "invited", "event_payload": {"ticket": "7"}}
    posted = client.chat_postMessage(
        channel="U0ANA", text="One", blocks=[SECTION], metadata=metadata, unfurl_links=False
    )
    [message] = slack.dm("U0ANA")
    assert (message.text, message.unfurl_links, message.from_bot) == ("One", False, True)
    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Two")
    [message] = slack.dm("U0ANA")
    assert message.text == "Two"
    assert not message.blocks, "an update with text and without blocks takes them away"
    assert message.edited is not None
    history = client.conversations_history(channel=posted["channel"], include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata
    client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    assert slack.dm("U0ANA")[0].deleted


def test_an_update_takes_a_tenth_of_the_text_of_a_message(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="U0ANA", text="x" * 4_001)
    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel=posted["channel"], ts=posted["ts"], text="x" * 4_001)
    assert refusal(error) == "msg_too_long"


def test_an_ephemeral_message_cannot_be_updated(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_channel("T0ACME", "C0BOTS", "bots", ["U0ANA"], bot_is_member=True)
    sent = client.chat_postEphemeral(channel="C0BOTS", user="U0ANA", text="Only you")
    assert [each.text for each in slack.ephemerals("U0ANA")] == ["Only you"]
    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel="C0BOTS", ts=sent["message_ts"], text="x")
    assert refusal(error) == "cant_update_message"


def test_a_fault_can_be_scripted(slack: SlackStandIn, client: WebClient) -> None:
    slack.script.add(Fault("/api/chat.postMessage", status=429, body={"ok": False, "error": "ratelimited"}))
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="U0ANA", text="x")
    assert refusal(error) == "ratelimited"
    client.chat_postMessage(channel="U0ANA", text="x")


async def _ask(slack: SlackStandIn, token: str) -> str:
    answer = await AsyncWebClient(token, base_url=f"{slack.base_url}/api/").auth_test()
    return str(answer["user_id"])


def test_the_asynchronous_client_is_answered_too(slack: SlackStandIn) -> None:
    assert asyncio.run(_ask(slack, slack.install("T0ACME", SCOPES))) == "UBOT"


def test_the_journal_never_holds_a_token(slack: SlackStandIn, client: WebClient) -> None:
    client.chat_postMessage(channel="U0ANA", text="x")
    assert [call.method for call in slack.journal] == ["chat.postMessage"]
    assert str(client.token) not in repr(slack.journal)

"""The real slack_sdk against the Web API stand-in: what it answers and what it refuses."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook import WebhookClient

from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Fault
from tests.sandbox.slack.payloads import response_url
from tests.sandbox.slack.serving import SCOPES, add_acme, slack_served
from tests.sandbox.slack.standin import SlackStandIn

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
MODAL: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "Calendars"}, "blocks": [SECTION]}
HOME: dict[str, Any] = {"type": "home", "blocks": [SECTION]}


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture
def slack(clock: SandboxClock) -> Iterator[SlackStandIn]:
    with slack_served(clock) as standin:
        add_acme(standin)
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
        (
            "chat.postMessage",
            {"channel": "U0ANA", "text": "x", "metadata": {"event_type": "x"}},
            "invalid_metadata_schema",
        ),
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
    assert message.blocks, "an update that names no blocks keeps them"
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


def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SlackStandIn, client: WebClient, clock: SandboxClock
) -> None:
    used, late = trigger(slack), trigger(slack)
    client.views_open(trigger_id=used, view=MODAL)
    assert len(slack.modals("U0ANA")) == 1
    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=used, view=MODAL)
    assert refusal(error) == "exchanged_trigger_id"
    clock.advance(timedelta(seconds=4))
    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=late, view=MODAL)
    assert refusal(error) == "expired_trigger_id"


def test_modals_stack_three_deep(slack: SlackStandIn, client: WebClient) -> None:
    client.views_open(trigger_id=trigger(slack), view=MODAL)
    client.views_push(trigger_id=trigger(slack), view=MODAL)
    client.views_push(trigger_id=trigger(slack), view=MODAL)
    with pytest.raises(SlackApiError) as error:
        client.views_push(trigger_id=trigger(slack), view=MODAL)
    assert refusal(error) == "push_limit_reached"


def test_a_stale_hash_is_a_conflict(slack: SlackStandIn, client: WebClient) -> None:
    first = client.views_publish(user_id="U0ANA", view=HOME)["view"]["hash"]
    client.views_publish(user_id="U0ANA", view=HOME, hash=first)
    with pytest.raises(SlackApiError) as error:
        client.views_publish(user_id="U0ANA", view=HOME, hash=first)
    assert refusal(error) == "hash_conflict"
    opened = client.views_open(trigger_id=trigger(slack), view=MODAL)["view"]
    client.views_update(view_id=opened["id"], view=MODAL, hash=opened["hash"])
    with pytest.raises(SlackApiError) as error:
        client.views_update(view_id=opened["id"], view=MODAL, hash=opened["hash"])
    assert refusal(error) == "hash_conflict"


def test_a_response_url_takes_five_answers_in_half_an_hour(
    slack: SlackStandIn, client: WebClient, clock: SandboxClock
) -> None:
    ana = slack.state.users["U0ANA"]
    client.conversations_open(users="U0ANA")
    webhook = WebhookClient(response_url(slack.state, ana, "D0ANA"))
    assert webhook.send(text="x", blocks=[{"type": "x"}]).status_code == 400
    for number in range(4):
        assert webhook.send(text=f"{number}").body == "ok"
    sixth = webhook.send(text="6")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)
    assert len(slack.ephemerals("U0ANA")) == 4
    late = WebhookClient(response_url(slack.state, ana, "D0ANA"))
    clock.advance(timedelta(minutes=31))
    assert "expired_url" in late.send(text="x").body


def test_an_answer_replaces_or_deletes_the_message_it_came_from(slack: SlackStandIn, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="U0ANA", text="One", blocks=[SECTION])
    ana = slack.state.users["U0ANA"]
    source = slack.state.messages["D0ANA"][posted["ts"]]
    webhook = WebhookClient(response_url(slack.state, ana, "D0ANA", source))
    webhook.send(text="Two", replace_original=True)
    assert [(each.text, each.blocks) for each in slack.dm("U0ANA")] == [("Two", [])]
    webhook.send_dict({"delete_original": True})
    assert slack.dm("U0ANA")[0].deleted


def test_a_fault_can_be_scripted(slack: SlackStandIn, client: WebClient) -> None:
    slack.script.add(Fault("/api/chat.postMessage", status=429, body={"ok": False, "error": "ratelimited"}))
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="U0ANA", text="x")
    assert refusal(error) == "ratelimited"
    client.chat_postMessage(channel="U0ANA", text="x")


def test_one_message_a_second_where_limits_are_on(slack: SlackStandIn, client: WebClient, clock: SandboxClock) -> None:
    slack.state.limits = True
    client.chat_postMessage(channel="U0ANA", text="x")
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="U0ANA", text="x")
    assert error.value.response.status_code == 429
    assert error.value.response.headers["retry-after"] == "1"
    clock.advance(timedelta(seconds=2))
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

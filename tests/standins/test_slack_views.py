"""The real slack_sdk opens modals, publishes home tabs and answers response urls."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.payloads import response_url
from tests.sandbox.slack.serving import SCOPES
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


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(error.value.response["error"])


def trigger(slack: SlackStandIn, user_id: str = "U0ANA") -> str:
    return slack.state.triggers.issue("T0ACME", user_id)


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

"""What the real slack_sdk reads back from the stand-in: pages of history, and metadata where it is asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import Line, acme_on, line

DM = "D0ANA"
METADATA: dict[str, Any] = {"event_type": "reminder", "event_payload": {"mark": "7"}}


@pytest.fixture(scope="module")
def slack_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def slack(slack_line: Line) -> Iterator[SlackStandIn]:
    with acme_on(slack_line, SandboxClock()) as standin:
        yield standin


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    made = WebClient(slack.install("T0ACME", SCOPES), base_url=f"{slack.base_url}/api/", retry_handlers=[])
    made.conversations_open(users="U0ANA")
    return made


def said(client: WebClient, count: int) -> list[str]:
    return [str(client.chat_postMessage(channel=DM, text=f"No. {number}")["ts"]) for number in range(count)]


def refusal(client: WebClient, method: str, arguments: Any, how: str = "params") -> str:
    with pytest.raises(SlackApiError) as error:
        client.api_call(method, **{how: arguments})
    return str(error.value.response["error"])


def test_the_newest_comes_first_page_after_page(slack: SlackStandIn, client: WebClient) -> None:
    ts = said(client, 7)
    pages = [[each["ts"] for each in page["messages"]] for page in client.conversations_history(channel=DM, limit=3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [each for page in pages for each in page] == ts[::-1]
    slack.state.longest_page = 2
    page = client.conversations_history(channel=DM, limit=999)
    assert (len(page["messages"]), page["has_more"]) == (2, True)


def test_a_hundred_are_shown_unless_more_are_asked_for(client: WebClient) -> None:
    said(client, 101)
    assert len(client.conversations_history(channel=DM)["messages"]) == 100
    assert len(client.conversations_history(channel=DM, limit=999)["messages"]) == 101


def test_time_is_bounded_on_either_side(client: WebClient) -> None:
    first, second, third = said(client, 3)

    def between(**bounds: Any) -> list[str]:
        return [each["ts"] for each in client.conversations_history(channel=DM, **bounds)["messages"]]

    assert between(oldest=first) == [third, second]
    assert between(oldest=first, inclusive=True) == [third, second, first]
    assert between(latest=third) == [second, first]
    assert between(oldest=first, latest=third, inclusive=True) == [third, second, first]


def test_what_was_deleted_is_not_shown(client: WebClient) -> None:
    first, second = said(client, 2)
    client.chat_delete(channel=DM, ts=second)
    assert [each["ts"] for each in client.conversations_history(channel=DM)["messages"]] == [first]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "D0NOBODY"}, "channel_not_found"),
        ({"channel": "U0ANA"}, "channel_not_found"),
        ({"channel": DM, "limit": 1000}, "invalid_limit"),
        ({"channel": DM, "limit": 0}, "invalid_limit"),
        ({"channel": DM, "cursor": "nonsense"}, "invalid_cursor"),
        ({"channel": DM, "cursor": "dXNlcjpVMEFOQQ=="}, "invalid_cursor"),
        ({"channel": DM, "oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"channel": DM, "latest": "nan"}, "invalid_ts_latest"),
        ({"channel": "C0GENERAL"}, "missing_scope"),
    ],
)
def test_what_is_refused(client: WebClient, arguments: Any, code: str) -> None:
    assert refusal(client, "conversations.history", arguments) == code


def test_reading_direct_messages_needs_its_scope(slack: SlackStandIn, client: WebClient) -> None:
    slack.install("T0ACME", set(SCOPES) - {"im:history"})
    assert refusal(client, "conversations.history", {"channel": DM}) == "missing_scope"


def test_the_payload_is_shown_only_to_those_who_ask_for_it(client: WebClient) -> None:
    posted = client.chat_postMessage(channel=DM, text="x", metadata=METADATA)
    assert posted["message"]["metadata"] == {"event_type": "reminder"}
    (bare,) = client.conversations_history(channel=DM)["messages"]
    assert bare["metadata"] == {"event_type": "reminder"}
    (full,) = client.conversations_history(channel=DM, include_all_metadata=True)["messages"]
    assert full["metadata"] == METADATA


def test_an_update_keeps_the_metadata_unless_it_brings_its_own(slack: SlackStandIn, client: WebClient) -> None:
    ts = str(client.chat_postMessage(channel=DM, text="x", metadata=METADATA)["ts"])
    client.chat_update(channel=DM, ts=ts, text="y")
    assert len(slack.marked("U0ANA", "7")) == 1
    client.chat_update(channel=DM, ts=ts, text="y", metadata={**METADATA, "event_payload": {"mark": "8"}})
    assert not slack.marked("U0ANA", "7")
    client.chat_update(channel=DM, ts=ts, text="y", metadata={})
    assert slack.dm("U0ANA")[0].metadata is None


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("{", "invalid_metadata_format"),
        ([], "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_type": 7, "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": []}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"mark": "x" * 4_000}}, "metadata_too_large"),
    ],
)
def test_metadata_that_slack_does_not_take(client: WebClient, method: str, metadata: Any, code: str) -> None:
    (ts,) = said(client, 1)
    arguments = {"channel": DM, "ts": ts, "text": "x", "metadata": metadata}
    assert refusal(client, method, arguments, "json") == code


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
def test_a_workspace_may_close_the_time_for_edits(slack: SlackStandIn, client: WebClient, code: str) -> None:
    (ts,) = said(client, 1)
    slack.refuse_edits(code)
    assert refusal(client, "chat.update", {"channel": DM, "ts": ts, "text": "x"}, "json") == code
    slack.refuse_edits(None)
    assert client.chat_update(channel=DM, ts=ts, text="x")["ok"]

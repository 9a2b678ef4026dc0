"""Socket Mode with slack_sdk's own aiohttp client."""

import asyncio
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.serving import SCOPES, add_acme, slack_served
from tests.sandbox.slack.standin import SlackStandIn


async def _session(slack: SlackStandIn, heard: list[SocketModeRequest]) -> list[Ack]:
    client = SocketModeClient(slack.app_token, web_client=AsyncWebClient(base_url=f"{slack.base_url}/api/"))

    async def listener(socket: Any, request: SocketModeRequest) -> None:
        heard.append(request)
        payload = {"text": "Hello"} if request.type == "slash_commands" else None
        await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    client.socket_mode_request_listeners.append(listener)
    connected = asyncio.Event()
    loop = asyncio.get_running_loop()
    slack.on_change(lambda: loop.call_soon_threadsafe(connected.set))
    await client.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    await asyncio.wait_for(connected.wait(), 5)
    acks = [
        await asyncio.to_thread(slack.command, "U0ANA", "/calendar status"),
        await asyncio.to_thread(slack.opens_home, "U0ANA"),
    ]
    await client.close()  # type: ignore[no-untyped-call]  # as above
    return acks


def test_commands_and_events_go_over_the_socket_while_one_is_open() -> None:
    with slack_served() as slack:
        add_acme(slack)
        slack.install("T0ACME", SCOPES)
        heard: list[SocketModeRequest] = []
        acks = asyncio.run(_session(slack, heard))
        assert [request.type for request in heard] == ["slash_commands", "events_api"]
        assert [request.accepts_response_payload for request in heard] == [True, False]
        assert heard[0].payload["text"] == "status"
        assert heard[1].payload["event"]["type"] == "app_home_opened"
        assert [ack.status for ack in acks] == [200, 200]
        assert [each.text for each in slack.ephemerals("U0ANA")] == ["Hello"]
        assert slack.faults == []


def test_a_bot_token_opens_no_socket() -> None:
    with slack_served() as slack:
        add_acme(slack)
        token = slack.install("T0ACME", SCOPES)
        client = AsyncWebClient(base_url=f"{slack.base_url}/api/")
        refused = asyncio.run(_refused(client, token))
        assert refused == "not_allowed_token_type"


async def _refused(client: AsyncWebClient, token: str) -> str:
    try:
        await client.apps_connections_open(app_token=token)
    except Exception as error:  # noqa: BLE001 - the SDK's error carries Slack's answer
        return str(getattr(error, "response", {}).get("error"))
    return ""

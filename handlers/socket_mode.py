"""Socket Mode: Slack's requests over a websocket that we open, so that Slack needs no way in to us."""

import asyncio
import logging
import re
from collections.abc import Iterator
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import code_in
from handlers import slack_shapes

log = structlog.get_logger()

_PATIENCE = 10
_LAST_ANSWERS = 3.0
"""Seconds in which requests that have come in are still answered at the end: Slack waits no longer either."""
_TRIES_PER_ADDRESS = 3
_SESSION = re.compile(r" \(s_-?\d+\)| from s_-?\d+")
_SHAPES = {
    "slash_commands": slack_shapes.command,
    "events_api": slack_shapes.event,
    "interactive": slack_shapes.interaction,
}


class SocketMode:
    """One websocket to Slack, opened again whenever it is lost, for as long as it takes."""

    def __init__(self, bolt: AsyncApp, app_token: str, api_url: str, *, ping_interval: float = 10) -> None:
        """``ping_interval``: seconds between two looks at whether the socket is still there."""
        self._bolt = bolt
        self._app_token = app_token
        self._api_url = api_url
        self._ping_interval = ping_interval
        self._handler: _Handler | None = None
        self._opening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect. Slack may be down for now: whoever serves pages must not wait for it."""
        self._handler = _Handler(
            self._bolt,
            self._app_token,
            AsyncWebClient(base_url=self._api_url, timeout=_PATIENCE),
            self._ping_interval,
        )
        self._opening = asyncio.create_task(_opened(self._handler.client))

    async def stop(self) -> None:
        """Answer what has come in, close the socket, and leave no task behind."""
        if self._handler is None:
            return
        await self._handler.answered()
        client = self._handler.client
        await client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        tasks = (self._opening, client.message_processor, client.current_session_monitor, client.message_receiver)
        left = [task for task in tasks if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class _Client(SocketModeClient):
    """The SDK's, but for how it begins anew."""

    async def connect(self) -> None:
        """Until it succeeds. The SDK would try one address for ever, but an address is good once and for a minute."""
        while not self.closed:
            try:
                async with asyncio.timeout(_TRIES_PER_ADDRESS * self.ping_interval):
                    await super().connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            except TimeoutError:
                self.wss_uri = None
            else:
                return

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Once for a socket. Slack says goodbye and then closes it, and the SDK would act on both.

        What came in between would be lost, for the second time ends the new socket.
        """
        ending = self.current_session
        async with self.connect_operation_lock:
            if self.current_session is ending and (force or not await self.is_connected()):
                self.wss_uri = await self.issue_new_wss_url()
                await self.connect()


class _Handler(AsyncSocketModeHandler):
    """Bolt's own, behind the same check of shapes that HTTP requests pass."""

    client: _Client

    def __init__(self, bolt: AsyncApp, app_token: str, web_client: AsyncWebClient, ping_interval: float) -> None:
        self.app = bolt
        self.app_token = app_token
        self.client = _Client(app_token, _logger(), web_client, ping_interval=ping_interval)
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt
        self._answering: set[asyncio.Task[Any]] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt
        """One envelope."""
        task = asyncio.current_task()
        if task is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        try:
            req.payload = _SHAPES[req.type](req.payload)
        except (slack_shapes.Malformed, KeyError) as odd:
            log.warning("slack_refused", outcome="malformed", detail=str(odd))
            # Acknowledged all the same: to send it again would not mend it.
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id))
            return
        await super().handle(client, req)

    async def answered(self) -> None:
        """Wait for the answers under way."""
        if self._answering:
            await asyncio.wait(set(self._answering), timeout=_LAST_ANSWERS)


async def _opened(client: _Client) -> None:
    for pause in _pauses():
        try:
            client.wss_uri = await client.issue_new_wss_url()
        except Exception as error:  # noqa: BLE001 - aiohttp, the SDK and garbage from Slack: all are worth another try
            log.warning("socket_not_opened", error=_name(error), again_in=pause)
        else:
            break
        await asyncio.sleep(pause)
    await client.connect()


def _name(error: BaseException) -> str:
    return code_in(error) if isinstance(error, SlackApiError) else type(error).__name__


def _pauses() -> Iterator[float]:
    pause = 1.0
    while True:
        yield pause
        pause = min(pause * 2, 30.0)


class _InOurWords(logging.Handler):
    """The SDK's sentences may hold the socket's address, which is a ticket, or a payload. Their first words do not."""

    def emit(self, record: logging.LogRecord) -> None:
        sentence = _SESSION.sub("", record.getMessage())
        if record.levelno < logging.WARNING:
            log.info("socket_mode", step=sentence.partition(":")[0])
            return
        error = record.exc_info[1] if record.exc_info else None
        step = sentence.partition("(")[0].partition(":")[0].strip()
        log.warning("socket_mode", step=step, **({"error": _name(error)} if error else {}))


def _logger() -> logging.Logger:
    logger = logging.Logger("socket_mode", logging.INFO)  # noqa: LOG001 - one of its own, so that nothing else configures it
    logger.addHandler(_InOurWords())
    return logger

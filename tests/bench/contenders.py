"""The servers that are measured, each a process of its own: `python -m tests.bench.contenders NAME PORT`.

All of them prove Slack's signature and acknowledge. ``ours`` is `calendar-bot serve` with every listener; the Bolt
ones answer each command through its response_url, as ours does; ``bare`` does nothing more, and sets the scale.
"""

import hashlib
import hmac
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.bench.cores import MEASURED, pin

_PATH = "/slack/events"
_ANSWER = "Here is what you can type: connect, calendars, status, disconnect, help."
Environment = Mapping[str, str]


def bare(environment: Environment) -> ASGIApp:
    """Starlette, a signature, an empty answer."""
    secret = environment["SLACK_SIGNING_SECRET"].encode()

    async def receive(request: Request) -> Response:
        body = await request.body()
        moment = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        expected = hmac.new(secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest("v0=" + expected, signature) and abs(time.time() - int(moment)) <= 300
        return Response(status_code=200 if genuine else 401)

    return Starlette(routes=[Route(_PATH, receive, methods=["POST"])])


def bolt_async(environment: Environment) -> ASGIApp:
    """Bolt's AsyncApp as its documentation sets it up."""
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=environment["SLACK_SIGNING_SECRET"])

    async def typed(ack: Any, respond: Any) -> None:
        await ack()
        await respond(_ANSWER)

    app.command("/calendar")(typed)
    return _behind(AsyncSlackRequestHandler(app).handle)


def bolt_sync(environment: Environment) -> ASGIApp:
    """Bolt's App as its documentation sets it up, behind Starlette."""
    from slack_bolt import App
    from slack_bolt.adapter.starlette.handler import SlackRequestHandler
    from slack_sdk import WebClient

    client = WebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"])
    app = App(client=client, signing_secret=environment["SLACK_SIGNING_SECRET"])

    def typed(ack: Any, respond: Any) -> None:
        ack()
        respond(_ANSWER)

    app.command("/calendar")(typed)
    return _behind(SlackRequestHandler(app).handle)


def ours(environment: Environment) -> None:
    """Exactly what `calendar-bot serve` does."""
    from bot.settings import Settings
    from handlers import serving

    serving.serve(Settings.read(environment))


def _behind(handle: Callable[[Request], Any]) -> ASGIApp:
    async def receive(request: Request) -> Response:
        response: Response = await handle(request)
        return response

    return Starlette(routes=[Route(_PATH, receive, methods=["POST"])])


_OTHERS: dict[str, Callable[[Environment], ASGIApp]] = {"bare": bare, "bolt-async": bolt_async, "bolt-sync": bolt_sync}


def main(name: str, port: str) -> None:
    """Serve on ``port`` until told to stop."""
    pin(MEASURED)
    if name == "ours":
        ours({**os.environ, "PORT": port})
    else:
        uvicorn.run(_OTHERS[name](os.environ), port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

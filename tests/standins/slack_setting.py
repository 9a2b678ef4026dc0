"""A small bot built with the real Bolt, and a loopback line on which stand-in and bot are exchanged test by test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sandbox.clock import SandboxClock
from tests.sandbox.server import Faulty, Served
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.serving import add_acme
from tests.sandbox.slack.standin import SlackStandIn


class Line:
    """One server for a whole module: starting and stopping one takes longer than most tests."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.served = Served(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is None or scope["type"] == "lifespan":
            raise RuntimeError("nobody is on the line")
        await self.app(scope, receive, send)


@contextmanager
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.served.stop()


@contextmanager
def acme_on(opened: Line, clock: SandboxClock) -> Iterator[SlackStandIn]:
    """A fresh Slack with the workspace Acme on a line that is open."""
    standin = SlackStandIn(clock)
    opened.app = Faulty(standin.app, standin.script)
    standin.base_url = opened.served.url
    add_acme(standin)
    yield standin
    standin.close()


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


BUTTON = {"type": "button", "action_id": "open", "text": plain("Choose calendars"), "value": "7"}
LINK = {"type": "button", "action_id": "go", "text": plain("Connect"), "url": "https://bot.example/connect/1"}
PICK = {"type": "static_select", "action_id": "pick", "options": [option("Work"), option("Home")]}
FIND: Json = {"type": "external_select", "action_id": "find", "min_query_length": 1}
ACTIONS = {"type": "actions", "block_id": "acts", "elements": [BUTTON, LINK, PICK, FIND]}
NAME = {
    "type": "input",
    "block_id": "name",
    "label": plain("Name"),
    "element": {"type": "plain_text_input", "action_id": "n"},
}
LINKED = {
    "type": "input",
    "block_id": "linked",
    "label": plain("Linked calendar"),
    "element": {**PICK, "action_id": "l", "initial_option": option("Home")},
}


def modal(*blocks: Json, title: str = "Calendars") -> Json:
    return {
        "type": "modal",
        "callback_id": "calendars",
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "blocks": list(blocks),
    }


@dataclass
class Bot:
    """What the bot was asked, and what it is to answer."""

    heard: list[tuple[str, Json]] = field(default_factory=list)
    submission: Json = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def acts(self, ack: Any, body: Json) -> None:
        self.heard.append(("action", body))
        await ack()

    async def finds(self, ack: Any, body: Json) -> None:
        self.heard.append(("options", body))
        await ack(options=[option(f"Team {number}") for number in range(3) if body["value"] in f"Team {number}"])

    async def submits(self, ack: Any, body: Json) -> None:
        self.heard.append(("view", body))
        await ack(**self.submission)

    async def closes(self, ack: Any, body: Json) -> None:
        self.heard.append(("closed", body))
        await ack()

    async def hears(self, event: Json) -> None:
        self.heard.append(("event", event))

    def last(self, kind: str) -> Json:
        return next(body for heard, body in reversed(self.heard) if heard == kind)


def listening(bot: Bot, token: str, slack: SlackStandIn) -> Starlette:
    client = AsyncWebClient(token, base_url=f"{slack.base_url}/api/")
    app = AsyncApp(signing_secret=slack.signing_secret, client=client, process_before_response=True)

    async def command(ack: Any, body: Json, respond: Any) -> None:
        bot.heard.append(("command", body))
        if body["text"] == "now":
            await ack("At once")
            return
        await ack()
        await respond("Sent you a DM", response_type="ephemeral")
        await client.chat_postMessage(channel=body["user_id"], text="Hello", blocks=[ACTIONS])

    async def opens(ack: Any, body: Json) -> None:
        bot.heard.append(("action", body))
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(NAME, LINKED))

    app.command("/calendar")(command)
    app.action("open")(opens)
    for name in ("go", "pick"):
        app.action(name)(bot.acts)
    app.action("find")(bot.acts)
    app.message_shortcut("book_with_author")(bot.acts)
    app.options("find")(bot.finds)
    app.view("calendars")(bot.submits)
    app.view_closed("calendars")(bot.closes)
    app.event("user_change")(bot.hears)
    app.event("team_join")(bot.hears)
    app.event("message")(bot.hears)
    app.event("app_home_opened")(bot.hears)
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        bot.headers.append(dict(request.headers))
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])

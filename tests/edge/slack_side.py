"""Somebody who sends requests as Slack does, and listeners at the other end."""

import re
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from tests.edge.asgi import Answer, Caller, run
from tests.edge.slack_requests import signed
from tests.sandbox.clock import SandboxClock

Ack = Any
Body = dict[str, Any]


@dataclass
class Listeners:
    """Listeners that read payloads as carelessly as the real ones, and remember what they were shown."""

    heard: list[str] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    skewed: list[str] = field(default_factory=list)
    """The workspaces whose requests said that our clock is wrong."""
    failing: bool = False

    def register(self, app: AsyncApp) -> None:
        app.command("/calendar")(self.typed)
        app.event("message")(self.written)
        app.event("app_home_opened")(self.opened)
        app.action(re.compile("^(connect|linked|conflicts)$"))(self.clicked)
        app.options("linked")(self.suggested)
        app.view("calendars")(self.submitted)
        app.view_closed("calendars")(self.submitted)
        app.shortcut("open")(self.clicked)

    async def typed(self, ack: Ack, body: Body) -> None:
        await self._note(ack, body, f"{body['user_id']} of {body['team_id']} typed {body['text']}{body['trigger_id']}")

    async def written(self, ack: Ack, body: Body) -> None:
        event = body["event"]
        if "subtype" not in event and "bot_id" not in event:
            await self._note(ack, body, f"{event['user']} wrote {event['text'].strip()} in {event['channel']}")

    async def opened(self, ack: Ack, body: Body) -> None:
        await self._note(ack, body, f"{body['event']['user']} of {body['team_id']} opened home")

    async def clicked(self, ack: Ack, body: Body) -> None:
        for action in body.get("actions", []):
            option = action.get("selected_option") or {}
            chosen = [each.get("value", "")[:9] for each in action.get("selected_options") or [option]]
            await self._note(ack, body, f"{body['user']['id']} clicked {action['action_id'][:9]} {chosen}")
        await self._note(ack, body, "clicked")

    async def suggested(self, ack: Ack, body: Body) -> None:
        self.heard.append(f"{body['user']['id']} asks for {body['value'].casefold()} in {body['block_id'][:9]}")
        await ack(options=[])

    async def submitted(self, ack: Ack, body: Body) -> None:
        view = body["view"]
        for block in (view.get("state") or {}).get("values", {}).values():
            for element in block.values():
                self.heard.append(str((element.get("selected_option") or {}).get("value", "")[:9]))
        await self._note(ack, body, f"submitted {view['id'][:9]} {view['callback_id'][:9]}")

    async def _note(self, ack: Ack, body: Body, what: str) -> None:
        if self.failing:
            raise ZeroDivisionError
        self.heard.append(what)
        self.bodies.append(body)
        await ack()


@dataclass
class SlackSide:
    """Somebody who sends requests to `/slack/events`."""

    caller: Caller
    listeners: Listeners
    clock: SandboxClock

    @property
    def now(self) -> float:
        return self.clock.now().timestamp()

    def send(self, sent: tuple[bytes, str], headers: list[tuple[str, str]] | None = None) -> Answer:
        return run(self.sends(sent, headers))

    async def sends(self, sent: tuple[bytes, str], headers: list[tuple[str, str]] | None = None) -> Answer:
        body, content_type = sent
        proof = signed(body, self.now) if headers is None else headers
        return await self.caller.ask("POST", "/slack/events", [("content-type", content_type), *proof], body)

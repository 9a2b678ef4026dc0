"""A little bot that shows every block and element, for looking at what the sandbox page makes of them."""

import json
from typing import Any

from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.sandbox.slack.standin import SlackStandIn

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str | None = None, **more: Any) -> Json:
    return {"text": plain(text), "value": value or text.lower(), **more}


def menu(kind: str, action_id: str, **more: Any) -> Json:
    return {"type": kind, "action_id": action_id, "placeholder": plain("Pick"), **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": action_id, **more}


def actions(block_id: str, *elements: Json) -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


COLOURS = [option("Red"), option("Green"), option("Blue")]
SURE = {
    "title": plain("Are you sure?"),
    "text": plain("It cannot be undone."),
    "confirm": plain("Go on"),
    "deny": plain("Stop"),
}


def modal(*blocks: Json, title: str = "Gallery", submit: str | None = "Save") -> Json:
    view: Json = {"type": "modal", "callback_id": "gallery", "title": plain(title), "blocks": list(blocks)}
    if submit:
        view |= {"submit": plain(submit), "close": plain("Cancel"), "notify_on_close": True}
    return view


class Gallery:
    """Answers what ``answers`` says for a kind of payload, and keeps every payload it got."""

    def __init__(self, slack: SlackStandIn, token: str) -> None:
        self.client = WebClient(token=token, base_url=f"{slack.base_url}/api/")
        self.received: list[Json] = []
        self.options = [option(f"Calendar {number}") for number in range(1, 31)]
        self.on_submit: Json | None = None
        self.on_click: Json | None = None
        """A modal that the next click opens."""
        self.app = Starlette(routes=[Route("/slack/events", self._endpoint, methods=["POST"])])

    def post(self, user_id: str, *blocks: Json, text: str = "Gallery") -> str:
        channel = self.client.conversations_open(users=[user_id])["channel"]["id"]
        return str(self.client.chat_postMessage(channel=channel, text=text, blocks=list(blocks) or None)["ts"])

    def of(self, kind: str) -> list[Json]:
        return [payload for payload in self.received if payload["type"] == kind]

    async def _endpoint(self, request: Request) -> Response:
        if request.headers["content-type"] == "application/json":
            self.received.append(await request.json())
            return Response()
        form = await request.form()
        if "payload" not in form:
            self.received.append({"type": "command", **form})
            return JSONResponse({"text": f"You typed `{form['command']} {form['text']}`", "response_type": "ephemeral"})
        payload = json.loads(str(form["payload"]))
        self.received.append(payload)
        return await run_in_threadpool(self._answer, payload)

    def _answer(self, payload: Json) -> Response:
        if payload["type"] == "block_suggestion":
            wanted = payload["value"].lower()
            return JSONResponse({"options": [each for each in self.options if wanted in each["text"]["text"].lower()]})
        if payload["type"] == "view_submission" and self.on_submit:
            return JSONResponse(self.on_submit)
        if payload["type"] == "block_actions" and self.on_click:
            view, self.on_click = self.on_click, None
            self.client.views_open(trigger_id=payload["trigger_id"], view=view)
        return Response()

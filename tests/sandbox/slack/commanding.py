"""Slash commands, and what the answers to commands and to response_urls become."""

import json
import re

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.sandbox.slack import payloads
from tests.sandbox.slack.blocks import check_response
from tests.sandbox.slack.delivery import Ack, Delivery
from tests.sandbox.slack.mentions import escaped
from tests.sandbox.slack.people import Channel, User
from tests.sandbox.slack.posting import respond
from tests.sandbox.slack.refusal import Json, Refused, SlackRefused
from tests.sandbox.slack.slack_files import shown_in
from tests.sandbox.slack.state import State
from tests.sandbox.slack.triggers import ResponseUrl


def command(state: State, delivery: Delivery, user: User, whole: str, channel_id: str | None) -> Ack:
    """Type a slash command into a channel, by default into the direct messages with the bot."""
    name, _, text = whole.strip().partition(" ")
    if not re.fullmatch(r"/[a-z0-9_-]+", name):
        raise SlackRefused("not_a_command", whole)
    if "commands" not in state.installed(user.team_id).scopes:
        raise SlackRefused("unknown_command", name)
    channel = _standing_in(state, user, channel_id)
    fields = payloads.command(state, user, name, escaped(state, user, text.strip(), named=True), channel.id)
    url = state.response_urls[fields["response_url"].rpartition("/")[2]]
    ack = delivery.command(fields)
    if not ack.ok:
        why = "operation_timeout" if ack.trouble == "http_timeout" else "dispatch_failed"
        state.notice(user.id, f'{name} failed with the error "{why}"')
    elif ack.body.strip():
        _show(state, name, url, ack)
    state.changed()
    return ack


def _standing_in(state: State, user: User, channel_id: str | None) -> Channel:
    if channel_id in {None, user.im_id}:
        return state.open_im(user)
    channel = state.channels.get(channel_id or "")
    if channel is None or user.id not in channel.members:
        raise SlackRefused("channel_not_found", channel_id or "")
    return channel


def _show(state: State, name: str, url: ResponseUrl, ack: Ack) -> None:
    """The body of an acknowledgement is a message, in text or in JSON."""
    try:
        if ack.content_type == "application/json":
            payload = _object(ack.body)
        elif ack.content_type == "text/plain":
            payload = {"text": ack.body}
        else:
            raise Refused("invalid_command_response", [ack.content_type])  # noqa: TRY301 - all end in one fault
        check_response(payload, shows=shown_in(state, url.team_id))
        respond(state, url, payload)
    except Refused as refused:
        state.fault(f"command {name}: {refused}")
        state.notice(url.user_id, f'{name} failed with the error "invalid_command_response"')


def _object(raw: str | bytes) -> Json:
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("invalid_payload") from None
    if not isinstance(payload, dict):
        raise Refused("invalid_payload")
    return payload


class ResponseUrls:
    """POST /response/{id}: five answers in thirty minutes."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def endpoint(self, request: Request) -> Response:
        url = self._state.response_urls.get(request.path_params["id"])
        if url is None:
            return PlainTextResponse("no_service", status_code=404)
        try:
            payload = _object(await _raw(request))
            with self._state.lock:
                url.use(self._state.clock.now())
            check_response(payload, shows=shown_in(self._state, url.team_id))
            respond(self._state, url, payload)
        except Refused as refused:
            self._state.fault(f"response_url: {refused}")
            gone = refused.code in {"used_url", "expired_url"}
            return JSONResponse(refused.answer(), status_code=404 if gone else 400)
        return PlainTextResponse("ok")


async def _raw(request: Request) -> bytes:
    """The JSON of the body, or of a form's ``payload``."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        async with request.form() as form:
            payload = form.get("payload")
        return payload.encode() if isinstance(payload, str) else b""
    return body

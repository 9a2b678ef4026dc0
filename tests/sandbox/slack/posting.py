"""Putting messages into channels, changing them and taking them away."""

from typing import Any

from tests.sandbox.slack.mentions import escaped
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import Channel, Installation, User
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.state import State
from tests.sandbox.slack.surfaces import Surface, settled
from tests.sandbox.slack.triggers import ResponseUrl

_KINDS = {"im": "im", "channels": "channel", "groups": "group"}
"""The word for a kind of conversation in events, by the one in scopes."""


def post(state: State, channel_id: str, installation: Installation, payload: Json, **extra: Any) -> Message:
    """A new message of the bot's, visible to all in the channel, or to ``ephemeral_to`` alone."""
    with state.lock:
        message = Message(
            ts=state.next_ts(),
            channel=channel_id,
            user=installation.bot_user_id,
            text=payload["text"],
            surface=Surface(settled(payload.get("blocks") or [])),
            at=state.clock.now(),
            bot_id=installation.bot_id,
            team=state.channels[channel_id].team_id,
            metadata=payload.get("metadata"),
            revision=state.next_revision(),
            **extra,
        )
        _keep(state, message)
    state.changed()
    if message.ephemeral_to is None:
        state.echo(message.team, event_of(state, message))
    return message


def _keep(state: State, message: Message) -> None:
    if message.ephemeral_to is None:
        state.messages.setdefault(message.channel, {})[message.ts] = message
    else:
        state.ephemerals.setdefault(message.ephemeral_to, []).append(message)


def write(state: State, user: User, channel: Channel, text: str) -> Message:
    """A message a person typed."""
    with state.lock:
        message = Message(
            ts=state.next_ts(),
            channel=channel.id,
            user=user.id,
            text=escaped(state, user, text, named=False),
            surface=Surface([]),
            at=state.clock.now(),
            team=user.team_id,
            revision=state.next_revision(),
        )
        _keep(state, message)
    state.changed()
    return message


def edit(state: State, message: Message, payload: Json) -> None:
    """Another content for a message; parts the payload does not name stay."""
    with state.lock:
        message.text = payload.get("text", message.text)
        if payload.get("blocks") is not None:
            message.surface.replace(settled(payload["blocks"]))
        if payload.get("metadata") is not None:
            message.metadata = payload["metadata"] or None
        message.edited = {"user": message.user, "ts": state.next_ts()}
        message.revision = state.next_revision()
    state.changed()
    if message.ephemeral_to is None:
        body = event_of(state, message)
        state.echo(
            message.team,
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": message.channel,
                "channel_type": body.pop("channel_type"),
                "message": body,
                "ts": state.next_ts(),
                "event_ts": state.next_ts(),
            },
        )


def delete(state: State, message: Message) -> None:
    with state.lock:
        message.deleted = True
        message.revision = state.next_revision()
    state.changed()


def event_of(state: State, message: Message) -> Json:
    """What those who asked for it are told of a message."""
    kind = _KINDS[state.channels[message.channel].kind]
    body = message.to_json(state.credentials.app_id)
    return {**body, "channel": message.channel, "channel_type": kind, "event_ts": message.ts}


def respond(state: State, url: ResponseUrl, payload: Json) -> None:
    """Carry out what was sent to a response_url, or stood in the body of an answer to a command."""
    installation = state.teams[url.team_id].installation
    if installation is None:
        raise Refused("account_inactive")
    source = _source(state, url)
    if source is not None and payload.get("delete_original"):
        delete(state, source)
    elif source is not None and payload.get("replace_original"):
        edit(state, source, {"blocks": [], **{name: it for name, it in payload.items() if it is not None}})
    elif payload.get("delete_original"):
        raise Refused("message_not_found")
    else:
        seen_by = None if payload.get("response_type") == "in_channel" else url.user_id
        post(
            state,
            url.channel_id,
            installation,
            payload,
            ephemeral_to=seen_by,
            thread_ts=payload.get("thread_ts") or None,
        )


def _source(state: State, url: ResponseUrl) -> Message | None:
    if url.source_ts is None:
        return None
    with state.lock:
        if url.source_is_ephemeral:
            mine = state.ephemerals.get(url.user_id, [])
            found = next((each for each in mine if each.ts == url.source_ts), None)
        else:
            found = state.messages.get(url.channel_id, {}).get(url.source_ts)
    return None if found is None or found.deleted else found

"""What Slack sends when somebody does something, in the shape it documents."""

import secrets

from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.state import State
from tests.sandbox.slack.triggers import ResponseUrl
from tests.sandbox.slack.views import View


def response_url(state: State, user: User, channel_id: str, source: Message | None = None) -> str:
    """A fresh address where the bot may answer."""
    with state.lock:
        url = ResponseUrl(
            id=secrets.token_urlsafe(24),
            team_id=user.team_id,
            user_id=user.id,
            channel_id=channel_id,
            issued=state.clock.now(),
            source_ts=None if source is None else source.ts,
            source_is_ephemeral=source is not None and source.ephemeral_to is not None,
        )
        state.response_urls[url.id] = url
    return f"{state.base_url}/response/{url.id}"


def command(state: State, user: User, name: str, text: str, channel_id: str) -> Json:
    """The form fields of a slash command."""
    team = state.teams[user.team_id]
    channel = state.channels[channel_id]
    fields: Json = {
        "token": state.credentials.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.handle,
        "command": name,
        "text": text,
        "api_app_id": state.credentials.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(state, user, channel_id),
        "trigger_id": state.triggers.issue(team.id, user.id),
    }
    if team.enterprise is not None:
        fields |= {"enterprise_id": team.enterprise[0], "enterprise_name": team.enterprise[1]}
    return fields


def _interaction(state: State, user: User, kind: str) -> Json:
    state.installed(user.team_id)
    team = state.teams[user.team_id]
    team_json: Json = {"id": team.id, "domain": team.domain}
    if team.enterprise is not None:
        team_json |= {"enterprise_id": team.enterprise[0], "enterprise_name": team.enterprise[1]}
    return {
        "type": kind,
        "team": team_json,
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team_id},
        "api_app_id": state.credentials.app_id,
        "token": state.credentials.verification_token,
        "enterprise": team.enterprise_json(),
        "is_enterprise_install": False,
    }


def _bot_id(state: State, team_id: str) -> str:
    installation = state.teams[team_id].installation
    return installation.bot_id if installation else ""


def shown_view(state: State, view: View) -> Json:
    return view.to_json(state.credentials.app_id, _bot_id(state, view.team_id))


def _standing(state: State, source: Message | View) -> Json:
    """The parts that say where the element stood."""
    if isinstance(source, View):
        return {"container": {"type": "view", "view_id": source.id}, "view": shown_view(state, source)}
    channel = state.channels[source.channel]
    parts: Json = {
        "container": {
            "type": "message",
            "message_ts": source.ts,
            "channel_id": source.channel,
            "is_ephemeral": source.ephemeral_to is not None,
        },
        "channel": {"id": channel.id, "name": channel.name},
    }
    if source.ephemeral_to is None:  # Slack does not send the content of ephemeral messages back
        parts["message"] = source.to_json(state.credentials.app_id)
    return parts


def block_actions(state: State, user: User, source: Message | View, action: Json) -> Json:
    payload = {
        **_interaction(state, user, "block_actions"),
        **_standing(state, source),
        "trigger_id": state.triggers.issue(user.team_id, user.id),
        "actions": [{**action, "action_ts": state.next_ts()}],
    }
    if isinstance(source, Message):
        payload["state"] = {"values": source.state}
        payload["response_url"] = response_url(state, user, source.channel, source)
    return payload


def block_suggestion(
    state: State, user: User, source: Message | View, block_id: str, action_id: str, query: str
) -> Json:
    return {
        **_interaction(state, user, "block_suggestion"),
        **_standing(state, source),
        "action_id": action_id,
        "block_id": block_id,
        "value": query,
    }


def message_action(state: State, user: User, message: Message, callback_id: str) -> Json:
    """A shortcut taken from the menu of a message; of all interactions it alone does not name the app."""
    channel = state.channels[message.channel]
    parts = _interaction(state, user, "message_action")
    del parts["api_app_id"]
    return {
        **parts,
        "action_ts": state.next_ts(),
        "callback_id": callback_id,
        "trigger_id": state.triggers.issue(user.team_id, user.id),
        "response_url": response_url(state, user, message.channel),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message.to_json(state.credentials.app_id),
    }


def view_submission(state: State, user: User, view: View) -> Json:
    return {
        **_interaction(state, user, "view_submission"),
        "trigger_id": state.triggers.issue(user.team_id, user.id),
        "view": shown_view(state, view),
        "response_urls": [],
    }


def view_closed(state: State, user: User, view: View, *, is_cleared: bool) -> Json:
    return {
        **_interaction(state, user, "view_closed"),
        "view": shown_view(state, view),
        "is_cleared": is_cleared,
    }

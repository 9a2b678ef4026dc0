"""What a person sees in Slack, as the page draws it."""

from typing import Any

from tests.sandbox.slack.files import IMAGES
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import User
from tests.sandbox.slack.shortcuts import of_messages
from tests.sandbox.slack.standin import SlackStandIn

Json = dict[str, Any]
_HUES = 5


def people(slack: SlackStandIn, team_id: str) -> list[Json]:
    """The members of the team, and when the bot's messages to each came in."""
    members = [user for user in slack.users() if user.team_id == team_id and not user.bot and not user.deleted]
    return [
        {**_person(user), "hue": index % _HUES, "arrivals": _arrivals(slack, user)}
        for index, user in enumerate(members)
    ]


def _person(user: User) -> Json:
    roles = [name for name, has in (("Admin", user.admin or user.owner), ("Guest", user.guest)) if has]
    return {"id": user.id, "name": user.name, "email": user.email, "tz": user.tz, "roles": roles, "dm": user.im_id}


def _arrivals(slack: SlackStandIn, user: User) -> list[str]:
    mine = [*slack.dm(user.id), *(each for each in slack.ephemerals(user.id) if each.channel == user.im_id)]
    return sorted(each.ts for each in mine if each.from_bot and not each.deleted)


def conversations(slack: SlackStandIn, team_id: str, person: str) -> Json:
    """The channels the person is in, every message of them, the home tab and the open modals."""
    user = slack.state.person(person)
    channels = [
        channel
        for channel in slack.state.channels.values()
        if channel.team_id == team_id and channel.im_with is None and user.id in channel.members
    ]
    messages = [*slack.dm(user.id), *(each for channel in channels for each in slack.channel(channel.id))]
    messages += slack.ephemerals(user.id)
    shown = sorted((each for each in messages if not each.deleted), key=lambda each: each.ts)
    return {
        "channels": [{"id": channel.id, "name": channel.name} for channel in channels],
        "messages": [_message(each) for each in shown],
        "home": _view(slack.home(user.id)),
        "modals": _modals(slack, user),
        "notices": slack.notices(user.id),
        "shortcuts": [{"name": each.name, "callback_id": each.callback_id} for each in of_messages()],
    }


def _message(message: Message) -> Json:
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "values": message.state,
        "edited": message.edited is not None,
        "ephemeral": message.ephemeral_to is not None,
        "files": [{key: file[key] for key in ("id", "name", "title", "size")} for file in message.files],
    }


def file_of(slack: SlackStandIn, team_id: str, slack_file: Json) -> tuple[bytes, str, str] | None:
    """Bytes, type and name of what a block's ``slack_file`` means, once Slack shows it."""
    found = slack.picture(team_id, slack_file)
    file = found[0] if found else None
    if file is None or file.body is None or not file.is_ready(slack.state.clock.now()):
        return None
    return file.body, IMAGES.get(file.kind or "", "application/octet-stream"), file.name


def _modals(slack: SlackStandIn, user: User) -> list[Json]:
    views = slack.modals(user.id)
    shown = [{**_shown(view), "errors": {}} for view in views]
    if shown:
        shown[-1]["errors"] = slack.view_errors(user.id)
    return shown


def _view(view: Json | None) -> Json | None:
    return None if view is None else _shown(view)


def _shown(view: Json) -> Json:
    parts = {key: view[key] for key in ("id", "callback_id", "title", "submit", "close", "blocks")}
    return {**parts, "values": view["state"]["values"]}

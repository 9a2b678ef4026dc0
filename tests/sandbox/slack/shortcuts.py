"""The app's entries in the menu of a message ("More actions"), and what becomes of picking one."""

from dataclasses import dataclass
from functools import cache

import yaml

from handlers import manifest
from tests.sandbox.slack import payloads
from tests.sandbox.slack.delivery import Ack, Delivery
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.slack.state import State


@dataclass(frozen=True)
class Shortcut:
    """One that the app's manifest declares."""

    name: str
    callback_id: str


@cache
def of_messages() -> tuple[Shortcut, ...]:
    """The message shortcuts of the manifest, as an operator pastes it; global ones stand in other menus."""
    declared = yaml.safe_load(manifest.shipped())["features"].get("shortcuts", [])
    return tuple(Shortcut(each["name"], each["callback_id"]) for each in declared if each["type"] == "message")


def take(state: State, delivery: Delivery, user: User, callback_id: str, message: Message) -> Ack:
    """Pick it. The app need not be in the conversation; ephemeral messages have no such menu."""
    if "commands" not in state.installed(user.team_id).scopes:
        raise SlackRefused("missing_scope", "an app has shortcuts by its scope commands")
    if callback_id not in {each.callback_id for each in of_messages()}:
        raise SlackRefused("no_such_shortcut", callback_id)
    stored = state.messages.get(message.channel, {}).get(message.ts)
    if stored is None or stored.deleted or user.id not in state.channels[message.channel].members:
        raise SlackRefused("message_not_found", message.ts)
    ack = delivery.interaction(payloads.message_action(state, user, stored, callback_id))
    if not ack.ok:
        state.notice(user.id, f"Slack could not reach the app: {callback_id}")
    elif ack.body:
        state.fault(f"message_action {callback_id}: Slack ignores what stands in the acknowledgement")
    state.changed()
    return ack

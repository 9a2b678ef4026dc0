"""Where on a person's screen something stands: by what it says, or by its action_id."""

from dataclasses import dataclass

from tests.sandbox.slack.block_types import elements_of
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json, SlackRefused
from tests.sandbox.slack.state import State
from tests.sandbox.slack.views import View


@dataclass(frozen=True)
class Found:
    """An element, the block around it, and the message or view both are in."""

    source: Message | View
    block: Json
    element: Json
    option: Json | None = None
    """The line of an overflow menu that was meant."""

    @property
    def place(self) -> tuple[str, str]:
        return self.block["block_id"], self.element["action_id"]


def sources(state: State, user: User, on: str | None, message_ts: str | None = None) -> list[Message | View]:
    """What the person sees on that surface ("dm", "ephemeral", "channel", "home", "modal"), newest first."""
    with state.lock:
        stack = state.modals.get(user.id, [])
        if on == "modal" or (on is None and stack and message_ts is None):
            return [stack[-1]] if stack else []
        home = state.homes.get(user.id)
        if on == "home":
            return [home] if home else []
        messages = [
            message
            for message in _messages(state, user, on)
            if not message.deleted and message_ts in {None, message.ts}
        ]
        newest_first: list[Message | View] = [*sorted(messages, key=lambda each: each.revision, reverse=True)]
        if on is None and home and message_ts is None:
            newest_first.append(home)
        return newest_first


def _messages(state: State, user: User, on: str | None) -> list[Message]:
    found: list[Message] = []
    if on in {None, "dm"}:
        found += state.messages.get(user.im_id, {}).values()
    if on in {None, "ephemeral"}:
        found += state.ephemerals.get(user.id, [])
    if on in {None, "channel"}:
        for channel in state.channels.values():
            if user.id in channel.members and channel.im_with is None:
                found += state.messages.get(channel.id, {}).values()
    return found


def clickable(
    state: State, user: User, label: str, on: str | None, message_ts: str | None, block_id: str | None
) -> Found:
    """The one button or overflow line with this text, or this action_id, on the newest surface that has it."""
    for source in sources(state, user, on, message_ts):
        hits = [hit for block in source.surface.blocks for hit in _clickable_in(source, block, label)]
        hits = [hit for hit in hits if block_id in {None, hit.block["block_id"]}]
        if len(hits) > 1:
            raise SlackRefused("ambiguous", f"{len(hits)} elements are called {label!r}; say which by block_id")
        if hits:
            return hits[0]
    raise SlackRefused("no_such_button", f"{label!r} on {on or 'any surface'}")


def _clickable_in(source: Message | View, block: Json, label: str) -> list[Found]:
    hits = []
    for element in elements_of([block]):
        if element["type"] == "button" and label in {element["text"]["text"], element["action_id"]}:
            hits.append(Found(source, block, element))
        elif element["type"] == "overflow":
            hits += [
                Found(source, block, element, option)
                for option in element["options"]
                if label in {option["text"]["text"], option["value"]}
            ]
    return hits


def element(
    state: State, user: User, action_id: str, on: str | None, message_ts: str | None, block_id: str | None
) -> Found:
    """The menu or field with this action_id on the newest surface that has it."""
    for source in sources(state, user, on, message_ts):
        for block in source.surface.blocks:
            for each in elements_of([block]):
                if each.get("action_id") == action_id and block_id in {None, block["block_id"]}:
                    return Found(source, block, each)
    raise SlackRefused("no_such_element", f"{action_id!r} on {on or 'any surface'}")


def option_called(options: list[Json], text: str) -> Json:
    """The one option with this text; two that look the same cannot be told apart by a person."""
    hits = [option for option in options if option["text"]["text"] == text]
    if not hits:
        raise SlackRefused("no_such_option", repr(text))
    if len(hits) > 1:
        raise SlackRefused("ambiguous_option", f"{len(hits)} options read {text!r}")
    return hits[0]

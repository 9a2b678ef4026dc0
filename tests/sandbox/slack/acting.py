"""What a person does to buttons, menus and fields, and what Slack makes of it."""

import json
import re
from collections.abc import Sequence
from typing import Any

from tests.sandbox.slack import payloads
from tests.sandbox.slack.blocks import check_options
from tests.sandbox.slack.composition import options_of
from tests.sandbox.slack.delivery import Ack, Delivery
from tests.sandbox.slack.elements import TYPED
from tests.sandbox.slack.finding import Found, option_called
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json, Refused, SlackRefused
from tests.sandbox.slack.state import State
from tests.sandbox.slack.surfaces import STATE_KEYS

NOTHING_SENT = Ack(200, "", 0.0)
DEFAULT_QUERY_LENGTH = 3
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}")
_MULTIPLE = {"checkboxes"}
_TROUBLE = "Slack could not reach the app: {what}"


def click(state: State, delivery: Delivery, user: User, found: Found) -> Ack:
    """Press a button, or take a line of an overflow menu; a confirmation dialog is confirmed."""
    element = found.element
    action: Json = {
        name: element[name] for name in ("type", "action_id", "text", "value", "url", "style") if name in element
    }
    if found.option is not None:
        action["selected_option"] = found.option
    return _send(state, delivery, user, found, action)


def choose(state: State, delivery: Delivery, user: User, found: Found, wanted: Sequence[str | Json]) -> Ack:
    """Pick from a menu by what the options say, or the options themselves; dates, times and people by their value."""
    kind = found.element["type"]
    if kind not in STATE_KEYS or kind in TYPED or kind == "file_input":
        raise SlackRefused("not_a_menu", kind)
    multiple = kind.startswith("multi_") or kind in _MULTIPLE
    if not multiple and len(wanted) != 1:
        raise SlackRefused("one_choice_only", f"{kind} takes one")
    most = found.element.get("max_selected_items")
    if most is not None and len(wanted) > most:
        raise SlackRefused("too_many_choices", f"at most {most}")
    chosen = [
        _shown(found, each) if isinstance(each, dict) else _meant(state, delivery, user, found, each) for each in wanted
    ]
    return _set(state, delivery, user, found, chosen if multiple else chosen[0])


def type_in(state: State, delivery: Delivery, user: User, found: Found, text: str) -> Ack:
    """Put text into a field, and press Enter."""
    kind = found.element["type"]
    if kind not in TYPED:
        raise SlackRefused("not_a_field", kind)
    value: Any = text or None
    if kind == "rich_text_input" and text:
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        value = {"type": "rich_text", "elements": [section]}
    return _set(state, delivery, user, found, value)


def _set(state: State, delivery: Delivery, user: User, found: Found, value: Any) -> Ack:
    with state.lock:
        found.source.surface.touched[found.place] = value
        if not isinstance(found.source, Message):
            found.source.errors.pop(found.block["block_id"], None)
    state.changed()
    if found.block["type"] == "input" and not found.block.get("dispatch_action"):
        return NOTHING_SENT
    action = found.source.surface.value(found.place, found.element)
    for name in ("placeholder", "initial_option", "initial_options"):
        if name in found.element:
            action[name] = found.element[name]
    action["action_id"] = found.element["action_id"]
    return _send(state, delivery, user, found, action)


def _send(state: State, delivery: Delivery, user: User, found: Found, action: Json) -> Ack:
    action["block_id"] = found.block["block_id"]
    ack = delivery.interaction(payloads.block_actions(state, user, found.source, action))
    if not ack.ok:
        state.notice(user.id, _TROUBLE.format(what=found.element["action_id"]))
    elif ack.body:
        state.fault(f"block_actions {found.element['action_id']}: Slack ignores what stands in the acknowledgement")
    state.changed()
    return ack


def _shown(found: Found, option: Json) -> Json:
    """An option as the person's client was shown it: in the menu, or in the bot's answer to a suggestion."""
    if found.element["type"] in {"external_select", "multi_external_select"}:
        check_options({"options": [option]})
    elif option not in options_of(found.element):
        raise SlackRefused("no_such_option", repr(option))
    return option


def _meant(state: State, delivery: Delivery, user: User, found: Found, text: str) -> Any:
    """What choosing ``text`` puts into the menu's state."""
    element = found.element
    kind = element["type"].removeprefix("multi_")
    if kind in {"static_select", "checkboxes", "radio_buttons"}:
        return option_called(options_of(element), text)
    if kind == "external_select":
        return _suggested(state, delivery, user, found, text)
    if kind == "users_select":
        return _member(state, user, text)
    if kind in {"conversations_select", "channels_select"}:
        return _channel(state, user, text)
    if kind == "datetimepicker":
        return int(text)
    pattern = _DATE if kind == "datepicker" else _TIME
    if not pattern.fullmatch(text):
        raise SlackRefused("no_such_option", repr(text))
    return text


def _member(state: State, user: User, text: str) -> str:
    for each in state.users.values():
        if each.team_id == user.team_id and not each.deleted and text in {each.id, each.name, each.handle}:
            return each.id
    raise SlackRefused("no_such_option", repr(text))


def _channel(state: State, user: User, text: str) -> str:
    for each in state.channels.values():
        if user.id in each.members and text in {each.id, each.name, f"#{each.name}"}:
            return each.id
    raise SlackRefused("no_such_option", repr(text))


def _suggested(state: State, delivery: Delivery, user: User, found: Found, text: str) -> Json:
    """Type what is wanted and take it from the answer; who finds nothing tries the first word."""
    least = found.element.get("min_query_length", DEFAULT_QUERY_LENGTH)
    refusal = SlackRefused("query_too_short", f"{text!r} is shorter than {least}")
    for query in dict.fromkeys((text, text.split(maxsplit=1)[0] if text.split() else text)):
        if len(query) < least:
            continue
        try:
            return option_called(options_of(suggest(state, delivery, user, found, query)), text)
        except SlackRefused as refused:
            refusal = refused
            if refused.code == "ambiguous_option":
                break
    raise refusal


def suggest(state: State, delivery: Delivery, user: User, found: Found, query: str) -> Json:
    """Ask the bot for options, as Slack does while somebody types; an answer Slack would not show is empty."""
    element = found.element
    if element["type"] not in {"external_select", "multi_external_select"}:
        raise SlackRefused("not_a_typeahead", element["type"])
    if len(query) < element.get("min_query_length", DEFAULT_QUERY_LENGTH):
        raise SlackRefused("query_too_short", repr(query))
    block_id, action_id = found.place
    ack = delivery.interaction(payloads.block_suggestion(state, user, found.source, block_id, action_id, query))
    if not ack.ok:
        state.notice(user.id, _TROUBLE.format(what=action_id))
        return {"options": []}
    try:
        answer = json.loads(ack.body)
        check_options(answer)
    except (ValueError, Refused) as problem:
        state.fault(f"block_suggestion {action_id}: {problem}")
        return {"options": []}
    return dict(answer)

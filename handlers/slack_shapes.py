"""What Slack may send us, held strictly enough that neither Bolt nor a listener can stumble over it.

Bolt indexes into payloads before it asks what they are: more than half of 10,000 malformed ones raise inside it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

Payload = dict[str, Any]

MAX_DEPTH = 64
_MAX_FIELDS = 100
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_COMMAND = re.compile(r"/[\w-]{1,64}")
_COMMAND_FIELDS = (
    *("api_app_id", "channel_id", "channel_name", "command", "enterprise_id", "enterprise_name"),
    *("is_enterprise_install", "response_url", "team_domain", "team_id", "text", "trigger_id", "user_id", "user_name"),
)
_OPTIONAL_COMMAND_FIELDS = ("channel_id", "response_url", "text", "trigger_id")
# Where Bolt looks for ids, and what it follows to find them (slack_bolt/request/internals.py).
_NAMED = ("channel", "enterprise", "team", "user")
_TEXTS = (
    *("action_ts", "api_app_id", "bot_access_token", "bot_id", "callback_id", "channel_id", "channel_type"),
    *("enterprise_id", "event_id", "event_ts", "function_execution_id", "hash", "private_metadata", "response_url"),
    *("subtype", "tab", "team_id", "text", "thread_ts", "trigger_id", "ts", "user_id", "app_installed_team_id"),
)
_FOLLOWED = ("assistant_thread", "event", "function_data", "item", "message", "previous_message", "view")
_CHOSEN = ("selected_channel", "selected_conversation", "selected_date", "selected_time", "selected_user", "value")


class Malformed(ValueError):
    """Slack would never send this, signed or not."""


def read(body: str, content_type: str) -> Payload:
    """The payload of one HTTP request. Raises Malformed."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        return event(_json(body))
    if media_type != "application/x-www-form-urlencoded":
        raise Malformed("content_type")
    try:
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict"))
    except ValueError:
        raise Malformed("form") from None
    return interaction(_json(fields["payload"])) if "payload" in fields else command(fields)


def command(fields: Mapping[str, Any]) -> Payload:
    """A slash command, with the documented fields alone."""
    found = {name: fields[name] for name in _COMMAND_FIELDS if isinstance(fields.get(name), str)}
    _need("\x00" not in "".join(found.values()), "nul")
    _need(_COMMAND.fullmatch(found.get("command", "")), "command")
    _need(_is_id(found.get("team_id")) and _is_id(found.get("user_id")), "who")
    return dict.fromkeys(_OPTIONAL_COMMAND_FIELDS, "") | found


def event(payload: Payload) -> Payload:
    """One delivery of the Events API."""
    body = _without_nulls(payload)
    kind = body.get("type")
    if kind == "url_verification":
        _need(isinstance(body.get("challenge"), str), "challenge")
        return {"type": kind, "challenge": body["challenge"]}
    _need(kind in ("event_callback", "app_rate_limited"), "type")
    _envelope(body)
    body.setdefault("team_id", body.get("enterprise_id"))  # what concerns a whole organisation names no workspace
    _need(_is_id(body["team_id"]), "team")
    if kind == "event_callback":
        inner = body.get("event")
        _need(isinstance(inner, dict), "event")
        body["event"] = _event_itself(_without_nulls(body["event"]))
    _followable(body)
    return body


def interaction(payload: Payload) -> Payload:
    """A click, a choice, a submission, a shortcut."""
    body = _without_nulls(payload)
    _envelope(body)
    kind = body.get("type")
    _need(isinstance(kind, str) and kind in _INTERACTIONS, "type")
    _need("actions" not in body or kind == "block_actions", "actions")
    user, team = body.get("user"), body.get("team")
    _need(isinstance(user, dict) and _is_id(user.get("id")), "user")
    _need(team is None or (isinstance(team, dict) and _is_id(team.get("id"))), "team")
    _need(team is not None or _is_id(body["user"].get("team_id")), "team")
    _followable(body)
    for name in ("container", "message", "channel"):
        _need(isinstance(body.get(name, {}), dict), name)
    if "view" in body:
        _view(body["view"])
    _INTERACTIONS[body["type"]](body)
    return body


def _event_itself(inner: Payload) -> Payload:
    kind = inner.get("type")
    _need(isinstance(kind, str), "event type")
    if kind == "app_home_opened":
        _need(_is_id(inner.get("user")), "event user")
    if kind == "message" and "subtype" not in inner:
        _need(not inner.get("user") or _is_id(inner["user"]), "event user")
    return inner


def _block_actions(body: Payload) -> None:
    actions = body.get("actions")
    _need(_all_dicts(actions) and actions, "actions")
    for each in body["actions"]:
        _need(isinstance(each.get("action_id"), str) and isinstance(each.get("block_id", ""), str), "action")
        _need(isinstance(each.get("type", ""), str), "action")
        _element(each)
    _state(body.get("state"))


def _view_closed(body: Payload) -> None:
    _need("view" in body, "view")


def _view_submission(body: Payload) -> None:
    _view_closed(body)
    state = body["view"].get("state") or {}
    body["view"]["state"] = state | {"values": state.get("values") or {}}  # a modal without menus may say it shorter


def _block_suggestion(body: Payload) -> None:
    for name in ("action_id", "block_id", "value"):
        _need(isinstance(body.get(name), str), name)


def _shortcut(body: Payload) -> None:
    _need(isinstance(body.get("callback_id"), str) and isinstance(body.get("trigger_id"), str), "shortcut")


_INTERACTIONS = {
    "block_actions": _block_actions,
    "block_suggestion": _block_suggestion,
    "message_action": _shortcut,
    "shortcut": _shortcut,
    "view_closed": _view_closed,
    "view_submission": _view_submission,
}


def _view(view: Payload) -> None:
    _need(view.get("type") in ("modal", "home"), "view")
    view["callback_id"] = view.get("callback_id") or ""  # the Home tab has none, and Bolt looks for it
    _need(isinstance(view.get("id"), str) and isinstance(view["callback_id"], str), "view")
    _state(view.get("state"))


def _state(state: Any) -> None:
    if state is None:
        return
    _need(isinstance(state, dict) and isinstance(state.get("values"), dict | None), "state")
    for block in (state.get("values") or {}).values():
        _need(isinstance(block, dict) and _all_dicts([*block.values()]), "state")
        for each in block.values():
            _element(each)


def _element(element: Payload) -> None:
    """What a person chose or typed: the places listeners read."""
    _need(all(isinstance(element.get(name), str | None) for name in _CHOSEN), "value")
    one, many = element.get("selected_option"), element.get("selected_options")
    _need(many is None or _all_dicts(many), "options")
    for option in [*([one] if one is not None else []), *(many or [])]:
        _need(isinstance(option, dict) and isinstance(option.get("value", ""), str), "option")


def _followable(node: Payload) -> None:
    """Everything on Bolt's way through a payload in search of ids is of the kind it takes for granted."""
    for name in _NAMED:
        named = node.get(name)
        _need(isinstance(named, str | dict | None), name)
        _need(not isinstance(named, dict) or isinstance(named.get("id"), str | None), name)
    for name in _TEXTS:
        _need(isinstance(node.get(name), str | None), name)
    authorizations = node.get("authorizations")
    _need(authorizations is None or _all_dicts(authorizations), "authorizations")
    for inner in [*(authorizations or [])[:1], *(node.get(name) for name in _FOLLOWED)]:
        if isinstance(inner, dict):
            _followable(inner)


def _json(text: str) -> Payload:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    _need(isinstance(value, dict), "json object")
    # Only what could be deep, or could hide half a character or a NUL, is walked through.
    if text.count("{") + text.count("[") > MAX_DEPTH or "\\u" in text or "\x00" in text:
        _walk(value)
    found: Payload = value
    return found


def _no_constant(name: str) -> None:
    raise Malformed(name)


def _walk(value: Any) -> None:
    left: list[tuple[Any, int]] = [(value, 1)]
    while left:
        each, depth = left.pop()
        if isinstance(each, str):
            _need("\x00" not in each and not any("\ud800" <= char <= "\udfff" for char in each), "text")
        elif isinstance(each, dict | list):
            _need(depth <= MAX_DEPTH, "depth")
            if isinstance(each, dict):
                left.extend((name, depth) for name in each)
            left.extend((inner, depth + 1) for inner in (each.values() if isinstance(each, dict) else each))


def _without_nulls(payload: Payload) -> Payload:
    """Slack's null means absent, but Bolt looks into whatever is there."""
    return {name: value for name, value in payload.items() if value is not None}


def _envelope(body: Payload) -> None:
    # Bolt takes anything with these keys for a command or a certificate check, whatever its type says.
    _need("command" not in body and "ssl_check" not in body, "kind")
    _need(isinstance(body.get("event", {}), dict) and isinstance(body.get("view", {}), dict), "inside")
    addresses = body.get("response_urls", [])
    _need(_all_dicts(addresses), "response_urls")
    _need(all(isinstance(each.get("response_url"), str) for each in addresses), "response_urls")


def _need(holds: object, what: str) -> None:
    if not holds:
        raise Malformed(what)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _all_dicts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)

"""Modals: sending one in, what the answer does to the stack, closing one."""

import json
import re
from typing import Any

from tests.sandbox.slack import payloads
from tests.sandbox.slack.acting import NOTHING_SENT
from tests.sandbox.slack.blocks import check_view
from tests.sandbox.slack.delivery import Ack, Delivery
from tests.sandbox.slack.methods_views import push_view
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json, Refused, SlackRefused
from tests.sandbox.slack.slack_files import shown_in
from tests.sandbox.slack.state import State
from tests.sandbox.slack.surfaces import STATE_KEYS
from tests.sandbox.slack.views import View, fresh_hash

_TROUBLE = "We had some trouble connecting. Try again?"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def top(state: State, user: User) -> View:
    stack = state.modals.get(user.id, [])
    if not stack:
        raise SlackRefused("no_modal_open")
    return stack[-1]


def submit(state: State, delivery: Delivery, user: User) -> Ack:
    """Press the modal's submit button. What Slack itself finds wrong never reaches the bot."""
    view = top(state, user)
    if "submit" not in view.given:
        raise SlackRefused("no_submit_button")
    view.errors = _own_complaints(view)
    if view.errors:
        state.changed()
        raise SlackRefused("incomplete", json.dumps(view.errors))
    ack = delivery.interaction(payloads.view_submission(state, user, view))
    try:
        if ack.ok:
            _obey(state, user, view, ack)
        else:
            state.notice(user.id, _TROUBLE)
    except Refused as refused:
        state.fault(f"view_submission {view.given.get('callback_id', '')}: {refused}")
        state.notice(user.id, _TROUBLE)
    state.changed()
    return ack


def _obey(state: State, user: User, view: View, ack: Ack) -> None:
    """Carry out the response_action of an acknowledgement; an empty one closes the modal."""
    if not ack.body.strip():
        with state.lock:
            stack = state.modals.get(user.id, [])
            if view in stack:
                stack.remove(view)
        return
    try:
        answer = json.loads(ack.body)
    except ValueError:
        raise Refused("invalid_json", [ack.body[:200]]) from None
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action == "errors":
        _only(answer, "errors")
        view.errors = _field_errors(view, answer.get("errors"))
    elif action == "update":
        _only(answer, "view")
        check_view(answer.get("view"), "modal", shows=shown_in(state, user.team_id))
        with state.lock:
            view.replace(answer["view"], fresh_hash(state.seconds()))
    elif action == "push":
        _only(answer, "view")
        check_view(answer.get("view"), "modal", shows=shown_in(state, user.team_id))
        push_view(state, user, answer["view"])
    elif action == "clear":
        _only(answer)
        state.modals[user.id] = []
    else:
        raise Refused("invalid_response_action", [repr(action)])


def _only(answer: Json, *allowed: str) -> None:
    unknown = answer.keys() - {"response_action", *allowed}
    if unknown:
        raise Refused("invalid_arguments", [f"invalid additional property: {name}" for name in sorted(unknown)])


def _field_errors(view: View, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors:
        raise Refused("invalid_errors", ["errors must name at least one block"])
    inputs = {block["block_id"] for block in view.surface.blocks if block["type"] == "input"}
    for block_id, sentence in errors.items():
        if block_id not in inputs:
            raise Refused("invalid_errors", [f"there is no input block {block_id!r}"])
        if not isinstance(sentence, str) or not sentence:
            raise Refused("invalid_errors", [f"the error of {block_id!r} must be a sentence"])
    return dict(errors)


def _own_complaints(view: View) -> dict[str, str]:
    """What Slack's client says under a field without asking the bot."""
    errors = {}
    for block in view.surface.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = view.surface.value((block["block_id"], element["action_id"]), element)
        value = entry[STATE_KEYS[element["type"]][0]]
        complaint = _complaint(element, value, optional=block.get("optional", False))
        if complaint:
            errors[block["block_id"]] = complaint
    return errors


def _complaint(element: Json, value: Any, *, optional: bool) -> str:
    if not value:
        return "" if optional else "Please complete this required field."
    checks = {"plain_text_input": _length, "number_input": _number, "email_text_input": _email, "url_text_input": _url}
    check = checks.get(element["type"])
    return check(element, value) if check else ""


def _length(element: Json, value: str) -> str:
    if len(value) < element.get("min_length", 0):
        return f"This field needs at least {element['min_length']} characters."
    most = element.get("max_length", 3000)
    return f"This field takes at most {most} characters." if len(value) > most else ""


def _number(element: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a number."
    least, most = element.get("min_value"), element.get("max_value")
    if (least is not None and float(value) < float(least)) or (most is not None and float(value) > float(most)):
        return "This number is out of range."
    return ""


def _email(element: Json, value: str) -> str:  # noqa: ARG001 - the checks share one signature
    return "" if _EMAIL.fullmatch(value) else "Please enter a valid email."


def _url(element: Json, value: str) -> str:  # noqa: ARG001 - as above
    return "" if re.match(r"https?://\S+$", value) else "Please enter a valid URL."


def close(state: State, delivery: Delivery, user: User) -> Ack:
    """Cancel the modal on top, or all of them if that one says so."""
    view = top(state, user)
    cleared = bool(view.given.get("clear_on_close"))
    with state.lock:
        state.modals[user.id] = [] if cleared else state.modals[user.id][:-1]
    state.changed()
    if not view.given.get("notify_on_close"):
        return NOTHING_SENT
    return delivery.interaction(payloads.view_closed(state, user, view, is_cleared=cleared))

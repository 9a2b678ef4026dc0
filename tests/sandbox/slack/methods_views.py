"""Web API: modals and home tabs."""

import secrets

from tests.sandbox.slack.blocks import check_view
from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.slack_files import shown_in
from tests.sandbox.slack.state import State
from tests.sandbox.slack.surfaces import Surface, settled
from tests.sandbox.slack.triggers import Trigger
from tests.sandbox.slack.views import DEEPEST_STACK, View, fresh_hash


def _given(call: Call, kind: str) -> Json:
    view = call.json("view", "invalid_arguments")
    if view is None:
        raise Refused("invalid_arguments", ["[ERROR] missing required field: view"])
    check_view(view, kind, shows=shown_in(call.state, call.token.team_id))
    return dict(view)


def new_view(state: State, user: User, given: Json, below: View | None = None) -> View:
    """A view with an id and a hash, not shown yet; ``below`` is the one it is pushed upon."""
    external_id = given.get("external_id")
    if external_id and _external(state, user.team_id, external_id) is not None:
        raise Refused("duplicate_external_id")
    view_id = f"V{secrets.token_hex(5).upper()}"
    return View(
        id=view_id,
        team_id=user.team_id,
        user_id=user.id,
        given=given,
        hash=fresh_hash(state.seconds()),
        surface=Surface(settled(given["blocks"])),
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else None,
    )


def _external(state: State, team_id: str, external_id: str) -> View | None:
    for stack in state.modals.values():
        for view in stack:
            if view.external_id == external_id and view.team_id == team_id:
                return view
    return None


def push_view(state: State, user: User, given: Json) -> View:
    """On top of what the person has open: three at most."""
    with state.lock:
        stack = state.modals.get(user.id, [])
        if not stack:
            raise Refused("not_found")
        if len(stack) >= DEEPEST_STACK:
            raise Refused("push_limit_reached")
        view = new_view(state, user, given, below=stack[-1])
        stack.append(view)
    state.changed()
    return view


def _exchanged(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id")
    if trigger_id is None:
        raise Refused("invalid_arguments", ["[ERROR] missing required field: trigger_id"])
    return call.state.triggers.exchange(trigger_id, call.token.team_id)


def _answer(call: Call, view: View) -> Json:
    return {"view": view.to_json(call.state.credentials.app_id, call.installation.bot_id)}


def open_modal(call: Call) -> Json:
    given = _given(call, "modal")
    with call.state.lock:
        user = call.state.users[_exchanged(call).user_id]
        view = new_view(call.state, user, given)
        call.state.modals[user.id] = [view]
    call.state.changed()
    return _answer(call, view)


def push_modal(call: Call) -> Json:
    given = _given(call, "modal")
    with call.state.lock:
        user = call.state.users[_exchanged(call).user_id]
        view = push_view(call.state, user, given)
    return _answer(call, view)


def _same_hash(call: Call, view: View | None) -> None:
    expected = call.text("hash")
    if expected is not None and (view is None or view.hash != expected):
        raise Refused("hash_conflict")


def update_modal(call: Call) -> Json:
    given = _given(call, "modal")
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if (view_id is None) == (external_id is None):
        raise Refused("invalid_arguments", ["[ERROR] must define either `view_id` or `external_id`"])
    with call.state.lock:
        if view_id is not None:
            view = call.state.view(view_id)
        else:
            view = _external(call.state, call.token.team_id, external_id or "")
        if view is None or view.kind != "modal" or view.team_id != call.token.team_id:
            raise Refused("not_found")
        _same_hash(call, view)
        other = _external(call.state, view.team_id, given.get("external_id") or " ")
        if other is not None and other is not view:
            raise Refused("duplicate_external_id")
        view.replace(given, fresh_hash(call.state.seconds()))
    call.state.changed()
    return _answer(call, view)


def publish_home(call: Call) -> Json:
    if not call.state.home_tab:
        raise Refused("not_enabled")
    given = _given(call, "home")
    user = call.state.users.get(call.required("user_id"))
    if user is None or user.team_id != call.token.team_id or user.bot or user.deleted:
        raise Refused("invalid_arguments", ["[ERROR] invalid user_id [json-pointer:/user_id]"])
    with call.state.lock:
        view = call.state.homes.get(user.id)
        _same_hash(call, view)
        if view is None:
            view = call.state.homes[user.id] = new_view(call.state, user, given)
        else:
            view.replace(given, fresh_hash(call.state.seconds()))
    call.state.changed()
    return _answer(call, view)


METHODS = {
    "views.open": Method(open_modal),
    "views.push": Method(push_modal),
    "views.update": Method(update_modal),
    "views.publish": Method(publish_home),
}

"""Every door of the bot in Slack: the listeners it really has, and a signed request that knocks at each."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from types import FunctionType
from typing import Any

from tests.journeys.attacking import file_of
from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.refusal import Json
from tests.sandbox.world import TEAM, World

_KINDS = {
    "action": "click",
    "view_submission": "submit",
    "options": "suggest",
    "message_shortcut": "shortcut",
    "command": "command",
    "event": "event",
}
_NOBODYS = ("once", "quota", "errand")
"""That a request was seen, how many calls a minute has left, and what is done in the background."""
_numbers = count(1)


@dataclass(frozen=True)
class Caller:
    """Who knocks: by Slack's word at home in ``home``, and seen in ``team``."""

    user_id: str
    home: str = TEAM
    team: str = TEAM


@dataclass(frozen=True)
class Knock:
    """What goes along with a request: everything that somebody could copy from an admin's own."""

    value: str = ""
    """Of a button, or typed into a menu."""
    chosen: str = ""
    """In a menu."""
    view: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What came of it."""

    ack: Ack
    said: str
    """In the answer, and in every call of Slack's Web API."""
    refused: list[str]
    """What the log says was refused."""
    changed: frozenset[tuple[str, str]]
    """Every row that came, went or differs, with its table."""

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.changed}


def listeners(world: World) -> set[str]:
    """The kind and the name of each, as Bolt has them."""
    bolt: Any = world.bot.slack
    return {_name(*_parts(each.matchers[0].func)) for each in bolt._async_listeners}  # noqa: SLF001 - Bolt tells nobody


def knock(world: World, logged: Any, door: str, caller: Caller, with_: Knock) -> Seen:
    """Send the request, signed, and see what becomes of it."""
    before, calls = remembered(world), len(world.slack.journal)
    mark = len(logged.getvalue())
    ack = _sent(world, door, caller, with_)
    world.settles()
    said = json.dumps([[call.method, call.args] for call in world.slack.journal[calls:]], ensure_ascii=False)
    lines = map(json.loads, logged.getvalue()[mark:].splitlines())
    refused = [
        str(line["asked"]) for line in lines if line["event"] == "not_an_admin" and line["user"] == caller.user_id
    ]
    return Seen(ack, ack.body + said, refused, before ^ remembered(world))


def remembered(world: World) -> frozenset[tuple[str, str]]:
    """Every row of every table that tells of somebody."""
    with closing(sqlite3.connect(file_of(world))) as database:
        named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in named.fetchall() if name not in _NOBODYS]
        return frozenset(
            (table, repr(row))
            for table in tables
            for row in database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - its own names
        )


def _sent(world: World, door: str, caller: Caller, with_: Knock) -> Ack:
    kind, name = door.split(" ", 1)
    delivery, number = world.slack.delivery, next(_numbers)
    trigger = world.slack.state.triggers.issue(caller.team, caller.user_id)
    match kind:
        case "command" | "say":
            text = name.removeprefix("/calendar").strip()
            if kind == "command":
                fields = {"command": "/calendar", "text": text, "trigger_id": trigger, "channel_id": "D1"}
                return delivery.command(fields | {"team_id": caller.team, "user_id": caller.user_id})
            spoken = {"type": "message", "channel": "D1", "channel_type": "im", "text": name, "ts": f"{number}.1"}
            return _event(world, caller, spoken, number)
        case "event":
            return _event(world, caller, {"type": name, "channel": "D1", "tab": "home"}, number)
    payload: Json = {
        "team": {"id": caller.team, "domain": "somewhere"},
        "user": {"id": caller.user_id, "team_id": caller.home},
        "trigger_id": trigger,
        "enterprise": None,
        "is_enterprise_install": False,
    }
    match kind:
        case "click":
            payload |= {
                "type": "block_actions",
                "container": {"type": "view"},
                "actions": [_action(name, with_, number)],
            }
            payload |= {"view": with_.view} if with_.view else {"message": {"ts": "1.2"}}
        case "submit":
            payload |= {"type": "view_submission", "view": {**with_.view, "callback_id": name}, "response_urls": []}
        case "suggest":
            payload |= {"type": "block_suggestion", "action_id": name, "block_id": name, "value": with_.value}
        case "shortcut":
            payload |= {"type": "message_action", "callback_id": name, "message": {"user": "U0BEN", "ts": "1.2"}}
    return delivery.interaction(payload)


def _action(name: str, with_: Knock, number: int) -> Json:
    action: Json = {"action_id": name, "block_id": "b", "type": "button", "action_ts": f"{number}.1"}
    if with_.chosen:
        return action | {"type": "static_select", "selected_option": {"value": with_.chosen}}
    return action | {"value": with_.value}


def _event(world: World, caller: Caller, event: Json, number: int) -> Ack:
    told = {**event, "user": caller.user_id}
    envelope = {"type": "event_callback", "team_id": caller.team, "event_id": f"Ev{number}", "event": told}
    return world.slack.delivery.event(envelope)


def _parts(matcher: FunctionType) -> Iterator[str]:
    """What a matcher of Bolt's was made of: the function that made it, and the name it looks for."""
    for cell in matcher.__closure__ or ():
        if isinstance(cell.cell_contents, FunctionType):
            yield cell.cell_contents.__qualname__.partition(".")[0]
            yield from _parts(cell.cell_contents)
        elif isinstance(cell.cell_contents, str):
            yield cell.cell_contents


def _name(kind: str, name: str) -> str:
    return f"{_KINDS[kind]} {name}"

"""What a person has chosen and typed on a message, a modal or a home tab, before and after it is replaced."""

import copy
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.slack.block_types import elements_of
from tests.sandbox.slack.refusal import Json

# where the value of an element stands in state.values, and what it is before anybody touched it
STATE_KEYS: dict[str, tuple[str, str | None, Any]] = {
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "file_input": ("files", None, []),
}

Place = tuple[str, str]
"""A block_id and an action_id: Slack's address of an element."""


@dataclass
class Surface:
    """Blocks a person sees, and what that person did to them."""

    blocks: list[Json]
    touched: dict[Place, Any] = field(default_factory=dict)

    def replace(self, blocks: list[Json]) -> None:
        """New blocks; what was typed stays where block_id, action_id and kind stayed, as in Slack's clients."""
        before = kinds(self.blocks)
        after = kinds(blocks)
        self.touched = {place: it for place, it in self.touched.items() if before[place] == after.get(place)}
        self.blocks = blocks

    def values(self) -> Json:
        """``state.values``: every stateful element, touched or not."""
        values: Json = {}
        for block in self.blocks:
            for element in elements_of([block]):
                if element["type"] in STATE_KEYS:
                    place = (block["block_id"], element["action_id"])
                    values.setdefault(place[0], {})[place[1]] = self.value(place, element)
        return values

    def value(self, place: Place, element: Json) -> Json:
        """One entry of ``state.values``."""
        key, initial, nothing = STATE_KEYS[element["type"]]
        untouched = element.get(initial, nothing) if initial else nothing
        entry = {"type": element["type"], key: self.touched.get(place, untouched)}
        if element["type"] == "timepicker" and "timezone" in element:
            entry["timezone"] = element["timezone"]
        return copy.deepcopy(entry)


def kinds(blocks: list[Json]) -> dict[Place, str]:
    """Where every element of these blocks stands, and what it is."""
    return {
        (block["block_id"], element["action_id"]): element["type"]
        for block in blocks
        for element in elements_of([block])
        if "action_id" in element
    }


def settled(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack stores them: ids made up where none were given, the defaults of texts written out."""
    result = copy.deepcopy(blocks)
    for block in result:
        block.setdefault("block_id", _made_up())
        for element in elements_of([block]):
            if element["type"] != "image":
                element.setdefault("action_id", _made_up())
        _write_out(block)
    return result


def _made_up() -> str:
    return secrets.token_urlsafe(4)[:5]


def _write_out(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _write_out(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _write_out(item)

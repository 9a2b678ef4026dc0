"""The blocks, what each is made of, and on which surface it may stand."""

from collections.abc import Collection
from typing import Any

from tests.sandbox.slack.composition import SLACK_FILE, plain, text
from tests.sandbox.slack.elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.rich_text import RICH_TEXT
from tests.sandbox.slack.schema import (
    Findings,
    Rule,
    boolean,
    listing,
    shape,
    string,
    tagged,
    unique,
    url,
)

_BLOCK = {"type": string(50), "block_id": string(255)}


def _standing_in(allowed: Collection[str]) -> Rule:
    return tagged(ELEMENTS, allowed)


def _says_something(found: Findings, at: str, block: Any) -> None:
    if "text" not in block and "fields" not in block:
        found.add(at, "missing required field: text or fields")


def _distinct_actions(found: Findings, at: str, block: Any) -> None:
    unique(found, f"{at}/elements", block["elements"], "action_id")


def _only_typed_dispatch(found: Findings, at: str, block: Any) -> None:
    if block["element"]["type"] == "file_input" and block.get("dispatch_action"):
        found.add(f"{at}/dispatch_action", "not allowed for file_input")


def _one_source(found: Findings, at: str, block: Any) -> None:
    if ("image_url" in block) == ("slack_file" in block):
        found.add(at, "must define either `image_url` or `slack_file`")


def _context_part(found: Findings, at: str, value: Any) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        ELEMENTS["image"](found, at, value)
    else:
        text(2000)(found, at, value)


_BLOCKS: dict[str, Rule] = {
    "section": shape(
        {
            **_BLOCK,
            "text": text(3000),
            "fields": listing(text(2000), 1, 10),
            "accessory": _standing_in(IN_SECTION),
            "expand": boolean,
        },
        also=_says_something,
    ),
    "divider": shape(_BLOCK),
    "header": shape({**_BLOCK, "text": plain(150)}, required=("text",)),
    "image": shape(
        {
            **_BLOCK,
            "image_url": url(),
            "slack_file": SLACK_FILE,
            "alt_text": string(2000),
            "title": plain(2000),
        },
        required=("alt_text",),
        also=_one_source,
    ),
    "actions": shape(
        {**_BLOCK, "elements": listing(_standing_in(IN_ACTIONS), 1, 25)},
        required=("elements",),
        also=_distinct_actions,
    ),
    "context": shape({**_BLOCK, "elements": listing(_context_part, 1, 10)}, required=("elements",)),
    "input": shape(
        {
            **_BLOCK,
            "label": plain(2000),
            "element": _standing_in(IN_INPUT),
            "hint": plain(2000),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        required=("label", "element"),
        also=_only_typed_dispatch,
    ),
    "video": shape(
        {
            **_BLOCK,
            "alt_text": string(2000),
            "author_name": string(49),
            "description": plain(200),
            "provider_icon_url": url(),
            "provider_name": string(2000),
            "title": plain(199),
            "title_url": url(),
            "thumbnail_url": url(),
            "video_url": url(),
        },
        required=("alt_text", "title", "thumbnail_url", "video_url"),
    ),
    "markdown": shape({**_BLOCK, "text": string(12000)}, required=("text",)),
    "rich_text": RICH_TEXT,
}

_ONLY_IN_MESSAGES = {"markdown"}
_SURFACES = {
    "message": _BLOCKS.keys(),
    "modal": _BLOCKS.keys() - _ONLY_IN_MESSAGES,
    "home": _BLOCKS.keys() - _ONLY_IN_MESSAGES,
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}


def check_blocks(found: Findings, at: str, blocks: Any, surface: str, least: int = 0) -> None:
    """A list of blocks as it may stand on ``surface``: "message", "modal" or "home"."""
    before = len(found.messages)
    listing(tagged(_BLOCKS, _SURFACES[surface]), least, MOST_BLOCKS[surface])(found, at, blocks)
    if len(found.messages) != before:
        return
    unique(found, at, blocks, "block_id")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > 12000:
        found.add(at, "markdown blocks may hold 12000 characters together")
    if surface != "modal":
        _no_files(found, at, blocks)
    if sum(bool(element.get("focus_on_load")) for element in elements_of(blocks)) > 1:
        found.add(at, "only one element may set focus_on_load")


def _no_files(found: Findings, at: str, blocks: list[Json]) -> None:
    for index, block in enumerate(blocks):
        if block["type"] == "input" and block["element"]["type"] == "file_input":
            found.add(f"{at}/{index}/element", "unsupported type: file_input")


def elements_of(blocks: list[Json]) -> list[Json]:
    """Every interactive element and image of these blocks, in reading order."""
    found: list[Json] = []
    for block in blocks:
        if block["type"] == "actions":
            found += block["elements"]
        elif block["type"] == "section" and "accessory" in block:
            found.append(block["accessory"])
        elif block["type"] == "input":
            found.append(block["element"])
    return found

"""Composition objects of Block Kit: texts, options, confirmation dialogs (docs.slack.dev, slack_sdk.models.blocks)."""

from typing import Any

from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.schema import (
    Findings,
    Rule,
    boolean,
    listing,
    matching,
    one_of,
    shape,
    string,
    tagged,
    url,
)


def plain(most: int) -> Rule:
    """A text object that may only be plain_text."""
    return tagged(
        {"plain_text": shape({"type": one_of("plain_text"), "text": string(most), "emoji": boolean}, ("type", "text"))}
    )


def text(most: int) -> Rule:
    """A text object of either kind: ``emoji`` belongs to plain_text, ``verbatim`` to mrkdwn."""
    return tagged(
        {
            "plain_text": plain(most),
            "mrkdwn": shape(
                {"type": one_of("mrkdwn"), "text": string(most), "verbatim": boolean}, required=("type", "text")
            ),
        }
    )


CONFIRM = shape(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)

# checkboxes and radio buttons may say their options in mrkdwn; menus may not; only overflow options carry a url
_option = {"text": plain(75), "value": string(150), "description": plain(75)}
OPTION = shape(_option, required=("text", "value"))
OVERFLOW_OPTION = shape({**_option, "url": url()}, required=("text", "value"))
BOX_OPTION = shape({"text": text(75), "value": string(150), "description": text(75)}, required=("text", "value"))


def distinct(option: Rule, most: int, least: int = 1) -> Rule:
    """A list of options, no two of which mean the same."""
    each = listing(option, least, most)

    def check(found: Findings, at: str, value: Any) -> None:
        before = len(found.messages)
        each(found, at, value)
        if len(found.messages) == before:
            _no_twins(found, at, value)

    return check


def _no_twins(found: Findings, at: str, options: list[Json]) -> None:
    seen: set[str] = set()
    for index, option in enumerate(options):
        if option["value"] in seen:
            found.add(f"{at}/{index}/value", f'option value "{option["value"]}" already exists')
        seen.add(option["value"])


def _no_twins_across(found: Findings, at: str, groups: list[Json]) -> None:
    _no_twins(found, at, [option for group in groups for option in group["options"]])


_group = shape({"label": plain(75), "options": listing(OPTION, 1, 100)}, required=("label", "options"))
_groups = listing(_group, 1, 100)


def option_groups(found: Findings, at: str, value: Any) -> None:
    """Up to 100 groups of up to 100 options."""
    before = len(found.messages)
    _groups(found, at, value)
    if len(found.messages) == before:
        _no_twins_across(found, at, value)


def _id_or_url(found: Findings, at: str, value: Any) -> None:
    if ("id" in value) == ("url" in value):
        found.add(at, "must define either `id` or `url`")


_FILE_ID = r"^[F][A-Z0-9]{8,}$"
SLACK_FILE = shape(
    {"id": matching(_FILE_ID, f"input must match regex pattern: {_FILE_ID}"), "url": url()}, also=_id_or_url
)
DISPATCH = shape(
    {"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
    required=("trigger_actions_on",),
)
CONVERSATION_FILTER = shape(
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)


def options_of(element: Json) -> list[Json]:
    """Every option of a menu, whether it has groups or not."""
    if "option_groups" in element:
        return [option for group in element["option_groups"] for option in group["options"]]
    return list(element.get("options", []))

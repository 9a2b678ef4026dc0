"""Does Slack take it? Messages, views, answers to commands and to submissions, options for a menu."""

import json
from typing import Any

from tests.sandbox.slack.block_types import check_blocks
from tests.sandbox.slack.composition import OPTION, distinct, option_groups, plain
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.schema import Findings, Rule, anything, boolean, one_of, shape, string, tagged
from tests.sandbox.slack.slack_files import Shows, check_files

LONGEST_MESSAGE = 40_000
LONGEST_UPDATE = 4_000
LARGEST_VIEW = 250_000
LARGEST_METADATA = 4_000
"""Slack publishes no number; nothing of ours comes near this one."""
MOST_OPTIONS = 100


def check_message(payload: Json, *, longest: int = LONGEST_MESSAGE, shows: Shows | None = None) -> None:
    """Refuse what chat.postMessage refuses, and a message without text besides: nobody could read its notification.

    ``shows`` knows Slack's own files; without it they are not looked up.
    """
    message_text = payload.get("text")
    if message_text is not None and not isinstance(message_text, str):
        raise Refused("invalid_arguments", ["[ERROR] must provide a string [json-pointer:/text]"])
    if payload.get("attachments"):
        raise Refused("invalid_attachments", ["[ERROR] legacy attachments are not modelled here"])
    blocks = payload.get("blocks")
    if blocks is not None:
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise Refused("invalid_blocks_format")
        found = Findings()
        check_blocks(found, "/blocks", blocks, "message")
        if shows is not None and not found.messages:
            check_files(found, "/blocks", blocks, shows)
        if found.messages:
            raise Refused("invalid_blocks", found.messages, errors=[_error(line) for line in found.messages])
    if not message_text or not message_text.strip():
        raise Refused("no_text")
    if len(message_text) > longest:
        raise Refused("msg_too_long")


def _error(line: str) -> str:
    return line.removeprefix("[ERROR] ")


_view_keys = {
    "type": string(20),
    "blocks": anything,  # looked into below, with the surface they are for
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEWS: dict[str, Rule] = {
    "modal": shape(
        {
            **_view_keys,
            "title": plain(24),
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
        required=("type", "title", "blocks"),
    ),
    "home": shape(_view_keys, required=("type", "blocks")),
}


def check_view(view: Any, kind: str | None = None, *, shows: Shows | None = None) -> None:
    """Refuse what views.open and views.publish refuse. ``kind`` narrows it to "modal" or "home"; see check_message."""
    found = Findings()
    tagged(_VIEWS, None if kind is None else {kind})(found, "/view", view)
    if not found.messages:
        check_blocks(found, "/view/blocks", view["blocks"], view["type"], least=1)
    if not found.messages:
        _submittable(found, view)
    if shows is not None and not found.messages:
        check_files(found, "/view/blocks", view["blocks"], shows)
    if found.messages:
        raise Refused("invalid_arguments", found.messages)
    if len(json.dumps(view, ensure_ascii=False).encode()) > LARGEST_VIEW:
        raise Refused("view_too_large")


def _submittable(found: Findings, view: Json) -> None:
    has_inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_inputs and "submit" not in view:
        found.add("/view", "missing required field: submit")


def check_options(answer: Any) -> None:
    """Refuse an answer to block_suggestion that a menu would not show."""
    found = Findings()
    if not isinstance(answer, dict) or ("options" in answer) == ("option_groups" in answer):
        found.add("", "must define either `options` or `option_groups`, and not both")
    elif answer.get("option_groups") == []:
        pass  # nothing found is an answer too
    else:
        shape({"options": distinct(OPTION, MOST_OPTIONS, 0), "option_groups": option_groups})(found, "", answer)
    if found.messages:
        raise Refused("invalid_options", found.messages)


def check_metadata(metadata: Any) -> None:
    """Refuse message metadata that is not an event type and an object, or large."""
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    found = Findings()
    shape({"event_type": string(255), "event_payload": anything}, ("event_type", "event_payload"))(
        found, "/metadata", metadata
    )
    if found.messages or not isinstance(metadata["event_payload"], dict):
        raise Refused("invalid_metadata_schema", found.messages)


_RESPONSE_KEYS = {
    **dict.fromkeys(("text", "blocks", "attachments", "thread_ts", "parse", "metadata"), anything),
    **dict.fromkeys(
        ("replace_original", "delete_original", "mrkdwn", "link_names", "unfurl_links", "unfurl_media"), boolean
    ),
    "response_type": one_of("ephemeral", "in_channel"),
}


def check_response(payload: Any, *, shows: Shows | None = None) -> None:
    """Refuse what a response_url, or the body of an answer to a command, does not take."""
    found = Findings()
    shape(_RESPONSE_KEYS)(found, "", {name: value for name, value in payload.items() if value is not None})
    if found.messages:
        raise Refused("invalid_arguments", found.messages)
    if not payload.get("delete_original"):
        check_message(payload, shows=shows)
    if payload.get("metadata") is not None:
        check_metadata(payload["metadata"])

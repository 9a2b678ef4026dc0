"""Block elements: what each may carry, and in which block it may stand."""

from typing import Any

from tests.sandbox.slack.composition import (
    BOX_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    OPTION,
    OVERFLOW_OPTION,
    SLACK_FILE,
    distinct,
    option_groups,
    options_of,
    plain,
)
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.rich_text import RICH_TEXT
from tests.sandbox.slack.schema import (
    Findings,
    Rule,
    boolean,
    integer,
    listing,
    matching,
    one_of,
    shape,
    string,
    url,
)

_ACTION = {"type": string(50), "action_id": string(255)}
_CONFIRMED = {**_ACTION, "confirm": CONFIRM}
_FOCUS = {"focus_on_load": boolean}
_HINTED = {"placeholder": plain(150)}
_MENU: dict[str, Rule] = {**_CONFIRMED, **_FOCUS, **_HINTED}
_MULTI: dict[str, Rule] = {**_MENU, "max_selected_items": integer(1, 1_000_000)}
_INPUT: dict[str, Rule] = {**_ACTION, **_FOCUS, **_HINTED, "dispatch_action_config": DISPATCH}
_STATIC: dict[str, Rule] = {"options": distinct(OPTION, 100), "option_groups": option_groups}
_DATE = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be a date in the format YYYY-MM-DD")
_TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time in the format HH:mm")
_NUMBER = matching(r"-?\d+(\.\d+)?", "must be a number as a string")


def _choices(found: Findings, at: str, value: Json) -> None:
    """What is chosen at first must be there to choose, and as much as may be chosen."""
    if value["type"] in {"static_select", "multi_static_select"} and ("options" in value) == ("option_groups" in value):
        found.add(at, "must define either `options` or `option_groups`, and not both")
        return
    offered = [_looks(option) for option in options_of(value)]
    chosen = value.get("initial_options", [])
    if "initial_option" in value:
        chosen = [value["initial_option"]]
    for option in chosen:
        if _looks(option) not in offered:
            found.add(at, "initial_option must be among the options")
    _few_enough(found, at, value)


def _looks(option: Json) -> tuple[str, str, str]:
    return option["text"]["text"], option["value"], option.get("description", {}).get("text", "")


def _few_enough(found: Findings, at: str, value: Json) -> None:
    most = value.get("max_selected_items")
    chosen = next((part for name, part in value.items() if name.startswith("initial_")), None)
    if most is not None and isinstance(chosen, list) and len(chosen) > most:
        found.add(at, f"no more than {most} items may be selected")


def _lengths(found: Findings, at: str, value: Json) -> None:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        found.add(f"{at}/min_length", "must be less than max_length")


def _bounds(found: Findings, at: str, value: Json) -> None:
    if {"min_value", "max_value"} <= value.keys() and float(value["min_value"]) > float(value["max_value"]):
        found.add(f"{at}/min_value", "must be less than max_value")


def _picture(found: Findings, at: str, value: Any) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        found.add(at, "must define either `image_url` or `slack_file`")


_chosen_one = {"initial_option": OPTION}
_chosen_many = {"initial_options": distinct(OPTION, 100)}
_query = {"min_query_length": integer(0, 1000)}
_ids = listing(string(255), 1)

ELEMENTS: dict[str, Rule] = {
    "button": shape(
        {
            **_CONFIRMED,
            "text": plain(75),
            "url": url(),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "accessibility_label": string(75),
        },
        required=("text",),
    ),
    "image": shape(
        {"type": string(50), "image_url": url(), "slack_file": SLACK_FILE, "alt_text": string(2000)},
        required=("alt_text",),
        also=_picture,
    ),
    "overflow": shape({**_CONFIRMED, "options": distinct(OVERFLOW_OPTION, 5)}, required=("options",)),
    "static_select": shape({**_MENU, **_STATIC, **_chosen_one}, also=_choices),
    "multi_static_select": shape({**_MULTI, **_STATIC, **_chosen_many}, also=_choices),
    "external_select": shape({**_MENU, **_query, **_chosen_one}),
    "multi_external_select": shape({**_MULTI, **_query, **_chosen_many}, also=_few_enough),
    "users_select": shape({**_MENU, "initial_user": string(255)}),
    "multi_users_select": shape({**_MULTI, "initial_users": _ids}, also=_few_enough),
    "conversations_select": shape(
        {
            **_MENU,
            "initial_conversation": string(255),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": CONVERSATION_FILTER,
        }
    ),
    "multi_conversations_select": shape(
        {
            **_MULTI,
            "initial_conversations": _ids,
            "default_to_current_conversation": boolean,
            "filter": CONVERSATION_FILTER,
        },
        also=_few_enough,
    ),
    "channels_select": shape({**_MENU, "initial_channel": string(255), "response_url_enabled": boolean}),
    "multi_channels_select": shape({**_MULTI, "initial_channels": _ids}, also=_few_enough),
    "checkboxes": shape(
        {
            **_CONFIRMED,
            **_FOCUS,
            "options": distinct(BOX_OPTION, 10),
            "initial_options": distinct(BOX_OPTION, 10),
        },
        required=("options",),
        also=_choices,
    ),
    "radio_buttons": shape(
        {**_CONFIRMED, **_FOCUS, "options": distinct(BOX_OPTION, 10), "initial_option": BOX_OPTION},
        required=("options",),
        also=_choices,
    ),
    "datepicker": shape({**_MENU, "initial_date": _DATE}),
    "timepicker": shape({**_MENU, "initial_time": _TIME, "timezone": string(64)}),
    "datetimepicker": shape(
        {**_CONFIRMED, **_FOCUS, "initial_date_time": integer(1_000_000_000, 9_999_999_999)},
    ),
    "plain_text_input": shape(
        {
            **_INPUT,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        also=_lengths,
    ),
    "number_input": shape(
        {
            **_INPUT,
            "is_decimal_allowed": boolean,
            "initial_value": _NUMBER,
            "min_value": _NUMBER,
            "max_value": _NUMBER,
        },
        required=("is_decimal_allowed",),
        also=_bounds,
    ),
    "email_text_input": shape({**_INPUT, "initial_value": string(3000)}),
    "url_text_input": shape({**_INPUT, "initial_value": url()}),
    "rich_text_input": shape({**_INPUT, "initial_value": RICH_TEXT}),
    "file_input": shape({**_ACTION, "filetypes": listing(string(20), 1), "max_files": integer(1, 10)}),
}

_EVERYWHERE = {
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
}
_MULTIPLE = {
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
}
TYPED = {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"}
IN_SECTION = _EVERYWHERE | _MULTIPLE | {"button", "image", "overflow"}
IN_ACTIONS = _EVERYWHERE | {"button", "overflow", "datetimepicker"}
IN_INPUT = _EVERYWHERE | _MULTIPLE | TYPED | {"datetimepicker", "file_input"}
INTERACTIVE = (IN_SECTION | IN_ACTIONS | IN_INPUT) - {"image"}

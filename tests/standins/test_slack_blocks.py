"""Every documented length and count of Block Kit: at the limit it passes, one above it is refused."""

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.slack.blocks import check_message, check_options, check_view
from tests.sandbox.slack.refusal import Json, Refused
from tests.standins.block_samples import actions, button, confirm, field, menu, modal, option, options, plain, section

LIMITS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "section text": (3000, lambda n: section(text=plain(n))),
    "section fields": (10, lambda n: section(fields=[plain(3)] * n)),
    "section field text": (2000, lambda n: section(fields=[plain(n)])),
    "header": (150, lambda n: {"type": "header", "text": plain(n)}),
    "button text": (75, lambda n: actions(button(text=plain(n)))),
    "button value": (2000, lambda n: actions(button(value="x" * n))),
    "button url": (3000, lambda n: actions(button(url="https://a.example/".ljust(n, "x")))),
    "button accessibility label": (75, lambda n: actions(button(accessibility_label="x" * n))),
    "action id": (255, lambda n: actions(button(action_id="x" * n))),
    "block id": (255, lambda n: section(block_id="x" * n)),
    "actions": (25, lambda n: actions(*[button(action_id=f"go-{i}") for i in range(n)])),
    "context": (10, lambda n: {"type": "context", "elements": [plain(3)] * n}),
    "options": (100, lambda n: actions(menu(options=options(n)))),
    "option text": (75, lambda n: actions(menu(options=[option(text=plain(n))]))),
    "option value": (150, lambda n: actions(menu(options=[option(value="x" * n)]))),
    "option description": (75, lambda n: actions(menu(options=[option(description=plain(n))]))),
    "option groups": (
        100,
        lambda n: actions(
            {
                "type": "static_select",
                "option_groups": [{"label": plain(3), "options": [option(i)]} for i in range(n)],
            }
        ),
    ),
    "option group label": (
        75,
        lambda n: actions({"type": "static_select", "option_groups": [{"label": plain(n), "options": options(1)}]}),
    ),
    "options in a group": (
        100,
        lambda n: actions({"type": "static_select", "option_groups": [{"label": plain(3), "options": options(n)}]}),
    ),
    "placeholder": (150, lambda n: actions(menu(placeholder=plain(n)))),
    "overflow": (5, lambda n: actions({"type": "overflow", "options": options(n)})),
    "overflow url": (
        3000,
        lambda n: actions({"type": "overflow", "options": [option(url="https://a.example/".ljust(n, "x"))]}),
    ),
    "checkboxes": (10, lambda n: actions({"type": "checkboxes", "options": options(n)})),
    "radio buttons": (10, lambda n: actions({"type": "radio_buttons", "options": options(n)})),
    "confirm title": (100, lambda n: actions(button(confirm=confirm(title=plain(n))))),
    "confirm text": (300, lambda n: actions(button(confirm=confirm(text=plain(n))))),
    "confirm confirm": (30, lambda n: actions(button(confirm=confirm(confirm=plain(n))))),
    "confirm deny": (30, lambda n: actions(button(confirm=confirm(deny=plain(n))))),
    "image url": (3000, lambda n: {"type": "image", "alt_text": "x", "image_url": "https://a.example/".ljust(n, "x")}),
    "image alt text": (2000, lambda n: {"type": "image", "alt_text": "x" * n, "image_url": "https://a.example/"}),
    "image title": (
        2000,
        lambda n: {"type": "image", "alt_text": "x", "image_url": "https://a.example/", "title": plain(n)},
    ),
    "input label": (2000, lambda n: field({"type": "plain_text_input"}, label=plain(n))),
    "input hint": (2000, lambda n: field({"type": "plain_text_input"}, hint=plain(n))),
    "input initial value": (3000, lambda n: field({"type": "plain_text_input", "initial_value": "x" * n})),
    "input max length": (3000, lambda n: field({"type": "plain_text_input", "max_length": n})),
    "markdown": (12000, lambda n: {"type": "markdown", "text": "x" * n}),
    "chosen at first": (
        2,
        lambda n: section(
            accessory={
                "type": "multi_static_select",
                "options": options(9),
                "initial_options": options(n),
                "max_selected_items": 2,
            }
        ),
    ),
}

VIEW_LIMITS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "title": (24, lambda n: modal(section(), title=plain(n))),
    "submit": (24, lambda n: modal(section(), submit=plain(n))),
    "close": (24, lambda n: modal(section(), close=plain(n))),
    "blocks": (100, lambda n: modal(*[section()] * n)),
    "home blocks": (100, lambda n: {"type": "home", "blocks": [section()] * n}),
    "private metadata": (3000, lambda n: modal(section(), private_metadata="x" * n)),
    "callback id": (255, lambda n: modal(section(), callback_id="x" * n)),
    "external id": (255, lambda n: modal(section(), external_id="x" * n)),
}

WRONG_BLOCKS: dict[str, Json] = {
    "unknown block": {"type": "marquee"},
    "no type": {"text": plain(3)},
    "unknown key of a block": section(colour="red"),
    "unknown key of an element": actions(button(icon="x")),
    "unknown key of a text": section(text={**plain(3), "size": 3}),
    "unknown key of an option": actions(menu(options=[option(icon="x")])),
    "url on a menu's option": actions(menu(options=[option(url="https://a.example")])),
    "unknown element": actions({"type": "slider"}),
    "section without text": {"type": "section"},
    "empty text": section(text=plain(0)),
    "emoji on mrkdwn": section(text={"type": "mrkdwn", "text": "x", "emoji": True}),
    "verbatim on plain text": section(text={**plain(3), "verbatim": True}),
    "mrkdwn header": {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
    "mrkdwn button": actions(button(text={"type": "mrkdwn", "text": "x"})),
    "button style": actions(button(style="default")),
    "button url": actions(button(url="not a url")),
    "null value": actions(button(value=None)),
    "empty menu": actions(menu(options=[])),
    "no options at all": actions({"type": "static_select"}),
    "options and groups": actions(menu(option_groups=[{"label": plain(3), "options": options(1)}])),
    "twin values": actions(menu(options=[option(1), option(1)])),
    "initial option elsewhere": actions(menu(initial_option=option(7))),
    "initial option worded otherwise": actions(menu(initial_option=option(1, text=plain(9)))),
    "multi select among actions": actions({"type": "multi_static_select", "options": options(1)}),
    "image among actions": actions({"type": "image", "alt_text": "x", "image_url": "https://a.example/"}),
    "button in an input": field(button()),
    "text input in a section": section(accessory={"type": "plain_text_input"}),
    "button in a context": {"type": "context", "elements": [button()]},
    "twin action ids": actions(button(), button()),
    "empty actions": actions(),
    "file input in a message": field({"type": "file_input"}),
    "image without alt text": {"type": "image", "image_url": "https://a.example/"},
    "image without a source": {"type": "image", "alt_text": "x"},
    "bad date": actions({"type": "datepicker", "initial_date": "2026-13-01"}),
    "bad time": actions({"type": "timepicker", "initial_time": "25:00"}),
    "confirm without deny": actions(button(confirm={"title": plain(3), "text": plain(3), "confirm": plain(3)})),
}


def test_a_plain_message_is_taken() -> None:
    check_message({"text": "Hello", "blocks": [section(), {"type": "divider"}, actions(button(), menu())]})


@pytest.mark.parametrize("name", LIMITS)
def test_a_block_at_its_limit_is_taken_and_above_it_refused(name: str) -> None:
    limit, make = LIMITS[name]
    check_message({"text": "x", "blocks": [make(limit)]})
    with pytest.raises(Refused) as refused:
        check_message({"text": "x", "blocks": [make(limit + 1)]})
    assert refused.value.code == "invalid_blocks"
    assert "json-pointer:/blocks/0" in refused.value.messages[0]


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_at_its_limit_is_taken_and_above_it_refused(name: str) -> None:
    limit, make = VIEW_LIMITS[name]
    check_view(make(limit))
    with pytest.raises(Refused) as refused:
        check_view(make(limit + 1))
    assert refused.value.code == "invalid_arguments"
    assert "json-pointer:/view" in refused.value.messages[0]


@pytest.mark.parametrize("name", WRONG_BLOCKS)
def test_a_block_that_slack_does_not_know_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="invalid_blocks"):
        check_message({"text": "x", "blocks": [WRONG_BLOCKS[name]]})


def test_fifty_blocks_a_message_and_no_two_with_one_id() -> None:
    check_message({"text": "x", "blocks": [section()] * 50})
    for blocks in ([section()] * 51, [section(block_id="a"), section(block_id="a")]):
        with pytest.raises(Refused, match="invalid_blocks"):
            check_message({"text": "x", "blocks": blocks})


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"blocks": [section()]}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": ["nonsense"]}, "invalid_blocks_format"),
        ({"text": 7}, "invalid_arguments"),
    ],
)
def test_a_message_without_readable_text_is_refused(payload: Json, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_message(payload)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "view",
    [
        {"type": "sheet", "blocks": [section()]},
        {"type": "modal", "blocks": [section()]},
        {"type": "modal", "title": plain(3), "blocks": []},
        {"type": "modal", "title": plain(3), "blocks": [field({"type": "plain_text_input"})]},
        modal({"type": "markdown", "text": "x"}),
        modal(section(), colour="red"),
        {"type": "home", "blocks": [section()], "title": plain(3)},
        {"type": "home", "blocks": [field({"type": "file_input"})]},
        modal(*[field({"type": "plain_text_input", "focus_on_load": True})] * 2),
    ],
)
def test_a_view_that_slack_does_not_know_is_refused(view: Json) -> None:
    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(view)


def test_a_view_of_more_than_250_kilobytes_is_refused() -> None:
    fat = section(fields=[plain(2000)] * 10)
    check_view(modal(*[fat] * 12))
    with pytest.raises(Refused, match="view_too_large"):
        check_view(modal(*[fat] * 13))


def test_options_for_a_menu_are_at_most_a_hundred_and_may_be_none() -> None:
    check_options({"options": options(100)})
    check_options({"options": []})
    check_options({"option_groups": []})
    wrong: list[Any] = [
        {"options": options(101)},
        {},
        {"options": [], "option_groups": []},
        [],
        {"options": [plain(3)]},
    ]
    for answer in wrong:
        with pytest.raises(Refused, match="invalid_options"):
            check_options(answer)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_sound = [section(), actions(button(), menu()), field({"type": "plain_text_input"}), section(accessory=menu())]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys or indices."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_sound), st.integers(0, 1000), _json)
def test_nonsense_anywhere_in_a_block_is_answered_and_never_an_accident(block: Json, place: int, nonsense: Any) -> None:
    blocks = copy.deepcopy([block])
    places = _places(blocks)
    container, key = places[place % len(places)]
    container[key] = nonsense
    with contextlib.suppress(Refused):
        check_message({"text": "x", "blocks": blocks})
    with contextlib.suppress(Refused):
        check_view(modal(*blocks))

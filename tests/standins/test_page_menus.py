"""Menus on the sandbox page: one choice or many, from a list or from the bot, by mouse and by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.sandbox.personas import GENERAL
from tests.sandbox.slack.refusal import Json
from tests.standins.conftest import Sandbox, Window
from tests.standins.gallery import COLOURS, SURE, menu, option, plain, section

pytestmark = pytest.mark.browser

ANA = "U0ANA"
CHOOSE, SUGGEST = "**/slack/choose", "**/slack/suggest"


def post_menu(sandbox: Sandbox, kind: str, **more: Any) -> None:
    sandbox.gallery.post(ANA, section("Which?", block_id="b", accessory=menu(kind, "pick", **more)))


def held(sandbox: Sandbox) -> Json:
    """What Slack holds for the menu of the one message."""
    state: Json = sandbox.slack.dm(ANA)[0].state["b"]["pick"]
    return state


def values(sandbox: Sandbox) -> list[str]:
    return [each["value"] for each in held(sandbox)["selected_options"]]


def test_a_menu_by_mouse(sandbox: Sandbox, window: Window) -> None:
    """What is picked is kept by Slack, told to the bot, and still there after a reload."""
    post_menu(sandbox, "static_select", options=COLOURS)
    page = window.open()
    box = page.locator("[data-action-id=pick]")
    box.click()
    expect(page.get_by_role("listbox")).to_be_visible()
    with page.expect_response(CHOOSE):
        page.get_by_role("option", name="Green").click()
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.reload()
    expect(box).to_have_value("Green")
    assert held(sandbox)["selected_option"]["value"] == "green"
    (payload,) = sandbox.gallery.of("block_actions")
    assert payload["actions"][0]["selected_option"]["value"] == "green"


def test_a_menu_by_keyboard(sandbox: Sandbox, window: Window) -> None:
    """Arrows open and move, typing filters, Escape leaves all as it was, Enter picks."""
    post_menu(sandbox, "static_select", options=COLOURS, initial_option=COLOURS[0])
    page = window.open()
    box = page.locator("[data-action-id=pick]")
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option", selected=True)).to_have_text("Red")
    page.keyboard.type("bl")
    expect(page.get_by_role("option")).to_have_text(["Blue"])
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("Red")
    assert sandbox.gallery.of("block_actions") == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    with page.expect_response(CHOOSE):
        page.keyboard.press("Enter")
    expect(box).to_have_value("Green")
    expect(box).to_be_focused()
    box.blur()
    box.focus()
    page.keyboard.type("re")
    expect(page.get_by_role("option")).to_have_text(["Red", "Green"])


def test_groups_are_labelled(sandbox: Sandbox, window: Window) -> None:
    groups = [
        {"label": plain("Yours"), "options": [option("Team")]},
        {"label": plain("Others'"), "options": [option("Board"), option("Family")]},
    ]
    post_menu(sandbox, "static_select", option_groups=groups)
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    expect(page.get_by_role("group", name="Others'").get_by_role("option")).to_have_text(["Board", "Family"])
    page.keyboard.type("team")
    expect(page.get_by_role("listbox").get_by_role("group")).to_have_count(1)


def test_many_choices_are_chips(sandbox: Sandbox, window: Window) -> None:
    """The bot hears of them once, when the menu is closed; a chip can be taken away again."""
    post_menu(sandbox, "multi_static_select", options=COLOURS, initial_options=[COLOURS[0]])
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    page.get_by_role("option", name="Green").click()
    page.get_by_role("option", name="Blue").click()
    assert sandbox.gallery.of("block_actions") == []
    with page.expect_response(CHOOSE):
        page.keyboard.press("Escape")
    expect(page.get_by_test_id("chip")).to_have_text(["Red", "Green", "Blue"])
    with page.expect_response(CHOOSE):
        page.get_by_role("button", name="Remove Green").click()
    assert values(sandbox) == ["red", "blue"]
    with page.expect_response(CHOOSE):
        page.keyboard.press("Backspace")
    assert values(sandbox) == ["red"]
    assert len(sandbox.gallery.of("block_actions")) == 3


def test_no_more_than_allowed(sandbox: Sandbox, window: Window) -> None:
    post_menu(sandbox, "multi_static_select", options=COLOURS, max_selected_items=1)
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    page.get_by_role("option", name="Green").click()
    page.get_by_role("option", name="Blue").click()
    expect(page.get_by_test_id("chip")).to_have_text(["Green"])


def test_typeahead(sandbox: Sandbox, window: Window) -> None:
    """Nothing is asked before enough is typed; only the last question's answer is shown; by value, not by words."""
    sandbox.gallery.options = [option("Projects", "of-ada"), option("Projects", "of-cleo"), option("Board", "board")]
    post_menu(sandbox, "external_select", min_query_length=2)
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    expect(page.get_by_role("status").filter(has_text="Type 2 more")).to_be_visible()
    page.keyboard.type("p")
    expect(page.get_by_role("status").filter(has_text="Type 1 more")).to_be_visible()
    with page.expect_response(SUGGEST):
        page.keyboard.type("roj")
    expect(page.get_by_role("option")).to_have_text(["Projects", "Projects"])
    assert [each["value"] for each in sandbox.gallery.of("block_suggestion")] == ["proj"]
    with page.expect_response(CHOOSE):
        page.get_by_role("option").nth(1).click()
    assert held(sandbox)["selected_option"]["value"] == "of-cleo"


def test_typeahead_for_many_keeps_what_was_there(sandbox: Sandbox, window: Window) -> None:
    """Adding to a list asks the bot for what is looked for, not again for all that is chosen."""
    post_menu(sandbox, "multi_external_select", min_query_length=0, initial_options=[option("Old one", "old")])
    page = window.open()
    with page.expect_response(SUGGEST):
        page.locator("[data-action-id=pick]").click()
    with page.expect_response(SUGGEST):
        page.keyboard.type("calendar 29")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    with page.expect_response(CHOOSE):
        page.keyboard.press("Escape")
    assert values(sandbox) == ["old", "calendar 29"]
    assert {each["value"] for each in sandbox.gallery.of("block_suggestion")} == {"", "calendar 29"}


def test_typeahead_that_finds_nothing_says_so(sandbox: Sandbox, window: Window) -> None:
    post_menu(sandbox, "external_select", min_query_length=0)
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    page.keyboard.type("zebra")
    expect(page.get_by_role("status").filter(has_text="No results")).to_be_visible()


def test_people_can_be_picked(sandbox: Sandbox, window: Window) -> None:
    post_menu(sandbox, "users_select")
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    page.keyboard.type("cleo")
    with page.expect_response(CHOOSE):
        page.keyboard.press("Enter")
    expect(page.locator("[data-action-id=pick]")).to_have_value("Cleo Park")
    assert held(sandbox)["selected_user"] == "U0CLEO"


def test_a_message_has_the_shortcuts_of_the_app(sandbox: Sandbox, window: Window) -> None:
    """Seen when one points at it, or comes by keyboard; what only one person sees has no such menu."""
    sandbox.slack.command(ANA, "/calendar status", channel_id=GENERAL)
    page = window.open(channel=GENERAL)
    expect(page.get_by_test_id("ephemeral").get_by_test_id("more-actions")).to_have_count(0)
    more = page.get_by_role("button", name="More actions on the message of Ben Okafor")
    expect(more.locator("xpath=..")).to_have_css("opacity", "0")
    more.focus()
    expect(more.locator("xpath=..")).to_have_css("opacity", "1")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Book with the author")).to_be_focused()
    with page.expect_response("**/slack/shortcut"):
        page.keyboard.press("Enter")
    expect(more).to_be_focused()
    (payload,) = sandbox.gallery.of("message_action")
    assert (payload["callback_id"], payload["message"]["user"]) == ("book_with_author", "U0BEN")


def test_a_choice_that_was_not_confirmed_is_put_back(sandbox: Sandbox, window: Window) -> None:
    post_menu(sandbox, "static_select", options=COLOURS, initial_option=COLOURS[0], confirm=SURE)
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    page.get_by_role("option", name="Blue").click()
    page.get_by_test_id("confirm").get_by_role("button", name="Stop").click()
    expect(page.locator("[data-action-id=pick]")).to_have_value("Red")
    assert sandbox.gallery.of("block_actions") == []


def test_a_bot_that_does_not_answer_is_shown(sandbox: Sandbox, window: Window) -> None:
    """Slack's own notice comes up as a toast, and the log counts a fault."""
    post_menu(sandbox, "static_select", options=COLOURS)
    sandbox.slack.point_at("http://127.0.0.1:9")
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    page.get_by_role("option", name="Blue").click()
    expect(page.get_by_test_id("toast")).to_contain_text("could not reach the app")
    expect(page.get_by_role("button", name="Log 1: faults of the bot")).to_be_visible()

"""Modals on the sandbox page: fields, errors below them, the stack, and where the focus goes."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.standins.conftest import Sandbox, Window
from tests.standins.gallery import COLOURS, actions, button, field, menu, modal, plain, section

pytestmark = pytest.mark.browser

ANA = "U0ANA"
SUBMIT = "**/slack/submit"
NAME = field("name", "Name", {"type": "plain_text_input", "action_id": "text"}, hint=plain("As on your badge"))
COLOUR = field("colour", "Colour", menu("static_select", "pick", options=COLOURS))


def opened(sandbox: Sandbox, window: Window, *blocks: dict[str, object]) -> tuple[Page, Locator]:
    """The page with a modal that a button of a message opened."""
    sandbox.gallery.post(ANA, actions("a", button("More", "more")))
    sandbox.gallery.on_click = modal(*blocks)
    page = window.open()
    page.locator("[data-action-id=more]").click()
    dialog = page.get_by_test_id("modal")
    expect(dialog).to_be_visible()
    return page, dialog


def test_a_form_by_keyboard_alone(sandbox: Sandbox, window: Window) -> None:
    """The first field has the focus; Tab goes on; Enter sends; the focus comes back to the button."""
    page, dialog = opened(sandbox, window, NAME, COLOUR)
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("combobox", name="Colour")).to_be_focused()
    page.keyboard.type("gre")
    expect(dialog.get_by_role("option")).to_have_text(["Green"])
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-action-id=more]")).to_be_focused()
    (payload,) = sandbox.gallery.of("view_submission")
    state = payload["view"]["state"]["values"]
    assert state["name"]["text"]["value"] == "Ana"
    assert state["colour"]["pick"]["selected_option"]["value"] == "green"


def test_the_focus_stays_inside(sandbox: Sandbox, window: Window) -> None:
    page, dialog = opened(sandbox, window, NAME)
    for _ in range(12):
        page.keyboard.press("Tab")
        outside = page.evaluate("!document.activeElement.closest('dialog') && document.activeElement !== document.body")
        assert not outside
    expect(dialog).to_be_visible()


def test_what_slack_misses_is_said_under_the_field(sandbox: Sandbox, window: Window) -> None:
    """A required field left empty never reaches the bot."""
    page, dialog = opened(sandbox, window, NAME, COLOUR)
    with page.expect_response(SUBMIT):
        dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_test_id("field-error")).to_have_count(2)
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_test_id("toast")).to_have_count(0)
    assert sandbox.gallery.of("view_submission") == []


def test_what_the_bot_complains_of_is_said_under_the_field(sandbox: Sandbox, window: Window) -> None:
    """The sentence describes the field; what was typed stays; a second try can succeed."""
    sandbox.gallery.on_submit = {"response_action": "errors", "errors": {"name": "This name is taken."}}
    page, dialog = opened(sandbox, window, NAME)
    dialog.get_by_label("Name").fill("Ana")
    with page.expect_response(SUBMIT):
        dialog.get_by_role("button", name="Save").click()
    name = dialog.get_by_label("Name")
    expect(dialog.locator("[data-block-id=name]").get_by_test_id("field-error")).to_have_text("This name is taken.")
    expect(name).to_have_accessible_description("As on your badge This name is taken.")
    expect(name).to_have_value("Ana")
    sandbox.gallery.on_submit = None
    name.fill("Ana Lima")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_a_modal_on_a_modal(sandbox: Sandbox, window: Window) -> None:
    """Pushed, it stands in front; closed, the one below is there with what was typed, and the bot was told."""
    second = modal(section("Second", block_id="second"), title="Second")
    sandbox.gallery.on_submit = {"response_action": "push", "view": second}
    page, dialog = opened(sandbox, window, NAME)
    dialog.get_by_label("Name").fill("Ana")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog", name="Second")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Second")).to_have_count(0)
    expect(page.get_by_role("dialog", name="Gallery").get_by_label("Name")).to_have_value("Ana")
    (closed,) = sandbox.gallery.of("view_closed")
    assert closed["view"]["title"]["text"] == "Second"


def test_an_update_from_outside_keeps_what_is_being_typed(sandbox: Sandbox, window: Window) -> None:
    """views.update while somebody types loses neither the words nor the caret."""
    page, dialog = opened(sandbox, window, NAME)
    page.keyboard.type("An")
    (view,) = sandbox.slack.modals(ANA)
    sandbox.gallery.client.views_update(view_id=view["id"], view=modal(section("New", block_id="new"), NAME))
    expect(dialog.locator("[data-block-id=new]")).to_have_text("New")
    page.keyboard.type("a")
    expect(dialog.get_by_label("Name")).to_have_value("Ana")


def test_a_view_that_loads_gives_the_focus_to_its_first_field(sandbox: Sandbox, window: Window) -> None:
    """As the bot does it: a loading view at once, the form when it is known."""
    _, dialog = opened(sandbox, window, section("Loading", block_id="loading"))
    (view,) = sandbox.slack.modals(ANA)
    sandbox.gallery.client.views_update(view_id=view["id"], view=modal(NAME, COLOUR))
    expect(dialog.get_by_label("Name")).to_be_focused()


def test_an_update_replaces_the_modal(sandbox: Sandbox, window: Window) -> None:
    sandbox.gallery.on_submit = {
        "response_action": "update",
        "view": modal(section("Done", block_id="done"), title="Done", submit=None),
    }
    page, dialog = opened(sandbox, window, NAME)
    dialog.get_by_label("Name").fill("Ana")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog", name="Done").locator("[data-block-id=done]")).to_have_text("Done")
    expect(dialog.get_by_role("button", name="Save")).to_have_count(0)


def test_a_check_box_in_a_form_is_not_told_before_it_is_sent(sandbox: Sandbox, window: Window) -> None:
    boxes = field("boxes", "Boxes", {"type": "checkboxes", "action_id": "boxes", "options": COLOURS})
    page, dialog = opened(sandbox, window, boxes)
    with page.expect_response("**/slack/choose"):
        dialog.get_by_role("group", name="Boxes").get_by_label("Red").check()
    assert len(sandbox.gallery.of("block_actions")) == 1  # the button that opened it
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    (payload,) = sandbox.gallery.of("view_submission")
    assert payload["view"]["state"]["values"]["boxes"]["boxes"]["selected_options"][0]["value"] == "red"

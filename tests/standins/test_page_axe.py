"""The sandbox page passes an accessibility check in each of its places, in light and in dark."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.standins.conftest import Sandbox, Window
from tests.standins.gallery import COLOURS, SURE, actions, button, field, menu, modal, option, plain, section

pytestmark = pytest.mark.browser

ANA = "U0ANA"
BLOCKS = (
    {"type": "header", "text": plain("Connected")},
    section(
        "*Linked calendar* `code` <https://a.example|a link>", accessory=menu("static_select", "one", options=COLOURS)
    ),
    section(
        "*Conflict calendars*", accessory=menu("multi_static_select", "many", options=COLOURS, initial_options=COLOURS)
    ),
    actions("a", button("Save", "save", style="primary"), button("Drop", "drop", style="danger", confirm=SURE)),
    section("More", accessory={"type": "overflow", "action_id": "of", "options": [option("One"), option("Two")]}),
    section("Boxes", accessory={"type": "checkboxes", "action_id": "boxes", "options": COLOURS}),
    {"type": "context", "elements": [{"type": "mrkdwn", "text": ":lock: encrypted"}]},
)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, window: Window) -> str:
    scheme: str = request.param
    window.page.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
    return scheme


def complaints(page: Page) -> list[dict[str, Any]]:
    found = Axe().run(page).response["violations"]
    return [{"rule": each["id"], "where": [node["html"][:200] for node in each["nodes"]]} for each in found]


def test_messages(sandbox: Sandbox, window: Window, scheme: str) -> None:  # noqa: ARG001 - it is set already
    sandbox.gallery.post(ANA, *BLOCKS)
    sandbox.slack.command(ANA, "/calendar status")
    page = window.open()
    assert complaints(page) == []
    page.locator("[data-action-id=many]").click()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    page.get_by_test_id("more-actions").click()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    page.locator("[data-action-id=drop]").click()
    assert complaints(page) == []


def test_home(sandbox: Sandbox, window: Window, scheme: str) -> None:  # noqa: ARG001 - as above
    sandbox.gallery.client.views_publish(user_id=ANA, view={"type": "home", "blocks": list(BLOCKS)})
    assert complaints(window.open(tab="home")) == []


def test_a_modal_with_errors(sandbox: Sandbox, window: Window, scheme: str) -> None:  # noqa: ARG001 - as above
    name = field("name", "Name", {"type": "plain_text_input", "action_id": "text"})
    colour = field("colour", "Colour", menu("static_select", "pick", options=COLOURS), hint=plain("Any"))
    sandbox.gallery.post(ANA, actions("a", button("More", "more")))
    sandbox.gallery.on_click = modal(name, colour)
    page = window.open()
    page.locator("[data-action-id=more]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("field-error")).to_have_count(2)
    assert complaints(page) == []


def test_google_and_the_log(sandbox: Sandbox, window: Window, scheme: str) -> None:  # noqa: ARG001 - as above
    sandbox.slack.state.fault("a fault")
    page = window.open("U0ADA", "google", log="1")
    expect(page.get_by_test_id("faults")).to_be_visible()
    assert complaints(page) == []
    page.get_by_role("button", name="Options for Team").click()
    assert complaints(page) == []


def test_the_console(sandbox: Sandbox, window: Window, scheme: str) -> None:  # noqa: ARG001 - as above
    sandbox.google.risc.register("http://127.0.0.1:1/google/risc")
    sandbox.google.send_risc("sessions-revoked", email="ana@acme.example")
    sandbox.google.set_client_state("deleted_client")
    page = window.open(tab="console")
    expect(page.get_by_test_id("risc-sent")).to_be_visible()
    assert complaints(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert complaints(page) == []


def test_a_phone(sandbox: Sandbox, window: Window, scheme: str) -> None:  # noqa: ARG001 - as above
    window.page.set_viewport_size({"width": 390, "height": 844})
    sandbox.gallery.post(ANA, *BLOCKS)
    assert complaints(window.open()) == []

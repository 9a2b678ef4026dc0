"""The frame of the sandbox page: who is at the browser, what they write, the clock, the log; all of it live."""

from itertools import product

import pytest
from playwright.sync_api import expect

from tests.sandbox.page.requests_log import clean
from tests.sandbox.personas import GENERAL
from tests.standins.conftest import Sandbox, Window
from tests.standins.gallery import actions, button, section

pytestmark = pytest.mark.browser

ANA, BEN = "U0ANA", "U0BEN"
COMMAND = "**/slack/command"


def test_switching_persons_tells_the_browsers_other_pages(sandbox: Sandbox, window: Window) -> None:
    """The cookie names who is at the browser; the address can be opened again; Back goes back."""
    sandbox.gallery.post(BEN, section("For Ben", block_id="ben"))
    page = window.open(ANA)
    expect(page.locator("[data-block-id=ben]")).to_have_count(0)
    page.get_by_test_id("person-U0BEN").click()
    expect(page.locator("[data-block-id=ben]")).to_be_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["value"], cookie["path"], cookie["sameSite"]) == ("sandbox_person", BEN, "/", "Lax")
    assert "person=U0BEN" in page.url
    page.go_back()
    expect(page.get_by_test_id("person-U0ANA")).to_have_attribute("aria-current", "true")
    assert page.context.cookies()[0]["value"] == ANA


def test_a_new_message_comes_in_by_itself(sandbox: Sandbox, window: Window) -> None:
    page = window.open()
    ts = sandbox.gallery.post(ANA, text="First")
    expect(page.get_by_test_id("message")).to_contain_text("First")
    sandbox.gallery.client.chat_update(channel="D0ANA", ts=ts, text="Second")
    expect(page.get_by_test_id("message")).to_contain_text("(edited)")
    expect(page.get_by_test_id("message")).to_contain_text("Second")
    sandbox.gallery.client.chat_delete(channel="D0ANA", ts=ts)
    expect(page.get_by_test_id("message")).to_have_count(0)


def test_unread_messages_are_marked(sandbox: Sandbox, window: Window) -> None:
    """On the tab, in the sidebar and on the person; seen means no longer marked."""
    page = window.open(ANA, "home")
    sandbox.gallery.post(ANA, text="News")
    expect(page.get_by_role("tab", name="Messages unread")).to_be_visible()
    sandbox.gallery.post(BEN, text="News")
    expect(page.get_by_test_id("person-U0BEN")).to_contain_text("1 unread")
    page.get_by_test_id("tab-messages").click()
    expect(page.get_by_role("tab", name="Messages", exact=True)).to_be_visible()


def test_a_command_with_its_name_completed(sandbox: Sandbox, window: Window) -> None:
    """The list follows what is typed; Tab completes; Enter sends; the answer is for one's own eyes."""
    page = window.open()
    composer = page.get_by_test_id("composer")
    composer.click()
    page.keyboard.type("/calendar c")
    expect(page.get_by_role("listbox", name="Commands").get_by_role("option")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(composer).to_have_value("/calendar connect")
    expect(page.get_by_role("listbox", name="Commands")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("ephemeral")).to_contain_text("You typed /calendar connect")
    expect(page.get_by_test_id("ephemeral")).to_contain_text("Only visible to you")
    expect(composer).to_have_value("")
    (payload,) = sandbox.gallery.of("command")
    assert (payload["text"], payload["user_id"], payload["channel_id"]) == ("connect", ANA, "D0ANA")


def test_the_bare_command_is_sent_as_it_is(sandbox: Sandbox, window: Window) -> None:
    """Enter takes from the list only what was not yet a command."""
    page = window.open()
    page.get_by_test_id("composer").fill("/calendar")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("ephemeral")).to_be_visible()
    assert sandbox.gallery.of("command")[0]["text"] == ""


def test_words_to_the_bot(sandbox: Sandbox, window: Window) -> None:
    page = window.open()
    page.get_by_test_id("composer").fill("hello <b>there</b>")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("hello <b>there</b>")
    expect(page.get_by_test_id("composer")).to_have_value("")
    (event,) = (each["event"] for each in sandbox.gallery.of("event_callback") if each["event"].get("user") == ANA)
    assert (event["type"], event["channel_type"]) == ("message", "im")


def test_a_command_in_a_channel(sandbox: Sandbox, window: Window) -> None:
    """Its answer shows there and not in the bot's messages."""
    page = window.open()
    page.get_by_test_id(f"channel-{GENERAL}").click()
    page.get_by_test_id("composer").fill("/calendar status")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("ephemeral")).to_be_visible()
    assert sandbox.gallery.of("command")[0]["channel_id"] == GENERAL
    page.get_by_test_id("app").click()
    expect(page.get_by_test_id("ephemeral")).to_have_count(0)


def test_what_cannot_be_done_is_said(sandbox: Sandbox, window: Window) -> None:  # noqa: ARG001 - it must be there
    page = window.open()
    page.get_by_test_id("composer").fill("/Shout")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast")).to_contain_text("not_a_command")
    expect(page.get_by_test_id("composer")).to_have_value("/Shout")
    window.forgive()


def test_the_clock_leaps(sandbox: Sandbox, window: Window) -> None:
    before = sandbox.clock.now()
    page = window.open()
    with page.expect_response("**/clock"):
        page.get_by_test_id("clock-24h").click()
    assert (sandbox.clock.now() - before).total_seconds() >= 24 * 3600
    sandbox.gallery.post(ANA, text="Tomorrow's news")
    expect(page.locator(".day")).to_have_text("Today")


def test_the_log_shows_requests_and_faults(sandbox: Sandbox, window: Window) -> None:
    """Newest first, in colour, what was asked and answered below each, faults on top."""
    sandbox.gallery.post(ANA, actions("a", button("Go", "go")))
    sandbox.slack.state.fault("command /calendar: answered with status 500")
    page = window.open()
    page.locator("[data-action-id=go]").click()
    page.get_by_role("button", name="Log").click()
    expect(page.get_by_test_id("log-entry").first).to_contain_text("block_actions go")
    expect(page.get_by_test_id("log-entry").filter(has_text="chat.postMessage")).to_contain_text("ok")
    expect(page.get_by_test_id("faults")).to_contain_text("answered with status 500")
    page.get_by_role("button", name="Close the log").click()
    expect(page.get_by_role("button", name="Log", exact=False)).to_be_focused()


def test_on_narrow_screens_nothing_is_cut_off(sandbox: Sandbox, window: Window) -> None:
    sandbox.gallery.post(ANA, section("A rather long sentence " * 5), actions("a", button("Go", "go")))
    for width, tab in product((360, 820), ("messages", "home", "google", "console")):
        window.page.set_viewport_size({"width": width, "height": 740})
        page = window.open(ANA, tab)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(window.open().get_by_test_id("composer")).to_be_in_viewport()


def test_secrets_are_blotted_out() -> None:
    text = "xoxb-1-aB_c https://x.example/connect/Abc-123 ya29.a0Ab 1//0x wss://h/link/?ticket=T0&app_id=A"
    assert clean(text) == "… https://x.example/connect/… … … wss://h/link/?ticket=…&app_id=A"

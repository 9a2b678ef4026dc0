"""What the sandbox page makes of each block and of mrkdwn."""

import pytest
from playwright.sync_api import expect

from tests.standins.conftest import Sandbox, Window
from tests.standins.gallery import (
    COLOURS,
    SURE,
    actions,
    button,
    menu,
    modal,
    option,
    plain,
    section,
)

pytestmark = pytest.mark.browser

ANA = "U0ANA"


def test_every_block_is_drawn(sandbox: Sandbox, window: Window) -> None:
    """A message with each type of block shows each, and nothing it cannot draw."""
    sandbox.gallery.post(
        ANA,
        {"type": "header", "block_id": "h", "text": plain("A header")},
        section("A *section*", block_id="s", fields=[{"type": "mrkdwn", "text": "one"}, plain("two")]),
        {"type": "divider", "block_id": "d"},
        {"type": "context", "block_id": "c", "elements": [{"type": "mrkdwn", "text": "small"}]},
        actions("a", button("Press", "press", style="primary")),
        {"type": "image", "block_id": "i", "image_url": "https://127.0.0.1/no.png", "alt_text": "a picture"},
        {
            "type": "rich_text",
            "block_id": "r",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich", "style": {"bold": True}}]},
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "point"}]}],
                },
            ],
        },
    )
    message = window.open().get_by_test_id("message")
    expect(message.get_by_role("heading", name="A header")).to_be_visible()
    expect(message.locator("[data-block-id=s] strong")).to_have_text("section")
    expect(message.locator("[data-block-id=s] .fields p")).to_have_text(["one", "two"])
    expect(message.locator("hr")).to_have_count(1)
    expect(message.locator("[data-block-id=c]")).to_have_text("small")
    expect(message.locator("[data-action-id=press]")).to_have_text("Press")
    expect(message.get_by_alt_text("a picture")).to_be_attached()
    expect(message.locator("[data-block-id=r] strong")).to_have_text("rich")
    expect(message.locator("[data-block-id=r] li")).to_have_text("point")
    expect(message.locator(".block-error")).to_have_count(0)
    window.forgive()  # there is no such picture


MARKUP = {
    "*bold* _italic_ ~gone~": "<strong>bold</strong> <em>italic</em> <s>gone</s>",
    "*bold _both_*": "<strong>bold <em>both</em></strong>",
    "snake_case_name 2*3*4": "snake_case_name 2*3*4",
    "`*code*`": "<code>*code*</code>",
    "```a\nb```": "<pre>a\nb</pre>",
    "&lt;b&gt; &amp;amp;": "&lt;b&gt; &amp;amp;",
    "<b onclick=x>": "<span>b onclick=x</span>",
    "&gt; said\nafter": "<blockquote>said</blockquote>after",
    "<@U0BEN>": '<span class="mention">@Ben Okafor</span>',
    "<javascript:alert(1)|click>": "<span>click</span>",
    "<https://a.example/?a=1&amp;b=2|here>": (
        '<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>'
    ),
    "<!date^1795000000^{date_num} {time}|then>": '<span title="then">2026-11-18 11:06</span>',
    ":not_an_emoji:": ":not_an_emoji:",
}


def test_mrkdwn(sandbox: Sandbox, window: Window) -> None:
    """Markup becomes elements; what looks like HTML stays text."""
    sandbox.gallery.post(ANA, *(section(text, block_id=f"s{number}") for number, text in enumerate(MARKUP)))
    page = window.open()
    expect(page.get_by_test_id("message")).to_have_count(1)
    shown = [page.locator(f"[data-block-id=s{number}] p").inner_html() for number in range(len(MARKUP))]
    assert shown == list(MARKUP.values())


def test_emoji_are_drawn_by_shortcode_and_by_character(sandbox: Sandbox, window: Window) -> None:
    sandbox.gallery.post(ANA, section(":white_check_mark: \N{WAVING HAND SIGN}"))
    expect(window.open().get_by_test_id("message").get_by_role("img")).to_have_count(2)


def test_a_button_sends_a_signed_action_with_its_place(sandbox: Sandbox, window: Window) -> None:
    """Of two buttons with the same action, the one that was pressed is meant."""
    ts = sandbox.gallery.post(ANA, actions("first", button("Go", "go")), actions("second", button("Go", "go")))
    page = window.open()
    page.locator("[data-block-id=second] [data-action-id=go]").click()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    (payload,) = sandbox.gallery.of("block_actions")
    assert payload["actions"][0]["block_id"] == "second"
    assert payload["container"]["message_ts"] == ts
    assert payload["user"]["id"] == ANA


def test_a_link_button_opens_a_tab_and_tells_the_bot(sandbox: Sandbox, window: Window) -> None:
    sandbox.gallery.post(ANA, actions("a", button("Connect", "connect", url=f"{sandbox.url}/static/bot.svg")))
    page = window.open()
    with page.context.expect_page() as opened:
        page.locator("[data-action-id=connect]").click()
    assert opened.value.url.endswith("/static/bot.svg")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert [each["actions"][0]["action_id"] for each in sandbox.gallery.of("block_actions")] == ["connect"]


def test_a_confirmation_asks_first(sandbox: Sandbox, window: Window) -> None:
    """Deny sends nothing and gives the focus back; confirming sends the action."""
    sandbox.gallery.post(ANA, actions("a", button("Delete", "delete", style="danger", confirm=SURE)))
    page = window.open()
    press, dialog = page.locator("[data-action-id=delete]"), page.get_by_test_id("confirm")
    press.click()
    expect(dialog.get_by_role("heading")).to_have_text("Are you sure?")
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog).to_have_count(0)
    expect(press).to_be_focused()
    assert sandbox.gallery.of("block_actions") == []
    press.click()
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_have_count(0)
    expect(press).not_to_have_attribute("aria-busy", "true")
    assert len(sandbox.gallery.of("block_actions")) == 1


def test_overflow_by_keyboard(sandbox: Sandbox, window: Window) -> None:
    sandbox.gallery.post(ANA, section("Row", accessory={"type": "overflow", "action_id": "of", "options": COLOURS}))
    page = window.open()
    page.locator("[data-action-id=of]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-action-id=of]")).to_be_focused()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    (payload,) = sandbox.gallery.of("block_actions")
    assert payload["actions"][0]["selected_option"]["value"] == "green"


def test_ticks_and_dials(sandbox: Sandbox, window: Window) -> None:
    """Check boxes, radio buttons and a date tell the bot what they hold."""
    sandbox.gallery.post(
        ANA,
        actions(
            "a",
            {"type": "checkboxes", "action_id": "boxes", "options": COLOURS, "initial_options": [COLOURS[0]]},
            {"type": "radio_buttons", "action_id": "dial", "options": COLOURS},
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-22"},
        ),
    )
    page = window.open()
    boxes = page.locator("[data-action-id=boxes]")
    boxes.get_by_label("Blue").check()
    page.locator("[data-action-id=dial]").get_by_label("Green").check()
    page.locator("[data-action-id=day]").fill("2026-12-01")
    page.locator("[data-action-id=day]").blur()
    expect(boxes.get_by_label("Red")).to_be_checked()
    page.wait_for_function("document.querySelectorAll('[aria-busy=true]').length === 0")
    values = sandbox.slack.dm(ANA)[0].state["a"]
    assert [each["value"] for each in values["boxes"]["selected_options"]] == ["red", "blue"]
    assert values["dial"]["selected_option"]["value"] == "green"


def test_home_tab_keeps_what_was_picked_when_it_is_published_again(sandbox: Sandbox, window: Window) -> None:
    """A live refresh leaves the focus and the unsaved choice where they were."""

    def publish(sentence: str) -> None:
        picks = section("Colour", block_id="pick", accessory=menu("static_select", "colour", options=COLOURS))
        view = {"type": "home", "blocks": [section(sentence, block_id="top"), picks]}
        sandbox.gallery.client.views_publish(user_id=ANA, view=view)

    publish("before")
    page = window.open(tab="home")
    page.locator("[data-action-id=colour]").click()
    page.get_by_role("option", name="Blue").click()
    expect(page.locator("[data-action-id=colour]")).to_have_value("Blue")
    publish("after")
    expect(page.locator("[data-block-id=top]")).to_have_text("after")
    expect(page.locator("[data-action-id=colour]")).to_have_value("Blue")
    expect(page.locator("[data-action-id=colour]")).to_be_focused()
    assert any(event["event"]["type"] == "app_home_opened" for event in sandbox.gallery.of("event_callback"))


def test_a_click_that_opens_a_modal(sandbox: Sandbox, window: Window) -> None:
    sandbox.gallery.post(ANA, actions("a", button("More", "more")))
    sandbox.gallery.on_click = modal(section("Inside", block_id="inside"), submit=None)
    page = window.open()
    page.locator("[data-action-id=more]").click()
    expect(page.get_by_test_id("modal").locator("[data-block-id=inside]")).to_have_text("Inside")


def test_options_keep_their_descriptions(sandbox: Sandbox, window: Window) -> None:
    team = option("Team", description=plain("writer"))
    sandbox.gallery.post(ANA, section("x", accessory=menu("static_select", "pick", options=[team])))
    page = window.open()
    page.locator("[data-action-id=pick]").click()
    expect(page.get_by_role("option")).to_have_text("Teamwriter")

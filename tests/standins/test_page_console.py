"""The operator's side of the sandbox page: Google's console, and the clock."""

import re
from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.sandbox.faults import OUTAGE
from tests.sandbox.page.page import SandboxPage
from tests.sandbox.personas import TEAM
from tests.sandbox.server import Served
from tests.standins.conftest import Sandbox, Window
from tests.standins.receiver import Receiver, receiving

pytestmark = pytest.mark.browser

ANA, CLEO = "ana@acme.example", "cleo@acme.example"


def turn(page: Page, switch: str, position: str) -> None:
    """Turn a switch of the console and wait until it is shown to stand so."""
    part = page.get_by_test_id(switch)
    with page.expect_response("**/console/*"):
        part.get_by_label(position, exact=True).click()
    expect(part.get_by_label(position, exact=True)).to_be_checked()


def test_every_switch_does_what_it_says_and_shows_how_it_stands(sandbox: Sandbox, window: Window) -> None:
    google, page = sandbox.google, window.open(tab="console")
    old = google.client_secrets[0]
    turn(page, "secret", "Was rotated")
    assert old not in google.client_secrets
    turn(page, "client", "Disabled")
    assert google.client.state == "disabled_client"
    turn(page, "api", "Disabled")
    assert google.client.project_state == "SERVICE_DISABLED"
    turn(page, "organization-acme.example", "Blocked")
    assert google.client.blocked_domains == {"acme.example"}
    turn(page, "share", "30 %")
    assert {rate.share for rate in google.script.rates()} == {0.3}
    expect(page.locator(".card.troubled")).to_have_count(4)
    turn(page, "secret", "Works")
    assert old in google.client_secrets
    for switch, well in (("client", "Enabled"), ("api", "Enabled"), ("share", "None")):
        turn(page, switch, well)
    turn(page, "organization-acme.example", "Allowed")
    assert (google.client.state, google.client.project_state, google.script.rates()) == ("ok", "ok", [])
    assert google.client.blocked_domains == set()
    expect(page.locator(".card.troubled")).to_have_count(0)


def test_switches_obey_the_keyboard_and_show_what_others_turned(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="console")
    page.get_by_test_id("api").get_by_label("Enabled").focus()
    with page.expect_response("**/console/api"):
        page.keyboard.press("ArrowRight")
    off = page.get_by_test_id("api").get_by_label("Disabled")
    expect(off).to_be_checked()
    expect(off).to_be_focused()
    sandbox.google.set_project_state("ok")
    expect(page.get_by_test_id("api").get_by_label("Enabled")).to_be_checked()


def test_what_fails_is_counted_and_stands_in_the_log(sandbox: Sandbox, window: Window) -> None:
    sandbox.google.script.at_rate("/calendar/v3/", 1.0, OUTAGE[:1])
    assert requests.get(f"{sandbox.google.base_url}/calendar/v3/colors", timeout=5).status_code == 500
    page = window.open(tab="console", log="1")
    expect(page.get_by_test_id("met")).to_have_text("1 failed so far.")
    expect(page.get_by_test_id("log-entry").filter(has_text="GET /calendar/v3/colors")).to_have_count(1)


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    with receiving() as receiver:
        sandbox.google.risc.register(receiver.url)
        yield receiver


def test_a_security_event_is_sent(receiver: Receiver, window: Window) -> None:
    page = window.open(tab="console")
    form = page.get_by_test_id("risc-form")
    form.get_by_label("Event").select_option("account-disabled")
    form.get_by_label("About").select_option(CLEO)
    form.get_by_label("Reason").select_option("hijacking")
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("risc-sent")).to_contain_text("account-disabled")
    expect(page.get_by_test_id("risc-sent")).to_contain_text(CLEO)
    (event,) = receiver.events[0].values()
    assert event["reason"] == "hijacking"
    receiver.answers = [500] * 3
    form.get_by_label("Event").select_option("verification")
    expect(form.get_by_label("About")).to_be_hidden()
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("toast")).to_contain_text("The bot answered 500.")
    expect(page.get_by_test_id("risc-sent").first).to_contain_text("3 tries")
    form.get_by_label("Event").select_option("token-revoked")
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("toast").last).to_contain_text("no token that could be revoked")
    window.forgive()


def test_without_a_receiver_the_console_says_how_to_have_one(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="console")
    expect(page.get_by_test_id("stream")).to_contain_text("calendar-bot risc register")
    expect(page.get_by_test_id("risc-form")).to_have_count(0)
    sandbox.google.risc.register("https://bot.acme.example/google/risc")
    with sandbox.google.changing():
        pass
    expect(page.get_by_test_id("stream")).to_contain_text("https://bot.acme.example/google/risc")


@pytest.mark.parametrize(
    ("button", "by"),
    [
        ("clock-10m", timedelta(minutes=10)),
        ("clock-1h", timedelta(hours=1)),
        ("clock-24h", timedelta(days=1)),
        ("clock-168h", timedelta(weeks=1)),
    ],
)
def test_the_clock_leaps_by(sandbox: Sandbox, window: Window, button: str, by: timedelta) -> None:
    page, before = window.open(), sandbox.clock.now()
    with page.expect_response("**/clock"):
        page.get_by_test_id(button).click()
    assert by <= sandbox.clock.now() - before < by + timedelta(minutes=5)


def test_while_time_passes_the_page_shows_it(sandbox: Sandbox, context: BrowserContext) -> None:
    """Somebody else lets it pass, and much may happen on the way; meanwhile nobody can push on."""
    asked, done = [], Event()

    def let_pass(by: timedelta) -> None:
        asked.append(by)
        done.wait(timeout=30)
        sandbox.clock.advance(by)

    page = SandboxPage(sandbox.slack, sandbox.google, sandbox.clock, TEAM, let_pass)
    served = Served(page.app)
    window = Window(context.new_page(), served.url)
    tab = window.open()
    hour = tab.get_by_test_id("clock-1h")
    hour.click()
    expect(tab.get_by_test_id("passing")).to_have_text("Time passes…")
    expect(hour).to_have_attribute("aria-disabled", "true")
    refused = requests.post(f"{served.url}/clock", json={"minutes": 10}, timeout=10)
    assert (refused.status_code, refused.json()["error"]) == (400, "Time is passing already.")
    done.set()
    expect(tab.get_by_test_id("passing")).to_be_empty()
    expect(hour).to_have_attribute("aria-disabled", "false")
    assert asked == [timedelta(hours=1)]
    assert window.complaints == []
    expect(tab.get_by_test_id("clock")).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.close()
    served.stop()

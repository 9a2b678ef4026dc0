"""What a person and their administrator do with the bot's access on the sandbox page."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Literal

import pytest
from google.oauth2.credentials import Credentials
from playwright.sync_api import Page, expect

from tests.standins.conftest import Sandbox, Window
from tests.standins.google_setting import EVENTS, REDIRECT, Setting
from tests.standins.test_page_axe import complaints

pytestmark = pytest.mark.browser

ANA, GMAIL = "ana@acme.example", "ana.lima@gmail.example"


@pytest.fixture
def setting(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    """A client that can be given access."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback
    sandbox.google.redirect_uris.add(REDIRECT)
    with ExitStack() as stack:
        yield Setting(sandbox.clock, sandbox.google, sandbox.google.base_url, stack)


@pytest.fixture
def credentials(setting: Setting) -> Credentials:
    """Ana lets the bot in."""
    return setting.connected(ANA)


def confirm(page: Page, button: str) -> None:
    page.get_by_test_id("confirm").get_by_role("button", name=button).click()
    expect(page.get_by_test_id("confirm")).to_have_count(0)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(("button", "sure"), [("revoke", "Remove access"), ("expire", "End access")])
def test_access_is_removed_or_left_to_expire(sandbox: Sandbox, window: Window, button: str, sure: str) -> None:
    page = window.open(tab="google")
    page.get_by_test_id(button).click()
    confirm(page, sure)
    expect(page.get_by_text("Calendar Bot has no access to this account.")).to_be_visible()
    assert sandbox.google.grants(ANA) == []


@pytest.mark.usefixtures("credentials")
def test_one_permission_is_taken_back(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="google")
    permissions = page.get_by_test_id("remove-permission")
    expect(permissions).to_have_count(6)
    page.get_by_role("button", name="Remove: View and edit events").click()
    confirm(page, "Remove")
    expect(permissions).to_have_count(5)
    assert EVENTS not in sandbox.google.grants(ANA)[0].scopes


def test_the_session_ends_until_the_next_consent(setting: Setting, credentials: Credentials, window: Window) -> None:
    page = window.open(tab="google")
    page.get_by_test_id("end-session").click()
    expect(page.get_by_test_id("session-ended")).to_be_visible()
    with pytest.raises(Exception, match="Reauthentication is needed"):
        setting.again(credentials)
    setting.connected(ANA)
    expect(page.get_by_test_id("session-ended")).to_have_count(0)


@pytest.mark.usefixtures("credentials")
def test_an_administrator_blocks_the_app_and_suspends_the_account(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="google")
    (account,) = [each for each in sandbox.google.accounts() if each.email == ANA]
    there = page.get_by_test_id("administration")
    with page.expect_response("**/google/block"):
        there.get_by_label("Blocked", exact=True).click()
    expect(there.get_by_label("Blocked", exact=True)).to_be_checked()
    assert account.blocked
    with page.expect_response("**/google/account-state"):
        there.get_by_label("The account is").select_option("Suspended")
    assert account.state == "disabled"
    expect(there.get_by_label("The account is")).to_have_value("disabled")


def test_access_can_be_given_for_a_time(setting: Setting, window: Window) -> None:
    page = window.open(tab="google")
    with page.expect_response("**/google/lifetime"):
        page.get_by_test_id("lifetime").get_by_label("7 days").click()
    setting.connected(ANA)
    expect(page.get_by_text("Ends on")).to_be_visible()
    (grant,) = setting.google.grants(ANA)
    assert grant.expires_at is not None
    assert grant.expires_at - setting.clock.now() < timedelta(days=7)
    page.get_by_test_id(f"account-{GMAIL}").click()
    expect(page.get_by_test_id("lifetime").get_by_label("For good")).to_be_checked()
    expect(page.get_by_test_id("administration").get_by_text("Blocked")).to_have_count(0)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(sandbox: Sandbox, window: Window, scheme: Literal["light", "dark"]) -> None:
    sandbox.google.end_session(ANA)
    window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page = window.open(tab="google")
    expect(page.get_by_test_id("session-ended")).to_be_visible()
    assert complaints(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert complaints(page) == []


def test_the_owner_stops_sharing_a_calendar(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="google")
    page.get_by_role("button", name="Options for Team").click()
    page.get_by_role("menu", name="Team").get_by_text("Stop sharing it").click()
    confirm(page, "Stop sharing")
    expect(page.get_by_test_id("calendar").filter(has_text="Team")).to_have_count(0)
    assert "Team" not in {each.summary for each in sandbox.google.calendars(ANA)}

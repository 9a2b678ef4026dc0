"""The Google side of the sandbox page: what a person sees and changes there."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.standins.conftest import Sandbox, Window

pytestmark = pytest.mark.browser

ANA, BEN = "ana@acme.example", "ben@acme.example"


def calendar(page: Page, name: str, index: int = 0) -> None:
    """Open a calendar of the list."""
    page.get_by_test_id("calendar").filter(has_text=name).nth(index).get_by_role("button").first.click()
    expect(page.locator(".week-head h1")).to_contain_text(name)


def menu(page: Page, name: str, item: str) -> None:
    page.get_by_role("button", name=f"Options for {name}").first.click()
    page.get_by_role("menu", name=name).get_by_text(item, exact=True).click()


def ids(sandbox: Sandbox, email: str = ANA) -> dict[str, str]:
    return {each.summary: each.role for each in sandbox.google.calendars(email)}


def test_two_accounts_and_their_calendars(sandbox: Sandbox, window: Window) -> None:  # noqa: ARG001 - it must be there
    page = window.open(tab="google")
    expect(page.get_by_test_id("calendar")).to_have_count(6)
    expect(page.get_by_test_id("event").filter(has_text="Stand-up")).to_have_count(5)
    page.get_by_test_id("account-ana.lima@gmail.example").click()
    expect(page.get_by_test_id("calendar")).to_have_count(2)
    calendar(page, "Family")
    expect(page.get_by_test_id("event")).to_have_count(2)


def test_an_event_is_added_and_deleted(sandbox: Sandbox, window: Window) -> None:
    """In the person's own time zone; an end before the start is refused in words."""
    page = window.open(tab="google")
    page.get_by_test_id("add-event").click()
    form = page.get_by_test_id("event-form")
    expect(form.get_by_label("Title")).to_be_focused()
    form.get_by_label("Title").fill("Haircut")
    form.get_by_label("Start").fill("18:00")
    form.get_by_label("End").fill("17:00")
    form.get_by_label("Show me as free").check()
    form.get_by_role("button", name="Add").click()
    expect(form.get_by_test_id("toast")).to_contain_text("end must come after the start")
    form.get_by_label("End").fill("18:30")
    form.get_by_role("button", name="Add").click()
    expect(form).to_have_count(0)
    event = page.get_by_test_id("event").filter(has_text="Haircut")
    expect(event).to_have_accessible_name(re.compile("^Haircut, 18:00 . 18:30, free$"))
    assert [each["transparency"] for each in sandbox.google.events(ANA) if each["summary"] == "Haircut"] == [
        "transparent"
    ]
    event.click()
    page.get_by_test_id("delete-event").click()
    expect(event).to_have_count(0)
    window.forgive()


def test_a_reader_changes_nothing(sandbox: Sandbox, window: Window) -> None:  # noqa: ARG001 - it must be there
    page = window.open(tab="google")
    calendar(page, "Projects", 1)
    expect(page.get_by_test_id("add-event")).to_be_disabled()
    page.get_by_test_id("event").click()
    expect(page.get_by_test_id("event-details")).to_contain_text("Atlas")
    expect(page.get_by_test_id("delete-event")).to_have_count(0)


def test_roles_change_calendars_go(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="google")
    with page.expect_response("**/google/role"):
        menu(page, "Team", "May see free and busy")
    team = page.get_by_test_id("calendar").filter(has_text="Team")
    expect(team.get_by_role("button").first).to_have_text("TeamMay see free and busy")
    assert ids(sandbox)["Team"] == "freeBusyReader"
    calendar(page, "Team")
    expect(page.get_by_test_id("event").first).to_have_accessible_name(re.compile("^Busy, 10:00 . 11:00$"))
    menu(page, "Holidays in Portugal", "Unsubscribe")
    page.get_by_test_id("confirm").get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_test_id("calendar").filter(has_text="Holidays")).to_have_count(0)
    menu(page, "Family", "Delete the calendar")
    page.get_by_test_id("confirm").get_by_role("button", name="Delete").click()
    expect(page.get_by_test_id("calendar").filter(has_text="Family")).to_have_count(0)
    assert ids(sandbox).keys() == {ANA, "Team", "Projects"}


def test_three_hundred_calendars_can_be_searched(sandbox: Sandbox, window: Window) -> None:
    assert len(ids(sandbox, BEN)) == 300
    page = window.open("U0BEN", "google")
    expect(page.get_by_test_id("calendar")).to_have_count(300)
    page.get_by_test_id("calendar-filter").fill("lisbon")
    expect(page.get_by_test_id("calendar")).to_have_count(13)


def test_an_account_without_a_grant_shows_no_access(sandbox: Sandbox, window: Window) -> None:  # noqa: ARG001 - as above
    page = window.open(tab="google")
    expect(page.get_by_text("Calendar Bot has no access to this account.")).to_be_visible()


def test_what_others_change_is_seen_at_once(sandbox: Sandbox, window: Window) -> None:
    page = window.open(tab="google")
    expect(page.get_by_test_id("calendar")).to_have_count(6)
    sandbox.google.add_calendar(ANA, "Brand new")
    expect(page.get_by_test_id("calendar").filter(has_text="Brand new")).to_be_visible()

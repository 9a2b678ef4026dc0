"""Booking as somebody sees it: when a colleague is free, a time, its week as a picture, booked, moved, cancelled."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.diary import events, meet, next_monday
from tests.journeys.screen import screen_of
from tests.sandbox.world import World

pytestmark = pytest.mark.browser


def test_ben_sees_when_ana_is_free_books_moves_and_cancels(world: World, chromium: Browser) -> None:
    meet(world)
    with screen_of(world, chromium) as screen:
        window = screen.page.get_by_role("dialog")
        screen.becomes("U0BEN")
        screen.types(f"/calendar free @ana {next_monday(world):%Y-%m-%d}")
        expect(screen.answer()).to_contain_text("09:00–17:00")  # noqa: RUF001 - an en dash stands between times
        screen.answer().get_by_role("button", name="Book a time").click()
        window.get_by_role("button", name="09:00 · 14:00").or_(window.get_by_label("09:00 New York")).first.click()
        week = window.get_by_role("img", name="Proposed: Mon")
        expect(week).to_be_visible()
        assert week.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 1280
        window.get_by_label("Title").fill("Plan the launch")
        window.get_by_role("button", name="Book", exact=True).click()
        expect(window).to_contain_text("Booked: Plan the launch")
        window.get_by_role("button", name="Done").click()
        screen.newest.get_by_role("button", name="Move").click()
        window.get_by_role("button", name="10:00 · 15:00").or_(window.get_by_label("10:00 New York")).first.click()
        window.get_by_role("button", name="Move it").click()
        expect(window).to_contain_text("Moved: Plan the launch")
        window.get_by_role("button", name="Done").click()
        screen.newest.get_by_role("button", name="Cancel").click()
        screen.page.get_by_test_id("confirm").get_by_role("button", name="Cancel it").click()
        expect(screen.newest).to_contain_text("cancelled")
    assert events(world) == []

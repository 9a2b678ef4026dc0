"""The roll-out as its admin sees it: two days go by, the board shows them as a chart, and hands out a file."""

import csv
import io
from datetime import timedelta
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.outages import health_of, passes_until
from tests.journeys.screen import screen_of
from tests.sandbox.world import World

pytestmark = pytest.mark.browser

ANA, CLEO = "ana@acme.example", "cleo@acme.example"


def test_the_board_shows_its_chart_in_light_and_dark_and_hands_out_a_file(world: World, chromium: Browser) -> None:
    with screen_of(world, chromium) as screen:
        world.ada.types("/calendar invite")
        world.ada.submits()
        world.ada.submits()
        world.slack.closes("U0ADA")
        world.jobs_run()
        world.bot.rolling.tallies.run()
        screen.becomes("U0ADA")
        expect(screen.message("Everybody is invited")).to_contain_text("4 of 4 invited")
        screen.types("/calendar team")
        board = screen.page.get_by_role("dialog")
        expect(board).to_contain_text("From the second day on a chart stands here.")
        screen.page.keyboard.press("Escape")

        world.ana.connects_google(ANA)
        world.ana.picks(ANA)
        world.cleo.connects_google(CLEO)
        world.time_leaps(timedelta(days=1))
        world.bot.rolling.tallies.run()
        screen.types("/calendar team")
        chart = board.get_by_role("img", name="connected rose from 0 to 2")
        expect(chart).to_be_visible()
        assert chart.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 1200
        board.get_by_role("button", name="Download CSV").click()
        expect(board).to_contain_text("The file is in your direct messages with me.")
        screen.page.keyboard.press("Escape")
        file = screen.page.get_by_test_id("file")
        expect(file).to_contain_text(".csv")
        with urlopen(f"{screen.url}{file.get_attribute('href')}", timeout=10) as answer:
            rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8-sig")))
        assert {row["name"]: row["stage"] for row in rows}["Ana Lima"] == "connected"
        world.google.revoke(CLEO)
        passes_until(world, lambda: health_of(world, CLEO) == "needs_reconnect", timedelta(hours=1))
        screen.types("/calendar team")
        for words in ("1 broken", "1 connected", "Google no longer accepts our access"):
            expect(board).to_contain_text(words)

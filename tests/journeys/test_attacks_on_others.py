"""One person, or one stranger, wants to keep everybody else from being served."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import requests

from tests.journeys.attacking import ANA, BEN, a_hundred_of, gated, is_connected
from tests.sandbox.world import World
from tests.serving.program import becomes_so


def test_one_person_with_a_slow_google_does_not_hold_up_the_others(world: World) -> None:
    """Eighty requests of Ana's, each of which waits for Google; then Cleo comes by."""
    with gated(world, GOOGLE_CALENDAR_URL="/calendar/v3/") as gate:
        world.ana.connects_google(ANA)
        gate.shut("/calendarList")
        for _ in range(40):
            assert world.slack.command("U0ANA", "/calendar status").ok
            assert world.slack.opens_home("U0ANA").ok
        assert gate.reached.wait(10)
        assert world.slack.command("U0CLEO", "/calendar status").ok
        becomes_so(world, lambda: bool(world.slack.ephemerals("U0CLEO")))
        assert "No Google Calendar is connected" in world.cleo.answer
        assert gate.met <= 3, "of sixteen workers Ana's requests keep three"
        gate.opened.set()
        world.settles()
    answers = [message.text for message in world.slack.ephemerals("U0ANA") if "is connected" in message.text]
    assert len(answers) == 40, "and whoever was patient has their answers"


def test_a_typeahead_that_google_keeps_waiting_takes_up_little(world: World) -> None:
    with gated(world, GOOGLE_CALENDAR_URL="/calendar/v3/") as gate:
        world.ben.connects_google(BEN)
        world.hours_pass(1)
        gate.shut("/calendarList")

        def types(letters: str) -> object:
            return world.slack.suggest("U0BEN", "pick_conflicts", letters, on="dm")

        with ThreadPoolExecutor(30) as keys:
            assert all(each == [] for each in keys.map(types, "abcdefghijklmnopqrstuvwxyz"))
        world.slack.command("U0CLEO", "/calendar status")
        becomes_so(world, lambda: bool(world.slack.ephemerals("U0CLEO")))
        assert gate.met <= 3
        gate.opened.set()
        world.settles()
        assert types("oslo") != []


def test_visitors_of_pages_do_not_hold_up_slack(world: World) -> None:
    """Thirty returns from Google while it does not answer; the workspace's token is just being looked up again."""
    with gated(world, GOOGLE_TOKEN_URI="/token") as gate, ThreadPoolExecutor(30) as browsers:
        returns = []
        world.ana.types("/calendar connect")
        for _ in range(30):
            phone = type(world.ana.browser)("U0ANA")
            world.ana.opens_link(phone).presses("Continue")
            phone.stops_before = f"{world.bot_url}/oauth/google/callback"
            while not phone.stopped_at:
                phone.presses("Continue" if any("Continue" in each for each in phone.buttons()) else ANA)
            phone.stops_before = None
            returns.append((phone, phone.stopped_at))
        gate.shut("/token")
        waiting = [browsers.submit(phone.opens, address) for phone, address in returns]
        assert gate.reached.wait(10)
        world.clock.advance(timedelta(minutes=3))  # with requests under way: that is the point
        looks = [browsers.submit(requests.get, f"{world.bot_url}/readyz", timeout=30) for _ in range(30)]
        assert world.slack.command("U0CLEO", "/calendar status").ok
        becomes_so(world, lambda: bool(world.slack.ephemerals("U0CLEO")))
        assert "No Google Calendar is connected" in world.cleo.answer
        gate.opened.set()
        assert {each.result().status_code for each in looks} <= {200, 503}
        assert {each.result(30).status for each in waiting} == {200, 404}, "and one of the thirty has used up the link"
        for phone, _ in returns:
            phone.close()
    assert is_connected(world.ana, ANA)


def test_a_link_loaded_all_day_does_not_use_up_what_slack_lets_us_ask(world: World) -> None:
    world.ana.connects_google(ANA, deny=True)
    before = len(world.slack.journal)
    for _ in range(30):
        assert "Ana Lima" in world.ana.opens_link().page
        assert world.ana.browser.opens(f"{world.bot_url}/connected").status == 200
    assert len(world.slack.journal) - before <= 1


def test_links_and_starts_run_out_for_one_person_and_for_nobody_else(world: World) -> None:
    world.ana.types("/calendar connect")
    world.ana.opens_link().presses("Continue")
    a_hundred_of(world, "flow", "id", "state_hash")
    assert world.ana.opens_link().presses("Continue").status == 429
    a_hundred_of(world, "ticket", "id", "secret_hash")
    before = len(world.slack.journal)
    world.ana.types("/calendar connect")
    assert "very often" in world.ana.answer
    assert len(world.slack.journal) == before, "Slack was not asked"
    assert "Connected" in world.ben.connects_google(BEN).page
    world.hours_pass(0.2)
    assert "Connected" in world.ana.connects_google(ANA).page


def test_of_two_links_asked_for_at_once_the_lower_one_in_the_dm_is_never_dead_without_saying_so(world: World) -> None:
    with ThreadPoolExecutor(6) as hands:
        for each in [hands.submit(world.slack.command, "U0ANA", "/calendar connect") for _ in range(6)]:
            assert each.result().ok
    world.settles()
    buttons = [message for message in world.ana.messages() if "connect_open" in str(message.blocks)]
    assert len(buttons) == 1
    world.ana.opens_link().presses("Continue")
    assert "Connected" in world.ana.consents(ANA).page

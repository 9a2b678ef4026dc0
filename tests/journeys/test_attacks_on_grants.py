"""A18, A22 and what happens to grants in a race: nothing of an erased one is left, and nobody else's is ended."""

import json
import sqlite3
from contextlib import closing

from tests.journeys.attacking import ANA, CLEO, file_of, gated, is_connected, meanwhile, rows
from tests.sandbox.slack.delivery import post
from tests.sandbox.world import World


def test_a18_a_consent_during_a_disconnect_is_not_dropped_behind_googles_back(world: World) -> None:
    with gated(world, GOOGLE_REVOKE_URI="/revoke") as gate:
        world.ana.connects_google(ANA)
        world.ana.types("/calendar connect")
        world.ana.opens_link()
        world.ana.types("/calendar disconnect")
        gate.shut("/revoke", answers=True)
        world.slack.clicks("U0ANA", "Disconnect", on="ephemeral")
        assert gate.reached.wait(10)
        world.ana.browser.presses("Continue")
        world.ana.browser.opens(world.ana.stops_before_returning(ANA))
        assert world.google.grants(ANA) != [], "a new one"
        gate.opened.set()
        world.settles()
        assert rows(world, 'SELECT "grant" FROM connection') == [None]
        assert world.google.grants(ANA) == [], "what we no longer hold, Google no longer honours"


def test_a18_two_workspaces_letting_go_at_once_leave_no_grant_behind(world: World) -> None:
    world.slack.add_team("T0BETA", "Beta", "beta")
    world.slack.add_user("T0BETA", "U0ANAB", name="Ana at Beta", email=ANA, tz="Europe/Lisbon", admin=True, owner=True)
    other = world.joined("U0ANAB")
    other.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    with gated(world, GOOGLE_REVOKE_URI="/revoke"):
        other.connects_google(ANA)
        world.ana.connects_google(ANA)
        pages = [world.ana.browser, other.browser]
        with meanwhile(pages[0].presses, "Disconnect"), meanwhile(pages[1].presses, "Disconnect"):
            pass
        world.settles()
    assert rows(world, 'SELECT "grant" FROM connection') == [None, None]
    assert world.google.grants(ANA) == []


def test_a18_nothing_of_an_erased_grant_stays_on_the_disk(world: World) -> None:
    world.ana.connects_google(ANA)
    (sealed,) = rows(world, 'SELECT "grant" FROM connection')
    world.cleo.connects_google(CLEO)
    files = [file_of(world).with_name(f"{file_of(world).name}{ending}") for ending in ("", "-wal")]
    assert any(sealed in file.read_bytes() for file in files), "the search finds what is there"
    world.ana.browser.presses("Disconnect")
    world.settles()
    assert not any(sealed in file.read_bytes() for file in files)
    assert is_connected(world.cleo, CLEO)


def test_a22_who_is_deactivated_is_disconnected_and_connects_anew_when_back(world: World) -> None:
    world.ana.connects_google(ANA)
    world.cleo.connects_google(CLEO)
    world.ana.types("/calendar connect")
    link = world.ana.link
    assert world.slack.deactivates("U0ANA").ok
    world.settles()
    assert world.google.grants(ANA) == []
    assert rows(world, "SELECT google_sub FROM connection WHERE google_email LIKE 'ana%'") == [None]
    assert is_connected(world.cleo, CLEO)
    world.slack.state.users["U0ANA"].deleted = False
    assert not is_connected(world.ana, ANA)
    assert world.ana.browser.opens(link).status == 404
    assert "Connected" in world.ana.connects_google(ANA).page


def test_a22_a_word_of_somebodys_leaving_that_comes_late_ends_nothing(world: World) -> None:
    world.ana.connects_google(ANA)
    event = {"type": "user_change", "user": {"id": "U0ANA", "team_id": "T0ACME", "deleted": True}}
    assert world.slack.event("T0ACME", event).ok
    world.settles()
    assert is_connected(world.ana, ANA)


def test_a22_an_address_that_has_a_new_owner_opens_nothing_of_the_old_one(world: World) -> None:
    """Ana leaves; her address and her Google account's name go to somebody else, who gets an account of their own."""
    world.ana.connects_google(ANA)
    world.ana.picks(ANA, "Team")
    (old,) = rows(world, "SELECT google_sub FROM connection")
    world.google._accounts.of(ANA).sub = "1" * 21  # noqa: SLF001 - the stand-in has no other way to say it
    world.slack.state.users["U0ANA"].email = "left@acme.example"
    world.slack.add_user("T0ACME", "U0NEWANA", name="Ana Two", email=ANA, tz="Europe/Lisbon")
    newcomer = world.joined("U0NEWANA")
    assert "Connected" in newcomer.connects_google(ANA).page
    assert rows(world, "SELECT google_sub FROM connection ORDER BY connected_at") == [old, "1" * 21]
    newcomer.types("/calendar status")
    assert "Team" not in newcomer.answer


def test_a18_a_listing_does_not_outlive_its_grant(world: World) -> None:
    """Cleo disconnects while Google still lists her calendars; her typeahead asks once more."""
    with world.google.changing():
        for number in range(120):
            world.google.add_calendar(CLEO, f"Room {number}")
    with gated(world, GOOGLE_CALENDAR_URL="/calendar/v3/") as gate:
        world.cleo.connects_google(CLEO)
        assert world.slack.suggest("U0CLEO", "pick_conflicts", "room", on="dm") != []
        question = world.slack.last_request
        assert question is not None
        gate.shut("/calendarList", answers=True)
        world.slack.opens_home("U0CLEO")
        assert gate.reached.wait(10)
        world.cleo.browser.presses("Disconnect")
        gate.opened.set()
        world.settles()
        assert json.loads(post(question).body) == {"options": []}


def test_a18_grants_swapped_between_rows_open_nothing_and_are_reported(world: World) -> None:
    """Somebody who may write to the database, and has no key, gives Ana's row Cleo's grant."""
    world.ana.connects_google(ANA)
    world.cleo.connects_google(CLEO)
    with closing(sqlite3.connect(file_of(world))) as database, database:
        ana, cleo = database.execute('SELECT "grant" FROM connection ORDER BY google_email').fetchall()
        database.execute("UPDATE connection SET \"grant\" = ? WHERE google_email LIKE 'ana%'", cleo)
        database.execute("UPDATE connection SET \"grant\" = ? WHERE google_email LIKE 'cleo%'", ana)
    world.stop_bot()
    world.start_bot()
    before = len(world.google.journal)
    world.ana.types("/calendar calendars")
    assert "The people who run the bot have been told" in world.ana.modal
    world.cleo.types("/calendar status")
    assert len(world.google.journal) == before, "Google was asked in nobody's name"
    assert world.ada.sees("cannot be decrypted")

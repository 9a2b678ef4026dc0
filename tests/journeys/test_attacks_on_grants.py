"""A18, A22 and what happens to grants in a race: nothing of an erased one is left, and nobody else's is ended."""

from tests.journeys.attacking import ANA, CLEO, file_of, gated, is_connected, meanwhile, rows
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

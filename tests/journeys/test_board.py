"""The roll-out board: who stands where, found and filtered, and asked again no more than once a day."""

from datetime import timedelta

import pytest

from tests.journeys.attacking import rows
from tests.journeys.outages import ANA, CLEO, Letters, health_of, passes_until, reads
from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.world import TEAM, Persona, World

DAY = timedelta(days=1)


@pytest.fixture
def rolled_out(world: World) -> World:
    """Everybody is invited; Ana has connected and picked, Cleo has only connected."""
    world.ada.types("/calendar invite")
    world.ada.submits()
    world.ada.submits()
    world.jobs_run()
    world.ana.opens_link().presses("Continue")
    world.ana.consents(ANA)
    world.ana.picks(ANA)
    world.cleo.opens_link().presses("Continue")
    world.cleo.consents(CLEO)
    return world


def nudges(admin: Persona, world: World, user_id: str) -> Ack:
    """The button in that person's line."""
    (person_id,) = rows(world, f"SELECT id FROM person WHERE user_id = '{user_id}'")  # noqa: S608 - our words
    ack = world.slack.clicks(admin.user_id, "team_nudge", on="modal", block_id=f"person-{person_id}")
    world.settles()
    return ack


def test_the_board_counts_and_names_everybody_by_how_far_they_are(rolled_out: World) -> None:
    rolled_out.ada.types("/calendar team")
    board = rolled_out.ada.modal
    for words in ("*1* connected", "*1* without a linked calendar", "*2* invited", "*Ana Lima*", "*Ben Okafor*"):
        assert words in board
    assert "Gus Guest" not in board, "a guest who was never invited is nobody's business"


def test_who_is_broken_stands_there_with_the_cause(rolled_out: World) -> None:
    rolled_out.google.revoke(ANA)
    passes_until(rolled_out, lambda: health_of(rolled_out, ANA) == "needs_reconnect", timedelta(hours=1))
    rolled_out.ada.types("/calendar team")
    rolled_out.ada.chooses("team_filter", "Broken (1)")
    assert "Google no longer accepts our access, since" in rolled_out.ada.modal
    assert "*Ben Okafor*" not in rolled_out.ada.modal


def test_a_search_finds_a_name_or_an_address(rolled_out: World) -> None:
    rolled_out.ada.types("/calendar team")
    for typed, found, other in (("okaf", "Ben Okafor", "Ana Lima"), ("ANA@acme", "Ana Lima", "Ben Okafor")):
        rolled_out.slack.types("U0ADA", "team_search", typed)
        rolled_out.ada.submits()
        assert f"*{found}*" in rolled_out.ada.modal
        assert f"*{other}*" not in rolled_out.ada.modal
    rolled_out.slack.types("U0ADA", "team_search", "%")
    rolled_out.ada.submits()
    assert "Nobody is here." in rolled_out.ada.modal


def test_a_nudge_asks_for_what_there_is_to_do_and_only_once_a_day(rolled_out: World) -> None:
    letters = {each.user_id: Letters(each) for each in (rolled_out.ana, rolled_out.ben, rolled_out.cleo)}
    rolled_out.ada.types("/calendar team")
    nudges(rolled_out.ada, rolled_out, "U0BEN")
    assert "1 asked." in rolled_out.ada.modal
    with pytest.raises(SlackRefused):
        nudges(rolled_out.ada, rolled_out, "U0BEN")
    nudges(rolled_out.ada, rolled_out, "U0CLEO")
    with pytest.raises(SlackRefused):
        nudges(rolled_out.ada, rolled_out, "U0ANA")
    rolled_out.jobs_run()
    reads(letters["U0BEN"].only, "Connect your Google Calendar", "<@U0ADA> asks you to")
    reads(letters["U0CLEO"].only, "Choose a linked calendar", CLEO)
    assert letters["U0ANA"].new == []
    rolled_out.cleo.clicks("Choose calendars", on="dm")
    assert "Linked calendar" in rolled_out.cleo.modal


def test_all_of_a_stage_are_nudged_but_nobody_twice_within_a_day(rolled_out: World) -> None:
    letters = Letters(rolled_out.ben)
    rolled_out.ada.types("/calendar team")
    nudges(rolled_out.ada, rolled_out, "U0BEN")
    rolled_out.ada.chooses("team_filter", "Invited (2)")
    rolled_out.ada.clicks("Nudge all of these", on="modal")
    assert "1 asked. 1 were asked within a day already." in rolled_out.ada.modal
    rolled_out.jobs_run()
    assert len(letters.new) == 1
    rolled_out.time_leaps(DAY)
    rolled_out.ada.types("/calendar team")
    rolled_out.ada.chooses("team_filter", "Invited (2)")
    rolled_out.ada.clicks("Nudge all of these", on="modal")
    rolled_out.jobs_run()
    assert "2 asked." in rolled_out.ada.modal
    assert ["asks you to" in message.text for message in letters.new] == [False, True], "the older link is replaced"


def test_a_broken_connection_is_nudged_with_a_link_that_mends_it(rolled_out: World) -> None:
    rolled_out.google.revoke(ANA)
    passes_until(rolled_out, lambda: health_of(rolled_out, ANA) == "needs_reconnect", timedelta(hours=1))
    letters = Letters(rolled_out.ana)
    rolled_out.ada.types("/calendar team")
    nudges(rolled_out.ada, rolled_out, "U0ANA")
    rolled_out.jobs_run()
    assert any("Reconnect your Google Calendar. " in message.text for message in letters.new)
    rolled_out.ana.opens_link().presses("Continue")
    rolled_out.ana.consents(ANA)
    assert health_of(rolled_out, ANA) == "connected"


def test_only_an_admin_of_this_moment_sees_or_nudges(rolled_out: World) -> None:
    rolled_out.ben.types("/calendar team")
    assert "for the people who run the bot" in rolled_out.ben.modal
    rolled_out.ada.types("/calendar team")
    letters = Letters(rolled_out.ben)
    rolled_out.slack.makes_member("U0ADA")
    nudges(rolled_out.ada, rolled_out, "U0BEN")
    assert "for the people who run the bot" in rolled_out.ada.modal
    assert "Ben Okafor" not in rolled_out.ada.modal
    rolled_out.jobs_run()
    assert letters.new == []


def test_the_home_tab_has_a_part_for_admins_alone(rolled_out: World) -> None:
    rolled_out.ben.opens_home()
    assert "Rolling out" not in rolled_out.ben.home
    rolled_out.ada.opens_home()
    assert "Rolling out" in rolled_out.ada.home
    assert "*2* invited" in rolled_out.ada.home
    rolled_out.ada.clicks("Who is there yet?", on="home")
    assert "*Ben Okafor*" in rolled_out.ada.modal
    rolled_out.slack.closes("U0ADA")
    rolled_out.ada.clicks("Invite people…", on="home")
    assert "Everyone in this workspace" in rolled_out.ada.modal


def test_a_long_board_is_paged_through_and_back(world: World) -> None:
    for number in range(40):
        world.slack.add_user(
            TEAM, f"U1{number:03}", name=f"Person {number:03}", email=f"p{number}@acme.example", tz="UTC"
        )
    world.bot.rolling.roster.read(TEAM)
    world.ada.types("/calendar team")
    seen = [world.ada.modal]
    for _ in range(2):
        world.ada.clicks("More", on="modal")
        seen.append(world.ada.modal)
    found = [[number for number in range(40) if f"*Person {number:03}*" in page] for page in seen]
    assert [number for page in found for number in page] == list(range(40))
    with pytest.raises(SlackRefused):
        world.ada.clicks("More", on="modal")
    world.ada.clicks("Back", on="modal")
    assert [number for number in range(40) if f"*Person {number:03}*" in world.ada.modal] == found[1]


def test_whoever_joins_changes_or_leaves_stands_there_so(rolled_out: World) -> None:
    rolled_out.slack.joins(TEAM, "U0NEW", name="Nia New", email="nia@acme.example", tz="Africa/Nairobi")
    rolled_out.slack.changes("U0BEN", name="Benjamin Okafor", locale="pt-PT")
    rolled_out.slack.deactivates("U0ANA")
    rolled_out.time_leaps(timedelta())
    rolled_out.ada.types("/calendar team")
    for words in ("*Nia New* (<@U0NEW>): not invited", "*Benjamin Okafor*", "*Ana Lima* (<@U0ANA>): left"):
        assert words in rolled_out.ada.modal
    assert rows(rolled_out, "SELECT locale FROM person WHERE user_id = 'U0BEN'") == ["pt-PT"]

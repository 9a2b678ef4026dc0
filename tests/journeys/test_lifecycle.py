"""After the first connection: disconnecting, coming back, and the truth about a grant that died at Google."""

import sqlite3
from contextlib import closing

import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.world import Persona, World

ANA = "ana@acme.example"
GMAIL = "ana.lima@gmail.example"
GONE = "No Google Calendar is connected"


@pytest.fixture
def connected(world: World) -> World:
    """Ana is connected and has picked."""
    world.ana.connects_google(ANA)
    world.ana.picks(ANA, "Team", "Family")
    return world


def status_of(person: Persona) -> str:
    person.types("/calendar status")
    return person.answer


def grants_stored(world: World) -> list[bytes | None]:
    """What stands in the database, read past everything of ours."""
    file = world.environment()["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database:
        return [grant for (grant,) in database.execute('SELECT "grant" FROM connection')]


# --- disconnecting --------------------------------------------------------------------------------------------------


def test_the_command_asks_first_and_can_be_declined(connected: World) -> None:
    connected.ana.types("/calendar disconnect")
    assert f"Disconnect *{ANA}*?" in connected.ana.answer
    connected.ana.clicks("Keep it")
    assert "stays connected" in connected.ana.answer
    assert connected.google.grants(ANA)
    assert f"{ANA} is connected" in status_of(connected.ana)


def test_disconnecting_ends_the_grant_at_google_and_here(connected: World) -> None:
    connected.ana.types("/calendar disconnect")
    connected.ana.clicks("Disconnect", on="ephemeral")
    assert f"*{ANA}* is disconnected" in connected.ana.answer
    assert "Google could not be told" not in connected.ana.answer
    assert connected.google.grants(ANA) == []
    assert grants_stored(connected) == [None]
    assert GONE in status_of(connected.ana)
    assert GONE in connected.ana.home
    assert connected.ana.sees("is disconnected"), "the card in the DM says so too"
    assert not connected.ana.sees("save_picks"), "and has no menus any more"


@pytest.mark.parametrize("where", ["dm", "home"])
def test_the_buttons_of_card_and_home_disconnect_as_well(connected: World, where: str) -> None:
    connected.ana.opens_home()
    connected.ana.clicks("Disconnect", on=where)
    assert connected.google.grants(ANA) == []
    assert grants_stored(connected) == [None]
    assert GONE in connected.ana.home


def test_nobody_disconnects_twice(connected: World) -> None:
    for _ in range(2):
        connected.ana.types("/calendar disconnect")
        if "there is nothing to disconnect" not in connected.ana.answer:
            connected.ana.clicks("Disconnect", on="ephemeral")
    assert "there is nothing to disconnect" in connected.ana.answer


def test_an_old_question_answered_late_does_no_harm(connected: World) -> None:
    connected.ana.types("/calendar disconnect")
    connected.ana.clicks("Disconnect", on="dm")
    connected.ana.clicks("Disconnect", on="ephemeral")
    assert GONE in status_of(connected.ana)


def test_a_grant_that_is_dead_already_is_erased_without_a_word_of_doubt(connected: World) -> None:
    connected.google.revoke(ANA)
    connected.ana.types("/calendar disconnect")
    connected.ana.clicks("Disconnect", on="ephemeral")
    assert "is disconnected" in connected.ana.answer
    assert "Google could not be told" not in connected.ana.answer
    assert grants_stored(connected) == [None]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST /revoke", status=500, times=-1),
        Fault("POST /revoke", status=503, body="<html>busy</html>", times=-1),
        Fault("POST /revoke", kind="drop", times=-1),
        Fault("POST /revoke", status=200, body="<html>Hotel Wi-Fi</html>", times=-1),
    ],
    ids=["500", "503", "drop", "portal"],
)
def test_google_out_of_reach_never_stops_the_erasing_but_is_told(connected: World, fault: Fault) -> None:
    connected.google.script.add(fault)
    connected.ana.types("/calendar disconnect")
    connected.ana.clicks("Disconnect", on="ephemeral")
    assert "Google could not be told" in connected.ana.answer
    assert "myaccount.google.com/connections" in connected.ana.answer
    assert connected.ana.sees("Google could not be told")
    assert grants_stored(connected) == [None]
    assert connected.google.grants(ANA), "which is why the person is told"


def test_a_grant_that_cannot_be_read_is_erased_and_the_operators_hear_of_it(connected: World) -> None:
    file = connected.environment()["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute('UPDATE connection SET "grant" = ?', (b"\x01" * 80,))
    connected.ana.types("/calendar disconnect")
    connected.ana.clicks("Disconnect", on="ephemeral")
    assert "Google could not be told" in connected.ana.answer
    assert grants_stored(connected) == [None]
    assert connected.ada.sees("cannot be decrypted")


def test_an_account_that_another_workspace_uses_is_not_revoked(connected: World) -> None:
    world = connected
    world.slack.add_team("T0BETA", "Beta", "beta")
    world.slack.add_user("T0BETA", "U0ANAB", name="Ana at Beta", email=ANA, tz="Europe/Lisbon", admin=True, owner=True)
    other = world.joined("U0ANAB")
    other.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    assert "Calendar Bot is in your workspace" in other.browser.page
    other.connects_google(ANA)
    assert "Connected" in other.browser.page
    world.ana.types("/calendar disconnect")
    world.ana.clicks("Disconnect", on="ephemeral")
    assert "is disconnected" in world.ana.answer
    assert world.google.grants(ANA), "revoking ends the whole grant of an account"
    assert f"{ANA} is connected" in status_of(other)
    other.types("/calendar disconnect")
    other.clicks("Disconnect", on="ephemeral")
    assert world.google.grants(ANA) == [], "the last one out turns off the light"


# --- coming back ----------------------------------------------------------------------------------------------------


def comes_back(person: Persona, account: str = ANA) -> None:
    person.types("/calendar disconnect")
    person.clicks("Disconnect", on="ephemeral")
    assert "Connected" in person.connects_google(account).page


def test_a_reconnect_keeps_the_picks(connected: World) -> None:
    comes_back(connected.ana)
    assert connected.ana.sees("Your calendar choices are all back")
    assert f"Appointments go to {ANA}, 2 more" in status_of(connected.ana)


def test_a_reconnect_says_which_calendars_did_not_come_back(connected: World) -> None:
    (family,) = [each.id for each in connected.google.calendars(ANA) if each.summary == "Family"]
    connected.google.delete_calendar(family)
    comes_back(connected.ana)
    assert connected.ana.sees("2 of 3 calendars are back. Not in this account: Family")
    assert f"Appointments go to {ANA}, 1 more" in status_of(connected.ana)
    assert "*Family* is no longer among the calendars of" in connected.ana.answer


def test_a_reconnect_with_another_account_says_that_nothing_came_back(connected: World) -> None:
    world = connected
    world.ana.opens_home()
    world.ana.chooses("pick_conflicts", "Team", "Holidays in Portugal", on="home")
    world.ana.clicks("Save", on="home")
    world.ana.types("/calendar disconnect")
    world.ana.clicks("Disconnect", on="ephemeral")
    world.ana.connects_google(GMAIL).presses("Confirm with Slack")
    assert "Connected" in world.ana.consents(GMAIL).page
    assert world.ana.sees("0 of 3 calendars are back")
    assert "was not found again" in status_of(world.ana)
    world.ana.picks("Family")
    assert "Appointments go to Family" in status_of(world.ana)


def test_a_linked_calendar_that_became_read_only_does_not_count_as_back(connected: World) -> None:
    connected.ana.opens_home()
    connected.ana.picks("Family", "Team", on="home")
    (family,) = [each.id for each in connected.google.calendars(ANA) if each.summary == "Family"]
    connected.google.set_role(ANA, family, "reader")
    comes_back(connected.ana)
    assert connected.ana.sees("1 of 2 calendars are back. You can no longer write to Family")


def test_a_reconnect_while_google_stumbles_still_ends_in_a_card(connected: World) -> None:
    connected.ana.types("/calendar disconnect")
    connected.ana.clicks("Disconnect", on="ephemeral")
    connected.google.script.add(Fault("GET /calendar/v3/users/me/calendarList", status=503, times=-1))
    assert "Connected" in connected.ana.connects_google(ANA).page
    assert connected.ana.sees(f"*{ANA}* is connected")
    assert connected.ana.sees("Not you?")
    connected.google.script.clear()
    assert f"Appointments go to {ANA}, 2 more" in status_of(connected.ana)


# --- the truth ------------------------------------------------------------------------------------------------------


def test_a_grant_revoked_at_google_is_told_when_asked_and_by_nobody_else(connected: World) -> None:
    connected.google.revoke(ANA)
    before = len(connected.ana.messages())
    assert "no longer accepts our access" in status_of(connected.ana)
    assert "Reconnect" in connected.ana.answer
    connected.ana.opens_home()
    assert "no longer accepts our access" in connected.ana.home
    assert "Reconnect" in connected.ana.home
    connected.ana.types("/calendar calendars")
    assert "reconnect" in connected.ana.modal.casefold()
    assert len(connected.ana.messages()) == before, "nobody was sent a message"
    connected.ana.clicks("Reconnect", on="home")
    connected.ana.opens_link().presses("Continue")
    assert "Connected" in connected.ana.consents(ANA).page
    assert f"Appointments go to {ANA}, 2 more" in status_of(connected.ana)


def test_google_out_of_reach_is_no_reason_to_reconnect(connected: World) -> None:
    connected.google.script.add(Fault("/calendar/v3/", status=503, times=-1))
    assert "no longer accepts" not in status_of(connected.ana)
    assert "did not answer" in connected.ana.answer, "what is said is a memory, and says so"
    connected.ana.opens_home()
    assert "no longer accepts" not in connected.ana.home
    assert "did not answer" in connected.ana.home


def test_a_grant_that_cannot_be_read_is_never_called_healthy(connected: World) -> None:
    file = connected.environment()["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute('UPDATE connection SET "grant" = ?', (b"\x01" * 80,))
    answer = status_of(connected.ana)
    assert "The people who run the bot have been told" in answer
    assert "ENCRYPTION_KEYS" not in answer, "that is for operators"
    assert connected.ada.sees("ENCRYPTION_KEYS")

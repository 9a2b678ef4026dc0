"""Everybody may have what is stored about them, and have it deleted."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from storage import my_data
from storage.tables import Person
from tests.journeys.attacking import CLEO, rows
from tests.journeys.outages import ANA, Letters, loses_the_grant
from tests.sandbox.faults import Fault
from tests.sandbox.world import World

_HELD = "SELECT count(*) FROM person JOIN connection ON connection.person_id = person.id"


def has_history(world: World) -> None:
    """Ana was invited, connected, picked, lost her grant and was reminded; and somebody nudged her by name."""
    world.ada.types("/calendar invite")
    world.ada.chooses("invite_audience", "People I choose")
    world.ada.chooses("invite_people", "Ana Lima", "Ben Okafor")
    world.ada.submits()
    world.ada.submits()
    world.jobs_run()
    for person, account in ((world.ana, ANA), (world.cleo, CLEO)):
        person.connects_google(account)
        person.picks(account)
    loses_the_grant(world, ANA)


def sent(world: World) -> dict[str, Any]:
    """The file in Ana's direct messages."""
    world.ana.opens_home()
    world.ana.clicks("Give me my data", on="home")
    (file,) = [each for each in world.slack.files if each.name == "my-data.json"]
    assert file.channels == [world.slack.state.users["U0ANA"].im_id]
    told: dict[str, Any] = json.loads(file.body or b"")
    return told


def test_the_file_holds_everything_about_its_owner_and_nothing_of_others(world: World) -> None:
    has_history(world)
    told = sent(world)
    assert told["slack"] == {"workspace": "T0ACME", "user": "U0ANA"}
    assert told["connection"][0]["google_email"] == ANA
    assert {each["name"] for each in told["calendars"]} == {ANA}
    for shelf in ("person", "outages", "reminders", "links", "sign_ins", "invitations", "audit"):
        assert told[shelf], shelf
    text = json.dumps(told)
    for foreign in ("cleo", "U0CLEO", "U0BEN", "ben@", "U0ADA"):
        assert foreign not in text
    assert not {"grant", "token_hash", "secret_hash", "verifier"} & set(str(told).replace("'", " ").split())


def test_everything_is_deleted_and_they_may_come_back(world: World) -> None:
    has_history(world)
    before = len(rows(world, "SELECT id FROM audit WHERE user_id <> 'U0ANA'"))
    world.ana.opens_home()
    world.ana.clicks("Delete everything about me", on="home")
    assert any("is deleted" in message.text for message in world.ana.messages())
    assert "No Google Calendar is connected" in world.ana.home
    assert mentions(world) == []
    assert rows(world, "SELECT count(*) FROM outage") == [0], "and with it its reminders"
    assert world.google.grants(ANA) == []
    assert rows(world, "SELECT user_id || detail FROM audit WHERE action = 'data_erased'") == ['{"google_told": "yes"}']
    assert len(rows(world, "SELECT id FROM audit")) == before + 1
    assert rows(world, _HELD) == [1], "Cleo's is untouched"
    letters = Letters(world.ana)
    world.time_leaps(timedelta(days=3))
    world.jobs_run()
    assert letters.new == [], "nothing reminds them any more"
    assert "Connected" in world.ana.connects_google(ANA).page


def mentions(world: World) -> list[str]:
    """Every table in which Slack's id or the address of Ana still stands, in whatever column."""
    with world.bot.database.reading() as session:
        return [
            table.name
            for table in SQLModel.metadata.sorted_tables
            for row in session.connection().execute(select(table))
            if "U0ANA" in repr(row) or ANA in repr(row)
        ]


def test_google_being_down_stops_nothing_and_is_told(world: World) -> None:
    world.ana.connects_google(ANA)
    world.google.script.add(Fault("POST /revoke", status=503, times=-1))
    world.ana.opens_home()
    world.ana.clicks("Delete everything about me", on="home")
    assert any("Google could not be told" in message.text for message in world.ana.messages())
    assert mentions(world) == []


def test_whoever_was_forgotten_comes_back_from_the_directory_as_somebody_not_to_ask(world: World) -> None:
    world.ana.opens_home()
    world.bot.rolling.compare()
    world.ana.clicks("Delete everything about me", on="home")
    world.time_leaps(timedelta(days=1))
    world.bot.rolling.compare()
    world.ada.types("/calendar invite")
    world.ada.submits()
    assert "*3 people are invited*" in world.ada.modal
    assert "said “Not for me”" in world.ada.modal


def test_it_can_be_asked_for_three_times_in_ten_minutes(world: World) -> None:
    world.ana.opens_home()
    for _ in range(4):
        world.ana.clicks("Give me my data", on="home")
    assert len(list(world.slack.files)) == 3
    assert world.ana.sees("very often")


def test_no_table_that_hangs_on_a_person_is_left_out() -> None:
    """Whoever adds one says what of it is told."""
    hanging, told = {Person.__tablename__}, {table.__tablename__ for _, table, *_ in my_data._CHAIN}  # noqa: SLF001 - the list itself is what is tested
    for table in SQLModel.metadata.sorted_tables:
        if any(key.column.table.name in hanging for key in table.foreign_keys):
            hanging.add(table.name)
    # Work on appointments, and the time they take up: what they are about is told with the appointment.
    assert hanging - told == {"person", "bookingcell", "operation"}


def test_what_is_older_than_the_settings_say_is_gone_the_night_after(
    world_set_up: Callable[[Mapping[str, str]], World],
) -> None:
    world = world_set_up({"RETAIN_AUDIT_DAYS": "2", "RETAIN_FLOWS_DAYS": "10"})
    world.ana.connects_google(ANA)
    assert world.bot.rolling.retention.nightly() == 0
    world.time_leaps(timedelta(days=3))
    assert world.bot.rolling.retention.nightly() > 0
    assert rows(world, "SELECT count(*) FROM audit") == [0]
    assert rows(world, "SELECT count(*) FROM flow") == [1]
    world.time_leaps(timedelta(days=15))
    assert world.bot.rolling.retention.nightly() > 0
    assert world.bot.rolling.retention.nightly() == 0, "once a night"
    assert rows(world, "SELECT count(*) FROM flow") == [0]
    assert rows(world, _HELD) == [1], "and the connection is as it was"

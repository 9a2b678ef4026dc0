"""Looking for a time in Slack and booking it, over signed requests: found, booked, told; taken; not bookable."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.slack import plans
from bot.slack.appointment_messages import MOVE
from storage.booking_tables import Booking
from tests.journeys.diary import events, meet, next_monday, rows
from tests.journeys.outages import ANA, BEN
from tests.sandbox.slack import payloads
from tests.sandbox.slack.refusal import Json
from tests.sandbox.world import Persona, World

LISBON, NEW_YORK = ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York")


def at_two_in_lisbon(world: World) -> datetime:
    """Of the next Monday, whatever the season: in UTC, and in the morning of New York."""
    return datetime.combine(next_monday(world).date(), time(14), LISBON).astimezone(UTC)


def chooses_time(world: World, person: Persona, start: datetime) -> None:
    """The button of that time, whatever it reads."""
    for block in modal(world, person)["blocks"]:
        for element in block.get("elements", []):
            if element.get("value") == str(int(start.timestamp())):
                world.slack.clicks(person.user_id, element["action_id"], block_id=block["block_id"])
                world.settles()
                return
    raise AssertionError(f"{start} is not offered: {person.modal}")


def modal(world: World, person: Persona) -> dict[str, Any]:
    return dict(world.slack.modals(person.user_id)[-1])


def test_ben_books_ana_and_she_moves_it(world: World) -> None:
    meet(world)
    start = at_two_in_lisbon(world)
    world.google.add_event(ANA, start + timedelta(hours=1), start + timedelta(hours=2), "Dentist")
    for words, said in (
        ("gibberish <b>", "do not understand “gibberish &lt;b&gt;”"),
        ("2029-01-01 10:00", "further ahead"),
        ("in 80 days", "can be booked 60 days ahead at most"),
        ("yesterday", "over already"),
        ("@nobody tomorrow", "do not know who “@nobody” is"),
    ):
        world.ben.types(f"/calendar free @ana {words}")
        assert said in world.ben.answer
    world.ben.types(f"/calendar free @ana {start:%Y-%m-%d}")
    assert "Lisbon: 09:00–15:00, 16:00–17:00" in world.ben.answer  # noqa: RUF001 - en dashes stand between times
    assert "Dentist" not in world.ben.answer
    world.ben.clicks("Book a time")
    assert f"{start.astimezone(NEW_YORK):%H:%M} · 14:00" in world.ben.modal
    assert "· 15:00" not in json.dumps(modal(world, world.ben)["blocks"][:8]), "she is busy then"
    chooses_time(world, world.ben, start)
    assert "14:00 to 14:30 for Ana Lima (Lisbon)" in world.ben.modal
    assert "Proposed: Mon" in world.ben.modal, "the week's picture, in words"
    world.slack.types("U0BEN", plans.TITLE, "Plan <the> launch")
    world.ben.submits()
    assert "Booked:" in world.ben.modal
    (event,) = events(world)
    assert (event["summary"], [each["email"] for each in event["attendees"]]) == ("Plan <the> launch", [BEN])
    world.jobs_run()
    assert all(each.sees("Plan &lt;the&gt; launch") for each in (world.ana, world.ben))

    forged(world, "U0CLEO", MOVE, rows(world, Booking)[0].id)
    assert "no such appointment" in world.cleo.modal
    world.ana.clicks("Move", on="dm")
    assert "Move an appointment" in world.ana.modal
    assert "*Plan &lt;the&gt; launch* with Ben Okafor, 30 minutes" in world.ana.modal
    assert f"slots-{start:%Y-%m-%d}" in json.dumps(modal(world, world.ana)["blocks"][:6]), "its own day comes first"
    assert f'"{int(start.timestamp())}"' not in json.dumps(modal(world, world.ana)["blocks"]), "where it stands"
    chooses_time(world, world.ana, start + timedelta(days=1))
    world.ana.submits()
    assert "Moved:" in world.ana.modal
    assert events(world)[0]["start"]["dateTime"].startswith(f"{start + timedelta(days=1):%Y-%m-%dT%H:%M}")


def forged(world: World, user_id: str, action_id: str, value: str) -> None:
    """A click on a button that Slack never showed this person."""
    state, user = world.slack.state, world.slack.state.users[user_id]
    world.slack.say(user_id, "help")
    world.settles()
    message = world.slack.dm(user_id)[-1]
    action: Json = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    world.slack.delivery.interaction(payloads.block_actions(state, user, message, action))
    world.settles()


def test_what_is_taken_meanwhile_is_said_and_other_times_are_offered(world: World) -> None:
    meet(world)
    start = at_two_in_lisbon(world)
    world.slack.files.delay = timedelta(days=1)
    paused = list[float]()
    world.bot.booking.pause = paused.append
    world.ben.types(f"/calendar book @ana {start.astimezone(NEW_YORK):%Y-%m-%d %H:%M} Plan the R&D launch")
    chooses_time(world, world.ben, start)
    assert len(paused) == 3, "a picture that Slack does not show yet is tried again, and then left out"
    assert "Proposed:" not in world.ben.modal
    world.slack.files.delay = timedelta()
    assert '"Plan the R&D launch"' in world.ben.modal, "as it was typed"
    world.google.add_event(ANA, start, start + timedelta(hours=1), "Just now")
    world.ben.submits()
    assert "has just been taken" in world.ben.modal
    assert f'"{int(start.timestamp())}"' not in json.dumps(modal(world, world.ben)["blocks"])
    assert events(world) == []
    chooses_time(world, world.ben, start + timedelta(hours=2))
    assert "Plan the R&D launch" in world.ben.modal, "what was typed is kept"
    world.google.break_calendar(ANA)
    world.ben.submits()
    assert "cannot be read" in world.ben.modal
    assert "*unknown*" in world.ben.modal
    assert [each["action_id"] for each in clickable(world, world.ben) if each["action_id"] in plans.SLOTS] == []
    assert events(world) == []


def clickable(world: World, person: Persona) -> list[Any]:
    return [
        each for block in modal(world, person)["blocks"] for each in block.get("elements", []) if "action_id" in each
    ]


def test_who_is_not_connected_is_said_and_can_be_asked_once_a_day(world: World) -> None:
    meet(world, "ben")
    world.ben.types("/calendar free @cleo tomorrow")
    assert "has not connected a calendar yet" in world.ben.answer
    world.ben.clicks("Book a time")
    assert "is *optional* does not have to be free" in world.ben.modal
    assert "datepicker" not in world.ben.modal, "on no day is there anything to offer"
    world.ben.clicks("Nudge", on="modal")
    assert "I have asked <@U0CLEO> to connect" in world.ben.modal
    assert plans.NUDGE not in json.dumps(modal(world, world.ben)["blocks"])
    world.ben.chooses(plans.LENGTH, "1 hour")
    assert plans.NUDGE not in json.dumps(modal(world, world.ben)["blocks"]), "she has been asked"
    world.jobs_run()
    assert world.cleo.sees("Connect Google Calendar")
    told = len(world.cleo.messages())
    world.ben.types("/calendar why <@U0CLEO|cleo> tomorrow")
    world.ben.clicks("Nudge", on="ephemeral")
    assert "asked less than a day ago already" in world.ben.answer
    world.jobs_run()
    assert len(world.cleo.messages()) == told


def test_from_a_message_its_author_is_met_and_people_and_length_can_be_changed(world: World) -> None:
    meet(world)
    world.slack.say("U0ANA", "Shall we meet?")
    said = world.slack.dm("U0ANA")[-1]
    world.slack.message_shortcut("U0ANA", plans.SHORTCUT, said)
    world.settles()
    assert "That message is your own. Choose whom you want to meet." in world.ana.modal
    world.ana.chooses(plans.PEOPLE, "U0BEN")
    world.ana.chooses(plans.LENGTH, "1 hour")
    assert "Your time (Lisbon) · New York (Ben Okafor)" in world.ana.modal
    world.ana.clicks("Later", on="modal")
    world.ana.chooses(plans.DAY, f"{next_monday(world, weeks=2):%Y-%m-%d}")
    chooses_time(world, world.ana, next_monday(world, 15, weeks=2))
    assert "10:00 to 11:00 for Ben Okafor (New York)" in world.ana.modal
    world.ana.clicks("Choose another time", on="modal")
    assert "Your time (Lisbon)" in world.ana.modal
    world.slack.message_shortcut("U0ANA", plans.SHORTCUT, world.ana.messages()[0])
    world.settles()
    assert "An app wrote that message, so there is nobody to meet." in world.ana.modal
    assert rows(world, Booking) == []

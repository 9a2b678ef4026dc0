"""What people see and do of their appointments: the agenda, why a time is not open, working hours, cancelling."""

from datetime import UTC, datetime, timedelta

from bot.domain.appointments import State
from tests.journeys.diary import booked, events, meet, next_monday, wish
from tests.journeys.outages import ANA, WEDNESDAY, at_noon_on
from tests.sandbox.faults import Fault
from tests.sandbox.slack import payloads
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import TEAM, Persona, World, said

HOUR = timedelta(hours=1)


def lisbon(moment: datetime) -> str:
    """As Ana would type it; in November her clock is UTC's."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def soon(world: World) -> datetime:
    """The next Monday, from a Wednesday on: inside everybody's coming week, wherever they are."""
    at_noon_on(world, WEDNESDAY, UTC)
    return next_monday(world)


def about(person: Persona, words: str) -> list[Message]:
    return [message for message in person.messages() if words in said(message)]


def answered(person: Persona, command: str) -> str:
    person.types(command)
    return person.answer


def test_an_appointment_is_told_shown_and_cancelled_by_those_who_take_part(world: World) -> None:
    start = soon(world)
    ana, ben = meet(world)
    assert "Nothing is booked through me" in answered(world.ana, "/calendar agenda")
    made = booked(world, wish([ana], start, booker=ben, title="<!channel> Plan"))
    world.jobs_run()
    for person, words in ((world.ana, "<@U0BEN> booked"), (world.ben, "You booked")):
        (message,) = about(person, words)
        assert "&lt;!channel&gt; Plan" in message.text
        assert "appointment_move" in said(message)
    assert "15:00 to 15:30 for Ana Lima (Lisbon)" in said(about(world.ben, "You booked")[0])
    for person, other in ((world.ana, "Ben Okafor"), (world.ben, "Ana Lima")):
        agenda = answered(person, "/calendar agenda")
        assert f"with {other}" in agenda
        assert "appointment_cancel" in agenda

    (told,) = about(world.ana, "<@U0BEN> booked")
    world.slack.clicks("U0ANA", "appointment_cancel", on="dm", message_ts=told.ts)
    world.settles()
    world.jobs_run()
    assert events(world) == []
    assert world.bot.booking.appointments.get(made.team_id, made.id).state is State.CANCELLED
    for person, who in ((world.ana, "You cancelled"), (world.ben, "<@U0ANA> cancelled")):
        assert len(about(person, who)) == 1
        assert [each for each in person.messages() if "appointment_cancel" in said(each)] == [], "no button is left"


def test_an_agenda_is_redrawn_where_it_stands_and_strangers_are_refused(world: World) -> None:
    start = soon(world)
    ana, ben = meet(world)
    made = [booked(world, wish([ana], start + hours * HOUR, booker=ben)) for hours in range(2)]
    for where in ("/calendar agenda", "agenda"):
        world.ana.types(where)
        surface = "ephemeral" if where.startswith("/") else "dm"
        world.slack.clicks("U0ANA", "appointment_cancel", on=surface, block_id=f"appointment-{made[0].id}")
        world.settles()
        shown = world.ana.answer if surface == "ephemeral" else said(about(world.ana, "*Your agenda*")[-1])
        assert "is cancelled. Everybody is told." in shown
        assert ("Nothing is booked through me" in shown) == (len(made) == 1)
        assert events(world) == [each for each in events(world) if made[0].id not in str(each)]
        made.pop(0)
    other = booked(world, wish([ana], start, booker=ben))
    assert "no such appointment, or it is not yours" in _clicks_what_is_not_hers(world, other.id)
    assert world.bot.booking.appointments.get(TEAM, other.id).state is State.CONFIRMED


def test_the_home_tab_shows_what_is_next_and_keeps_up_with_it(world: World) -> None:
    start = soon(world)
    ana, ben = meet(world)
    for person in (world.ana, world.ben):
        person.opens_home()
        assert "Nothing is booked through me" in person.home
    looked = lists_read(world)
    made = [booked(world, wish([ana], start + hours * HOUR, booker=ben, title=f"No. {hours}")) for hours in range(2)]
    world.jobs_run()
    for person, other in ((world.ana, "Ben Okafor"), (world.ben, "Ana Lima")):
        assert "*No. 1*" in person.home
        assert f"with {other}" in person.home
        assert "pick_linked" in person.home, "the menus stay, though nobody has asked Google"

    world.slack.clicks("U0ANA", "appointment_move", on="home", block_id=f"appointment-{made[1].id}")
    world.settles()
    assert "Move" in world.ana.modal
    world.slack.closes("U0ANA")
    world.google.script.add(Fault("DELETE /calendar/v3/calendars", status=503))
    world.slack.clicks("U0ANA", "appointment_cancel", on="home", block_id=f"appointment-{made[0].id}")
    world.settles()
    assert "being cancelled" in world.ana.home
    world.time_passes(timedelta(minutes=5))
    for person in (world.ana, world.ben):
        assert "*No. 0*" not in person.home
        assert "*No. 1*" in person.home
    assert len(about(world.ana, "You cancelled")) == 1
    assert about(world.ana, "is cancelled. Everybody is told") == [], "what the tab says needs no message"
    assert lists_read(world) == looked

    world.google.script.add(Fault("GET /calendar/v3/users/me/calendarList", status=503, times=-1))
    world.ana.opens_home()
    assert ":warning: Google" in world.ana.home
    assert "*No. 1*" in world.ana.home


def lists_read(world: World) -> int:
    """How often Google was asked for a list of calendars."""
    return sum("calendarList" in call.path for call in world.google.journal)


def _clicks_what_is_not_hers(world: World, appointment_id: str) -> str:
    """Cleo has learnt its id somehow, and signs a request with it."""
    world.cleo.types("/calendar agenda")
    seen = world.slack.ephemerals("U0CLEO")[-1]
    action = {"type": "button", "action_id": "appointment_cancel", "block_id": "b", "value": appointment_id}
    cleo = world.slack.state.person("U0CLEO")
    world.slack.delivery.interaction(payloads.block_actions(world.slack.state, cleo, seen, action))
    world.settles()
    return world.cleo.answer


def test_while_google_is_down_a_cancel_says_so_and_is_told_when_it_is_done(world: World) -> None:
    start = soon(world)
    ana, ben = meet(world)
    booked(world, wish([ana], start, booker=ben))
    world.jobs_run()
    (told,) = about(world.ben, "You booked")
    world.google.script.add(Fault("DELETE /calendar/v3/calendars", status=503))
    world.slack.clicks("U0BEN", "appointment_cancel", on="dm", message_ts=told.ts)
    world.settles()
    assert about(world.ben, "is being cancelled. Google has not answered yet")
    assert "being cancelled" in answered(world.ben, "/calendar agenda")
    assert about(world.ben, "You cancelled") == []
    world.time_passes(timedelta(minutes=5))
    assert events(world) == []
    assert len(about(world.ben, "You cancelled")) == len(about(world.ana, "<@U0BEN> cancelled")) == 1


def test_why_says_everything_that_is_in_the_way_and_of_others_neither_title_nor_calendar(world: World) -> None:
    ana, ben = meet(world)
    start = next_monday(world)
    assert "You are bookable" in answered(world.ana, f"/calendar why {lisbon(start)}")
    booked(world, wish([ana], start, booker=ben))
    assert "Another appointment made here" in answered(world.ana, f"/calendar why {lisbon(start)}")
    world.google.add_event(ANA, start + HOUR, start + 2 * HOUR, "Secret dentist")
    mine = answered(world.ana, f"/calendar why {lisbon(start + HOUR)}")
    assert "Busy in *ana@acme.example*" in mine or "Busy in *Ana Lima*" in mine
    theirs = answered(world.ben, f"/calendar why <@U0ANA|ana> {lisbon(start + HOUR - 5 * HOUR)}")
    assert "<@U0ANA> is not bookable" in theirs
    weekly = answered(world.ben, "/calendar why <@U0ANA|ana> next week")
    assert weekly.count("Outside their working hours (09:00 to 17:00 in Lisbon") == 2, "in the text, and in the blocks"
    assert "<@U0ANA> is not bookable at some of these times" in weekly
    assert "• Busy: " in weekly
    for secret in ("Secret dentist", "Busy in"):
        assert secret not in theirs + weekly
    for words, said_of_them in (
        ("<@U0ANA|ana> <@U0CLEO|cleo> friday", "one person at a time"),
        ("<@U0NOBODY|nobody> friday", "is not a member of this workspace"),
        ("@nobody friday", "do not know who “@nobody” is"),
    ):
        assert said_of_them in answered(world.ben, f"/calendar why {words}")
    assert "<@U0ANA> is bookable" in answered(world.gus, f"/calendar why <@U0ANA|ana> {lisbon(start - HOUR)}")
    assert "Outside your working hours" in answered(world.ana, f"/calendar why {lisbon(start + 5 * HOUR)}")
    assert "Further ahead than you" in answered(world.ana, "/calendar why in 300 days")
    day = answered(world.ana, f"/calendar why {start:%Y-%m-%d}")
    for words in ("Outside your working hours", "Another appointment made here", "Busy in"):
        assert words in day
    assert "Too little notice" in answered(world.ana, "/calendar why in 20 minutes")
    assert "do not understand “soonish”" in answered(world.ana, "/calendar why soonish")
    assert "Which time do you mean?" in answered(world.ana, "/calendar why")
    assert "has not connected" in answered(world.ana, f"/calendar why <@U0CLEO|cleo> {lisbon(start)}")
    world.google.break_calendar(ANA)
    assert "could not be read, so it never counts as free" in answered(
        world.ana, f"/calendar why {lisbon(start + HOUR)}"
    )
    assert "A calendar of theirs could not be read" in answered(world.ben, "/calendar why <@U0ANA|ana> in 2 days")


def test_working_hours_change_what_is_bookable_and_nonsense_is_said_under_its_field(world: World) -> None:
    meet(world, "ana")
    start = next_monday(world).replace(hour=20)
    world.ana.types("/calendar agenda")
    world.ana.clicks("Working hours", on="ephemeral")
    world.slack.chooses("U0ANA", "hours_field", ["08:00"], on="modal", block_id="hours_to_0")
    world.ana.submits()
    (errors,) = [view.errors for view in world.slack.state.modals["U0ANA"]]
    assert errors == {"hours_to_0": "Monday: working hours have to end after they start, between 00:00 and 24:00."}
    world.slack.chooses("U0ANA", "hours_field", ["22:00"], on="modal", block_id="hours_to_0")
    world.slack.chooses("U0ANA", "hours_field", ["15 minutes"], on="modal", block_id="hours_buffer_before")
    world.ana.submits()
    assert "Monday: 09:00 to 22:00" in world.ana.modal
    assert "15 minutes free before" in world.ana.modal
    world.slack.closes("U0ANA")
    assert "You are bookable" in answered(world.ana, f"/calendar why {lisbon(start)}")
    world.google.add_event(ANA, start - HOUR, start, "Before")
    assert "Too close to something" in answered(world.ana, f"/calendar why {lisbon(start)}")


def test_disconnecting_lists_first_what_lies_ahead(world: World) -> None:
    ana, ben = meet(world)
    booked(world, wish([ana], next_monday(world), booker=ben, title="Plan the launch"))
    world.ana.types("/calendar disconnect")
    for words in (
        "*1 appointment lies ahead in your calendar*",
        "Plan the launch",
        "with Ben Okafor",
        "stay in Google",
    ):
        assert words in world.ana.answer
    assert "lies ahead" not in answered(world.ben, "/calendar disconnect"), "it lies in Ana's calendar"
    world.ana.types("/calendar status")
    world.ana.clicks("disconnect", on="ephemeral")
    assert "lies ahead" in world.ana.answer, "Slack's own question has no room for it"
    world.ana.clicks("disconnect", on="ephemeral")
    assert f"*{ANA}* is disconnected" in world.ana.answer

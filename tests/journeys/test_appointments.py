"""Appointments through the whole bot: held, written, verified, confirmed; moved and cancelled; or refused, and why."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.appointments import State, event_id
from bot.domain.intervals import Interval
from bot.domain.people import Who
from bot.errors import AvailabilityUnknown, KeyReused, NotBookable, SlotTaken
from storage.booking_tables import Booking, BookingCell
from tests.journeys.diary import booked, events, meet, next_monday, rows, wish
from tests.journeys.outages import ANA, BEN, reconnects
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, World, said

HOUR = timedelta(hours=1)


def test_what_is_booked_stands_in_the_hosts_calendar_and_blocks_everybody_in_it(world_on_either: World) -> None:
    world = world_on_either
    ana, ben = meet(world)
    start = next_monday(world)
    made = booked(world, wish([ana, ben], start))
    assert (made.state, made.start, made.version) == (State.CONFIRMED, start, 1)
    (event,) = events(world)
    assert event["summary"] == "Plan the launch"
    assert [each["email"] for each in event["attendees"]] == [BEN]
    for people in ([ana], [ben], [ben, ana]):
        with pytest.raises(SlotTaken):
            booked(world, wish(people, start + timedelta(minutes=25)))
    assert booked(world, wish([ana], start + timedelta(minutes=30))).state is State.CONFIRMED
    assert len(rows(world, BookingCell)) == 18
    diaries, whole = world.bot.booking.diaries, Interval(start, start + HOUR)
    for zone in ("UTC", "Europe/Lisbon", "Asia/Kathmandu"):  # whose clocks stood differently in 1970
        begin, end = (each.astimezone(ZoneInfo(zone)) for each in (whole.start, whole.end))
        assert diaries.cells(diaries.of(TEAM, [ana]).values(), begin, end) == {ana: [whole]}, zone


def test_what_stands_in_google_is_never_booked_over(world: World) -> None:
    ana, ben = meet(world)
    start = next_monday(world)
    world.google.add_event(BEN, start, start + HOUR, "Dentist")
    with pytest.raises(SlotTaken):
        booked(world, wish([ana, ben], start))
    world.google.add_event(ANA, start + HOUR, start + 2 * HOUR, "Free", transparency="transparent")
    assert booked(world, wish([ana, ben], start + HOUR)).state is State.CONFIRMED
    world.google.break_calendar(BEN)
    with pytest.raises(AvailabilityUnknown):
        booked(world, wish([ana, ben], start + timedelta(hours=1, minutes=30)))
    assert len(events(world)) == 1
    assert [each.state for each in rows(world, Booking) if each.state != State.FAILED] == [State.CONFIRMED]


def test_an_event_that_appears_between_the_look_and_the_writing_wins(world: World) -> None:
    ana, _ = meet(world)
    start = next_monday(world)
    world.google.add_event(ANA, start, start + HOUR, "Just now")
    world.google.delay_visibility(calls=1, readers=["freebusy"])
    world.google.add_event(ANA, start, start + HOUR, "Just now too")
    with pytest.raises(SlotTaken):
        booked(world, wish([ana], start))
    world.google.delay_visibility()
    assert events(world) == []


def test_the_same_request_is_one_appointment_and_another_under_its_key_is_refused(world: World) -> None:
    ana, _ = meet(world)
    start = next_monday(world)
    first = booked(world, wish([ana], start), key="k")
    assert booked(world, wish([ana], start), key="k").id == first.id
    with pytest.raises(KeyReused):
        booked(world, wish([ana], start + HOUR), key="k")
    assert len(events(world)) == 1


def test_moved_and_cancelled(world_on_either: World) -> None:
    world = world_on_either
    ana, ben = meet(world)
    start = next_monday(world)
    made = booked(world, wish([ana, ben], start))
    desk = world.bot.booking.appointments
    moved = desk.move(made.team_id, made.id, start + timedelta(minutes=15), start + timedelta(minutes=45))
    assert (moved.state, moved.start, moved.version) == (State.CONFIRMED, start + timedelta(minutes=15), 2)
    assert events(world)[0]["start"]["dateTime"].startswith(f"{moved.start:%Y-%m-%dT%H:%M}")
    assert booked(world, wish([ana], start, minutes=15)).state is State.CONFIRMED
    with pytest.raises(SlotTaken):
        desk.move(made.team_id, made.id, start, start + timedelta(minutes=30))
    assert desk.get(made.team_id, made.id).start == moved.start
    assert desk.cancel(made.team_id, made.id).state is State.CANCELLED
    assert desk.cancel(made.team_id, made.id).state is State.CANCELLED
    assert len(events(world)) == 1
    assert len(rows(world, BookingCell)) == 3


def test_an_answer_that_is_lost_is_a_promise_that_is_kept(world: World) -> None:
    ana, _ = meet(world)
    start = next_monday(world)
    world.google.script.add(Fault("POST /calendar/v3/calendars", kind="drop", when="after"))
    made = booked(world, wish([ana], start))
    assert made.state is State.HELD
    with pytest.raises(SlotTaken):
        booked(world, wish([ana], start))
    world.time_passes(timedelta(minutes=1))
    assert world.bot.booking.appointments.get(made.team_id, made.id).state is State.CONFIRMED
    assert len(events(world)) == 1


def test_a_promise_that_cannot_be_kept_is_taken_back_in_time(world: World) -> None:
    ana, _ = meet(world)
    start = next_monday(world)
    world.google.script.add(Fault("POST /calendar/v3/calendars", status=503, times=-1))
    made = booked(world, wish([ana], start))
    assert made.state is State.HELD
    world.time_passes(timedelta(minutes=18))
    assert world.bot.booking.appointments.get(made.team_id, made.id).state is State.FAILED
    assert (events(world), rows(world, BookingCell)) == ([], [])


@pytest.mark.parametrize(
    ("shift", "reason"),
    [(timedelta(hours=9), "outside_hours"), (timedelta(days=80), "too_far"), (timedelta(minutes=3), "invalid")],
)
def test_what_cannot_be_booked_says_why(world: World, shift: timedelta, reason: str) -> None:
    ana, _ = meet(world)
    with pytest.raises(NotBookable) as refused:
        booked(world, wish([ana], next_monday(world) + shift))
    assert refused.value.reason == reason
    assert rows(world, Booking) == []


def test_what_people_do_in_google_counts(world: World) -> None:
    ana, ben = meet(world)
    start = next_monday(world, 14)
    desk = world.bot.booking.appointments
    moved, deleted, other = (booked(world, wish([ana, ben], start + number * HOUR)) for number in range(3))
    world.google.move_event(ANA, event_id(moved.id, 0), start + timedelta(minutes=20), start + timedelta(minutes=50))
    world.google.delete_event(ANA, event_id(deleted.id, 0))
    for _ in range(2):
        world.time_leaps(timedelta(minutes=11))
        world.jobs_run()
    assert desk.get(moved.team_id, moved.id).start == start + timedelta(minutes=20)
    assert any("was moved in Google" in said(each) for each in world.ben.messages())
    assert desk.get(moved.team_id, deleted.id).state is State.CANCELLED
    assert desk.get(moved.team_id, other.id).version == 1
    assert booked(world, wish([ana], start, minutes=20)).state is State.CONFIRMED
    assert booked(world, wish([ana], start + HOUR)).state is State.CONFIRMED
    world.google.move_event(ANA, event_id(other.id, 0), moved.start + HOUR, moved.end + HOUR)
    world.time_leaps(timedelta(minutes=11))
    world.jobs_run()
    assert desk.get(moved.team_id, other.id).state is State.CONFLICT
    cleared = desk.move(moved.team_id, other.id, start + 2 * HOUR, start + timedelta(hours=2, minutes=30))
    assert cleared.state is State.CONFIRMED


def test_who_leaves_leaves_the_calendar_as_it_is_and_the_others_know(world: World) -> None:
    ana, ben = meet(world)
    start = next_monday(world)
    made = booked(world, wish([ana, ben], start))
    other, desk = booked(world, wish([ana, ben], start + HOUR)), world.bot.booking.appointments
    world.google.script.add(Fault("DELETE /calendar", status=503))
    assert desk.cancel(other.team_id, other.id, by="U0BEN").state is State.CANCELLING
    world.bot.connections.drop(Who(TEAM, "U0ANA"))
    world.jobs_run()
    assert len(events(world)) == 2
    assert desk.get(made.team_id, made.id).reason == "host_left"
    with pytest.raises(SlotTaken):
        booked(world, wish([ben], start))
    with pytest.raises(NotBookable, match="please do that in Google"):
        desk.cancel(made.team_id, made.id, by="U0BEN")
    with pytest.raises(NotBookable, match="please do that in Google"):
        desk.move(made.team_id, made.id, start + HOUR, start + 2 * HOUR, by="U0BEN")
    assert (desk.get(made.team_id, made.id).state, len(events(world))) == (State.CONFIRMED, 2)
    assert desk.get(made.team_id, other.id).state is State.CANCELLED
    told = [said(each) for each in world.ben.messages()]
    assert any("You cancelled *Plan the launch*" in each and "its host has to." in each for each in told)


def test_what_was_accepted_waits_for_the_reconnect(world: World) -> None:
    ana, ben = meet(world)
    start = next_monday(world)
    desk = world.bot.booking.appointments
    standing = booked(world, wish([ana, ben], start + HOUR))
    world.google.script.add(Fault("POST /calendar/v3/calendars", status=503, times=-1))
    made = booked(world, wish([ana, ben], start))
    world.google.script.clear()
    world.google.revoke(ANA)
    world.google.expire_access_tokens()
    assert desk.cancel(standing.team_id, standing.id).state is State.CANCELLING
    world.hours_pass(2)
    assert desk.get(made.team_id, made.id).state is State.HELD
    with pytest.raises(AvailabilityUnknown):
        booked(world, wish([ana], start + 2 * HOUR))
    reconnects(world.ana, ANA)
    world.time_passes(timedelta(minutes=5))
    assert desk.get(made.team_id, made.id).state is State.CONFIRMED
    assert desk.get(made.team_id, standing.id).state is State.CANCELLED
    assert len(events(world)) == 1


def test_whoever_is_forgotten_is_not_waited_for_in_vain(world: World) -> None:
    ana, ben = meet(world)
    booked(world, wish([ana, ben], next_monday(world)))
    world.jobs_run()
    world.ana.opens_home()
    world.ana.clicks("Delete everything about me")
    world.settles()
    assert "disconnected" in world.ben.messages()[-1].text
    assert rows(world, Booking) == []
    assert len(events(world)) == 1


def test_what_it_takes_up_itself_is_open_to_what_is_moved(world: World) -> None:
    ana, ben = meet(world)
    start = next_monday(world)
    made = booked(world, wish([ana, ben], start, minutes=60))
    free, times = world.bot.booking.availability, (start, start + 2 * HOUR, HOUR)
    assert [slot.start for slot in free.openings(TEAM, [ana, ben], *times).slots] == [start + HOUR]
    moved = [slot.start for slot in free.openings(TEAM, [ana, ben], *times, moving=made).slots]
    assert moved == [start, start + timedelta(minutes=30), start + HOUR]

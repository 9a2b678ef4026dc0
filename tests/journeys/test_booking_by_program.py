"""A booking system's day, over HTTP: it finds people, reads slots, books, moves and cancels, and is told of it all."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import requests
from standardwebhooks.webhooks import Webhook

from bot.domain.api_keys import Scope
from bot.domain.appointments import event_id as event_id_of
from tests.journeys.diary import events, meet, next_monday
from tests.journeys.outages import ANA, BEN, CLEO
from tests.sandbox.faults import Fault
from tests.sandbox.google.errors import google_error
from tests.sandbox.world import TEAM, World

OK, CREATED, ACCEPTED, CONFLICT, PASSED, UNPROCESSABLE, UNAVAILABLE = 200, 201, 202, 409, 412, 422, 503


class Program:
    """A booking system with a key of its own."""

    def __init__(self, world: World) -> None:
        _, self._key = world.bot.booking.keys.create(TEAM, "Booking system", list(Scope), "test")
        self._base = f"{world.bot_url}/api/v1"

    def asks(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._key}", **more.pop("headers", {})}
        return requests.request(method, self._base + path, headers=headers, timeout=30, **more)

    def books(self, **body: Any) -> requests.Response:
        return self.asks("POST", "/appointments", json=body, headers={"Idempotency-Key": uuid4().hex})


@contextmanager
def listening() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """An address of the booking system's own, and what arrives there."""
    heard: list[tuple[dict[str, str], bytes]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_booking_systems_day(world: World) -> None:
    ana, ben = meet(world)
    program, start = Program(world), next_monday(world, 14)
    with listening() as (url, heard):
        _, secret = world.bot.booking.webhooks.add(TEAM, url, "test")
        (found,) = program.asks("GET", "/people", params={"email": "ana@acme.example"}).json()["items"]
        assert found["id"] == ana
        window = {"people": f"{ana},{ben}", "start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
        slots = program.asks("GET", "/availability", params={**window, "length": 30}).json()["slots"]
        assert len(slots) == 4
        wanted = {"people": [ana, ben], "title": "Kick-off", **{name: slots[0][name] for name in ("start", "end")}}
        booked = program.books(**wanted)
        assert booked.status_code == CREATED, booked.text
        assert program.books(**wanted).status_code == CONFLICT
        place = booked.headers["Location"].rpartition("/appointments")[2]
        moved = program.asks("PATCH", f"/appointments{place}", json={name: slots[2][name] for name in ("start", "end")})
        assert moved.json()["start"] == slots[2]["start"]
        assert program.asks("DELETE", f"/appointments{place}").json()["state"] == "cancelled"
        assert events(world) == []
        world.bot.booking.webhooks.deliver()
    told = [Webhook(secret).verify(body, headers) for headers, body in heard]
    assert [each["type"] for each in told] == ["appointment.confirmed", "appointment.moved", "appointment.cancelled"]
    assert "Kick-off" not in json.dumps(told)


def test_what_a_booking_system_is_told_when_it_does_not_work(world: World) -> None:
    ana, _ = meet(world)
    program, start = Program(world), next_monday(world, 14)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    late = {"start": times["start"].replace("T14", "T23"), "end": times["end"].replace("T14", "T23")}
    assert program.books(people=[ana], title="Late", **late).status_code == UNPROCESSABLE
    world.google.break_calendar("ana@acme.example")
    assert program.books(people=[ana], title="Unknown", **times).status_code == UNAVAILABLE
    world.google.break_calendar("ana@acme.example", None)
    wrong = google_error(400, "invalid", "Invalid attendee email.")
    world.google.script.add(Fault("POST /calendar/v3/calendars", status=400, body=wrong))
    refused = program.books(people=[ana], title="Odd", guests=["kim@outside.example"], **times)
    assert (refused.status_code, refused.json()["code"]) == (UNPROCESSABLE, "refused_by_google")
    for path in ("people", "appointments"):
        answer = program.asks("GET", f"/{path}", params={"cursor": "garbage"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (UNPROCESSABLE, "cursor")
    world.google.script.add(Fault("POST /calendar/v3/calendars", kind="drop", when="after"))
    pending = program.books(people=[ana], title="Lost answer", **times)
    assert pending.status_code == ACCEPTED
    place = pending.headers["Location"].rpartition("/appointments")[2]
    world.time_passes(timedelta(minutes=1))
    assert program.asks("GET", f"/appointments{place}").json()["state"] == "confirmed"
    assert len(events(world)) == 1


def test_what_an_appointment_says_is_changed_alone_and_with_its_time(world: World) -> None:
    """Guests' answers, and guests whom somebody has added in Google, stay; who comes and who goes is told so."""
    ana, ben, cleo = meet(world, "ana", "ben", "cleo")
    program, start = Program(world), next_monday(world, 14)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    guests = ["kim@outside.example", "lee@outside.example"]
    folded = [*guests, "KIM@outside.example", ANA, BEN.upper()]
    made = program.books(people=[ana, ben], title="Kick-off", guests=folded, **times).json()
    assert sorted(each["email"] for each in events(world)[0]["attendees"]) == [BEN, *guests]
    here, event_id = f"/appointments/{made['id']}", event_id_of(made["id"], 0)
    world.google.respond(ANA, event_id, guests[1], "accepted")
    by_hand = [*events(world)[0]["attendees"], {"email": "max@outside.example"}]
    world.google.change_event(ANA, event_id, attendees=by_hand)
    words = {"title": "New kick-off", "place": "Room 3", "optional": [cleo]}
    words |= {"guests": ["LEE@outside.example", "may@outside.example"]}
    with listening() as (url, heard):
        _, secret = world.bot.booking.webhooks.add(TEAM, url, "test")
        world.jobs_run()
        mailed, told = len(world.google.mail), len(world.ben.messages())
        changed = program.asks("PATCH", here, json=words, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["ETag"]) == (OK, '"2"'), changed.text
        assert [program.asks("PATCH", here, json=words).json()["version"] for _ in range(2)] == [2, 2]
        (event,) = events(world)
        assert (event["summary"], event["location"], event["sequence"]) == ("New kick-off", "Room 3", 0)
        stay, come = {BEN, guests[1], "max@outside.example"}, {"may@outside.example", CLEO}
        answers = {each["email"]: each.get("responseStatus") for each in event["attendees"]}
        assert (set(answers), answers[guests[1]]) == (stay | come, "accepted")
        kinds = {**dict.fromkeys(stay, "update"), **dict.fromkeys(come, "invitation"), guests[0]: "cancellation"}
        assert sorted((each.to, each.kind) for each in world.google.mail[mailed:]) == sorted(kinds.items())
        world.jobs_run()
        (message,) = world.ben.messages()[told:]
        assert "A booking system changed *New kick-off*" in message.text
        assert "*Title before:* Kick-off" in str(message.blocks)
        assert "A booking system invited you to *New kick-off*" in world.cleo.messages()[-1].text
        both = {"start": (start + timedelta(hours=1)).isoformat(), "title": "Third", "optional": [], "video": True}
        moved = program.asks("PATCH", here, json=both).json()
        (event,) = events(world)
        assert (moved["title"], event["summary"], event["sequence"], moved["version"]) == ("Third", "Third", 1, 3)
        assert moved["start"][:16] == event["start"]["dateTime"][:16] == (start + timedelta(hours=1)).isoformat()[:16]
        assert moved["video_url"]
        assert program.asks("PATCH", here, json={"video": False, "place": ""}).json()["video_url"] is None
        assert not {"location", "conferenceData"} & events(world)[0].keys()
        world.jobs_run()
        assert [each.text.split()[3] for each in world.ben.messages()[told:]] == ["system", "system", "system"]
        assert "You are not invited to *Third* any more." in world.cleo.messages()[-1].text
        world.bot.booking.webhooks.deliver()
    types = [Webhook(secret).verify(body, headers)["type"] for headers, body in heard]
    assert types == ["appointment.changed", "appointment.moved", "appointment.changed"]


def test_what_shows_at_google_only_later_is_reported(world: World) -> None:
    ana, ben = meet(world)
    program, start = Program(world), next_monday(world, 14)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    world.google.delay_visibility(timedelta(seconds=90))
    world.google.add_event(BEN, start + timedelta(minutes=10), start + timedelta(hours=1), "Shows late")
    made = program.books(people=[ana, ben], title="Kick-off", **times)
    assert made.status_code == CREATED
    world.time_leaps(timedelta(minutes=11))
    world.jobs_run()
    found = program.asks("GET", f"/appointments/{made.json()['id']}").json()
    assert (found["state"], found["version"]) == ("conflict", 2)
    assert all(each.sees("*Kick-off* now overlaps") for each in (world.ana, world.ben))


def test_words_that_google_has_not_got_yet_are_a_promise(world: World) -> None:
    """It is kept once, or taken back in time; then Google is given back what it had."""
    ana, ben = meet(world)
    program, start = Program(world), next_monday(world, 14)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    here = f"/appointments/{program.books(people=[ana, ben], title='Kick-off', **times).json()['id']}"
    world.google.script.add(Fault("PATCH /calendar/v3/calendars", kind="drop", when="after"))
    pending = program.asks("PATCH", here, json={"title": "Later"})
    assert (pending.status_code, pending.json()["title"]) == (ACCEPTED, "Kick-off"), pending.text
    assert pending.json()["changing_to"]["title"] == "Later"
    assert program.asks("PATCH", here, json={"title": "Later"}).status_code == ACCEPTED
    assert program.asks("PATCH", here, json={"title": "Other"}).json()["code"] == "not_changeable"
    world.time_passes(timedelta(minutes=1))
    found = program.asks("GET", here).json()
    assert (found["title"], found["changing_to"], found["version"]) == ("Later", None, 2)
    assert [each.kind for each in world.google.mail if each.to == BEN] == ["invitation", "update"]
    world.google.script.add(Fault("/events/b", status=503, times=-1, when="after"))
    assert program.asks("PATCH", here, json={"title": "Never", "place": "Nowhere"}).status_code == ACCEPTED
    assert [each["summary"] for each in events(world)] == ["Never"]
    world.time_passes(timedelta(minutes=14))
    world.google.script.clear()
    world.time_passes(timedelta(minutes=1))
    found = program.asks("GET", here).json()
    assert (found["title"], found["place"], found["changing_to"]) == ("Later", "", None)
    assert [(each["summary"], each.get("location")) for each in events(world)] == [("Later", None)]
    assert "*Later* could not be changed: it stays as it was." in world.ben.messages()[-1].text


def test_what_cannot_be_changed_says_which_field(world: World) -> None:
    ana, _ = meet(world)
    program, start = Program(world), next_monday(world, 14)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    here = f"/appointments/{program.books(people=[ana], title='Kick-off', **times).json()['id']}"

    def refused(**change: Any) -> tuple[int, str, str]:
        answer = program.asks("PATCH", here, json=change)
        problem = answer.json()
        return answer.status_code, problem["type"].rpartition("#")[2], problem["errors"][0]["field"]

    wrong: dict[str, list[Any]] = {
        "title": [" ", "", None, "a" * 201, "a\nb"],
        "place": [None, "a" * 301],
        "video": ["yes"],
        "guests.0": [["nobody"]],
        "optional": [[ana, ana]],
        "people": [[ana]],
        "start": ["tomorrow"],
    }
    for field, values in wrong.items():
        for value in values:
            assert refused(**{field.partition(".")[0]: value}) == (UNPROCESSABLE, "invalid", field)
    assert refused() == (UNPROCESSABLE, "invalid", "body")
    assert refused(optional=[ana]) == (UNPROCESSABLE, "not-bookable", "optional")
    assert refused(optional=["0" * 32]) == (UNPROCESSABLE, "not-bookable", "optional")
    assert program.asks("PATCH", here, json={"title": "Other", "version": 7}).status_code == PASSED
    world.google.script.add(Fault("PATCH /calendar", status=403, body=google_error(403, "requiredAccessLevel", "No")))
    assert refused(place="Room 3") == (UNPROCESSABLE, "not-bookable", "place")
    assert program.asks("GET", here).json()["changing_to"] is None
    other = program.books(people=[ana], title="Other", **{name: at.replace("T14", "T15") for name, at in times.items()})
    there = f"/appointments/{other.json()['id']}"
    world.google.script.add(
        Fault("DELETE /calendar", status=200, when="after")
    )  # which proves nothing: it is looked at
    assert program.asks("DELETE", there).status_code == OK
    assert "was cancelled" in program.asks("PATCH", there, json={"title": "Third"}).json()["detail"]
    world.clock.advance(start + timedelta(hours=1) - world.clock.now())
    assert refused(title="Other") == (UNPROCESSABLE, "not-bookable", "title")
    over = program.asks("DELETE", here)
    assert (over.status_code, over.json()["code"]) == (UNPROCESSABLE, "over")
    assert [each["summary"] for each in events(world)] == ["Kick-off"]


def test_a_change_meets_what_others_do_meanwhile(world: World) -> None:
    """All of it or nothing; and what was moved by hand is not moved back because its title changes."""
    ana, ben = meet(world)
    program, start = Program(world), next_monday(world, 14)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    made = program.books(people=[ana, ben], title="One", guests=["kim@outside.example"], **times).json()
    here, later = f"/appointments/{made['id']}", start + timedelta(hours=1)
    world.google.delay_visibility(calls=1, readers=["freebusy"])
    world.google.add_event(ANA, later, later + timedelta(hours=1), "Just now")
    both = {"start": later.isoformat(), "title": "Two", "guests": []}
    assert program.asks("PATCH", here, json=both).status_code == CONFLICT
    world.google.delay_visibility()
    (event,) = events(world)
    assert (event["summary"], len(event["attendees"])) == ("One", 2)
    assert {**program.asks("GET", here).json(), "version": 1} == made
    five = timedelta(minutes=5)
    world.google.move_event(ANA, event["id"], start + five, start + 7 * five)
    assert program.asks("PATCH", here, json={"title": "Three"}).status_code == OK
    (event,) = events(world)
    assert (event["summary"], event["start"]["dateTime"][14:16]) == ("Three", "05")
    world.google.script.add(Fault("PATCH /calendar/v3/calendars", status=503))
    assert program.asks("PATCH", here, json={"title": "Four"}).status_code == ACCEPTED
    assert program.asks("DELETE", here).status_code == ACCEPTED
    world.time_passes(timedelta(minutes=1))
    found = program.asks("GET", here).json()
    assert (found["state"], found["title"], found["changing_to"]) == ("cancelled", "Three", None)
    assert events(world) == []

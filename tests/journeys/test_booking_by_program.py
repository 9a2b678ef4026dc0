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
from tests.journeys.diary import events, meet, next_monday
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, World

CREATED, ACCEPTED, CONFLICT, UNPROCESSABLE, UNAVAILABLE = 201, 202, 409, 422, 503


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
    world.google.script.add(Fault("POST /calendar/v3/calendars", kind="drop", when="after"))
    pending = program.books(people=[ana], title="Lost answer", **times)
    assert pending.status_code == ACCEPTED
    place = pending.headers["Location"].rpartition("/appointments")[2]
    world.time_passes(timedelta(minutes=1))
    assert program.asks("GET", f"/appointments{place}").json()["state"] == "confirmed"
    assert len(events(world)) == 1

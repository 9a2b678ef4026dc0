"""T6: somebody else answers in Google's place, well-meant and wrong: nobody is told anything that is not so."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import NamedTuple

import pytest
from sqlmodel import col, select

from bot.domain.appointments import State
from bot.errors import AvailabilityUnknown, SlotTaken
from storage.booking_tables import Booking, Operation, Word
from storage.tables import Connection
from storage.watch_tables import Outage, Reminder
from tests.proofs.company import HALF_AN_HOUR, Company
from tests.proofs.model import mistold, stored, told_falsely, wrong
from tests.proofs.scale import size
from tests.sandbox.faults import PROXY, Fault
from tests.sandbox.world import TEAM, World, world_with

TIMES = size(50)
ANA = "ana@acme.example"
JSON = {"content-type": "application/json"}
BOOK, MOVE, CANCEL, LOOK = "book", "move", "cancel", "look"
TOKEN, BUSY, LIST = "POST /token", "POST */freeBusy", "GET */events"
INSERT, PATCH, GET, DELETE = "POST */events", "PATCH */events/*", "GET */events/*", "DELETE */events/*"
LASTS = ((), (5,), (5, 15))
"""Minutes until the sweeps that meet with it as well: none, one that tries again, one behind the promise's end too."""
ENDS = {
    BOOK: (State.CONFIRMED, State.FAILED),
    MOVE: (State.CONFIRMED,),
    CANCEL: (State.CANCELLED,),
}


class Call(NamedTuple):
    """One that is made on the way to a deed, and what its answer would be."""

    deed: str
    where: str
    kind: str
    writes: bool = False
    after_a_loss_of: str = ""
    """It is only made when no answer came to this one."""


CALLS = (
    Call(BOOK, TOKEN, ""),
    Call(BOOK, BUSY, "freeBusy"),
    Call(BOOK, LIST, "events"),
    Call(BOOK, INSERT, "event", writes=True),
    Call(BOOK, GET, "event", after_a_loss_of=INSERT),
    Call(MOVE, TOKEN, ""),
    Call(MOVE, BUSY, "freeBusy"),
    Call(MOVE, LIST, "events"),
    Call(MOVE, PATCH, "event", writes=True),
    Call(MOVE, GET, "event", after_a_loss_of=PATCH),
    Call(CANCEL, TOKEN, ""),
    Call(CANCEL, DELETE, "event", writes=True),
    Call(LOOK, TOKEN, ""),
    Call(LOOK, "GET */calendarList*", "calendarList"),
)


def false_answers(call: Call, number: int) -> Iterator[Fault]:
    """In the place of what was asked for; where something is written, every other time once that is done."""
    begun = f'{{"kind": "calendar#{call.kind}", "etag": "' if call.kind else '{"access_token": "ya29.A0'
    for each in (*PROXY, Fault("", status=200, body=begun, headers=JSON), Fault("", status=200, body={})):
        number += 1
        yield replace(each, where=call.where, when="after" if call.writes and number % 2 else "before")


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(sqlite_database_url) as made:
        yield made


class Stage:
    """Appointments come, move and go, each time with a false answer on the way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = world.bot.booking.appointments
        self._company = Company(world, TIMES)
        self._standing: list[str] = []
        self._number = 0

    def plays(self, call: Call, fault: Fault) -> None:
        """Nothing that is said meanwhile is false, and it ends well."""
        script, lasts = self._world.google.script, LASTS[self._number % len(LASTS)]
        self._number += 1
        if not self._standing:
            self._standing.append(self._booked(self._slot() + 2 * HALF_AN_HOUR))
        self._world.google.expire_access_tokens()
        if call.after_a_loss_of:
            script.add(Fault(call.after_a_loss_of, kind="drop", when="after"))
        script.met.clear()  # it remembers the last thousand alone
        script.add(replace(fault, times=-1 if lasts else 1))
        about = self._does(call)
        for minutes in lasts:
            self._goes_on(call.deed, about, minutes)
        if lasts:
            script.clear()
        for _ in range(3):
            self._goes_on(call.deed, about, 1)
            if not stored(self._world, Operation):
                break
        assert len(script.met) > bool(call.after_a_loss_of), "nobody has asked"
        self._has_ended(call.deed, about)

    def _does(self, call: Call) -> str:
        """Which appointment it is about."""
        start = self._slot()
        if call.deed == BOOK:
            if call.where in (BUSY, LIST):
                self._somebody_comes_before_us(start)
            about = self._booked(start)
        elif call.deed in (MOVE, CANCEL):
            about = self._standing.pop(0)
            with suppress(AvailabilityUnknown):
                if call.deed == MOVE:
                    self._desk.move(TEAM, about, start, start + HALF_AN_HOUR)
                else:
                    self._desk.cancel(TEAM, about)
        else:
            about = ""
        self._is_so(call.deed, about)
        return about

    def _slot(self) -> datetime:
        """Another one each time."""
        return self._company.tomorrow(days=2 + self._number // 8) + self._number % 8 * 6 * HALF_AN_HOUR

    def _booked(self, start: datetime) -> str:
        with suppress(AvailabilityUnknown, SlotTaken):
            self._company.books([self._company.ids[self._number % TIMES]], start, f"{start}")
        with self._world.bot.database.reading() as session:
            return session.exec(select(Booking.id).where(col(Booking.starts_at) == start)).one()

    def _somebody_comes_before_us(self, start: datetime) -> None:
        """Nobody who looks for the first time sees it."""
        google, email = self._world.google, self._company.members[self._number % TIMES].email
        google.delay_visibility(calls=1, readers=["freebusy"])
        google.add_event(email, start, start + HALF_AN_HOUR, "Just now")
        google.delay_visibility()

    def _goes_on(self, deed: str, about: str, minutes: int) -> None:
        self._company.sweeps(1, timedelta(minutes=minutes))
        self._is_so(deed, about)

    def _is_so(self, deed: str, about: str) -> None:
        """What the bot thinks of the appointment, or of the connection when it looks."""
        if deed == LOOK:
            member = self._company.members[self._number % TIMES]
            self._world.bot.watching.sweep.look_at([member.connection_id])
        else:
            assert told_falsely(self._world, self._row(about)) == []
        assert self._company.crowd.unhealthy() == []

    def _has_ended(self, deed: str, about: str) -> None:
        if deed == LOOK:
            return
        row = self._row(about)
        assert row.state in ENDS[deed]
        assert row.move_starts_at is None
        if row.state == State.CONFIRMED:
            self._standing.append(about)

    def _row(self, about: str) -> Booking:
        with self._world.bot.database.reading() as session:
            return session.exec(select(Booking).where(Booking.id == about)).one()

    def is_calm(self) -> None:
        """Each was told of their appointments, once, and of nothing else."""
        assert wrong(self._world) == []
        assert mistold(self._world) == []
        assert sum(self._company.crowd.told().values()) == len(stored(self._world, Word))
        assert [stored(self._world, table) for table in (Outage, Reminder)] == [[], []]


def test_nothing_false_is_believed_of_an_appointment_or_a_connection(world: World) -> None:
    stage = Stage(world)
    for number in range(TIMES):
        for call in CALLS:
            for fault in false_answers(call, number):
                stage.plays(call, fault)
    stage.is_calm()


def test_nothing_false_is_believed_of_a_consent(world: World) -> None:
    """The same link leads there again and again, until Google itself answers."""
    world.ana.connects_google(ANA)
    for number in range(TIMES):
        before = stored(world, Connection)
        world.ana.types("/calendar connect")
        browser, way = world.ana.opens_link(), "Continue"
        for where in (TOKEN, "GET /v1/userinfo"):
            for fault in false_answers(Call("consent", where, "", writes=where == TOKEN), number):
                world.google.script.add(fault)
                browser.presses(way)
                way = "Try again"
                assert "That did not work" in world.ana.consents(ANA).page
        assert stored(world, Connection) == before
        browser.presses(way)
        assert "Connected" in world.ana.consents(ANA).page
    assert [stored(world, table) for table in (Outage, Reminder)] == [[], []]

"""T28: each guard of an appointment is taken away in its turn, and the checker that it is there for goes red.

With the guard the same story ends well: a checker that is always red would prove nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from io import StringIO
from secrets import token_hex
from typing import Any, NamedTuple

import pytest
from sqlalchemy import delete, true, update
from sqlmodel import col

from bot.domain.appointments import State
from bot.domain.faults import GoogleFault
from bot.errors import SlotTaken
from bot.google.events import GoogleEvents
from bot.services import portraits
from bot.services.collisions import Collisions
from bot.services.writing import Writing, finish
from storage import bookings, inserts, operations
from storage.booking_tables import Booking, Operation
from tests.proofs.company import HALF_AN_HOUR, Company
from tests.proofs.model import stored, wrong
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, World, world_with

Patch = pytest.MonkeyPatch
_INSERT = "POST /calendar/v3/calendars"
_PAST_THE_LEASE = timedelta(minutes=4)


class Scene(NamedTuple):
    """Where a story is played; ``key`` is another one each time."""

    world: World
    company: Company
    start: datetime
    key: str
    patch: Patch

    def books(self, key: str = "") -> None:
        with suppress(SlotTaken):
            self.company.books(self.company.ids[:1], self.start, self.key + key)

    def during(self, owner: Any, name: str, happens: Callable[[], object]) -> None:
        """When somebody comes to ``name`` for the first time, something else happens first."""
        plain, to_come = getattr(owner, name), [happens]

        def interrupted(*args: Any, **more: Any) -> Any:
            while to_come:
                to_come.pop()()
            return plain(*args, **more)

        self.patch.setattr(owner, name, interrupted)

    def end(self) -> list[str]:
        """What is wrong once everything is done that can be."""
        self.company.sweeps(3)
        return wrong(self.world)

    @property
    def made(self) -> Booking:
        (row,) = (each for each in stored(self.world, Booking) if each.idempotency_key.startswith(self.key))
        return row


# --- the stories ------------------------------------------------------------------------------------------------------


def two_book_while_google_shows_neither(scene: Scene) -> list[str]:
    scene.world.google.delay_visibility(lasts=timedelta(hours=1))
    scene.books("one")
    scene.books("other")
    scene.world.google.delay_visibility()
    return scene.end()


def an_answer_is_lost(scene: Scene) -> list[str]:
    scene.world.google.script.add(Fault(_INSERT, kind="drop", when="after"))
    scene.books()
    return scene.end()


def it_is_cancelled_while_it_is_written(scene: Scene) -> list[str]:
    desk = scene.world.bot.booking.appointments
    scene.during(Collisions, "came_in_between", lambda: desk.cancel(TEAM, scene.made.id))
    scene.books()
    found = scene.end()
    return found if scene.made.state == State.CANCELLED else [*found, "it was cancelled and stands all the same"]


def the_sweeper_comes_by_while_it_is_written(scene: Scene) -> list[str]:
    writing, at_once = list[str](), list[str]()
    plain = Writing.write

    def watched(self: Writing, task: Any, loaded: Any) -> None:
        at_once.extend(f"{each} is written by two at once" for each in writing if each == task.booking_id)
        writing.append(task.booking_id)
        plain(self, task, loaded)
        writing.remove(task.booking_id)

    scene.patch.setattr(Writing, "write", watched)
    scene.during(Collisions, "came_in_between", scene.world.bot.booking.outbox.run)
    scene.books()
    return [*scene.end(), *at_once]


def somebody_sleeps_past_the_lease(scene: Scene) -> list[str]:
    def another_one_does_it() -> None:
        scene.world.clock.advance(_PAST_THE_LEASE)
        scene.world.bot.booking.outbox.run()

    scene.during(Collisions, "look", another_one_does_it)
    scene.books()
    return scene.end()


def something_else_comes_in_between(scene: Scene) -> list[str]:
    google, calendar_id = scene.world.google, scene.company.members[0].email
    google.delay_visibility(calls=1, readers=["freebusy"])
    google.add_event(calendar_id, scene.start, scene.start + HALF_AN_HOUR, "Just now")
    google.delay_visibility()
    scene.books()
    return scene.end()


def an_insert_arrives_behind_the_cancelling(scene: Scene) -> list[str]:
    sent = list[tuple[tuple[Any, ...], dict[str, Any]]]()
    plain = GoogleEvents.insert

    def noted(*args: Any, **more: Any) -> Any:
        sent.append((args, more))
        return plain(*args, **more)

    scene.patch.setattr(GoogleEvents, "insert", noted)
    scene.world.google.script.add(Fault(_INSERT, kind="drop"))
    scene.books()
    scene.world.bot.booking.appointments.cancel(TEAM, scene.made.id)
    scene.end()
    args, more = sent[0]
    with suppress(GoogleFault):  # what Google says to whoever has long stopped listening
        plain(*args, **more)
    return scene.end()


# --- the guards -------------------------------------------------------------------------------------------------------


def without_key_of_cells(patch: Patch) -> None:
    def all_new(session: Any, table: Any, rows: Any) -> int:
        inserts.insert_new(session, table, rows)
        return len(rows)

    patch.setattr(bookings, "insert_new", all_new)


def without_id_of_the_booking(patch: Patch) -> None:
    patch.setattr(portraits, "event_id", lambda *_: token_hex(13))


def without_compare_and_set(patch: Patch) -> None:
    def changed(session: Any, seen: Booking, _states: object, **values: Any) -> bool:
        session.exec(update(Booking).where(col(Booking.id) == seen.id).values(**values))
        return True

    patch.setattr(bookings, "change", changed)


def without_lease(patch: Patch) -> None:
    patch.setattr(operations, "is_free", lambda *_: true())


def without_a_look_at_the_lease(patch: Patch) -> None:
    def done(session: Any, task: operations.Task) -> bool:
        session.exec(delete(Operation).where(col(Operation.id) == task.id))
        return True

    patch.setattr(operations, "done", done)


def without_verifying(patch: Patch) -> None:
    patch.setattr(Collisions, "came_in_between", lambda *_: False)


def without_using_up_the_id(patch: Patch) -> None:
    def finished(self: Any, task: operations.Task, _loaded: object) -> None:
        with self._database.transaction() as session:
            finish(session, task)

    patch.setattr(Writing, "absorb", finished)


GUARDS = {
    "cells": (without_key_of_cells, two_book_while_google_shows_neither, "overlap"),
    "event_id": (without_id_of_the_booking, an_answer_is_lost, "events stand for it"),
    "compare_and_set": (without_compare_and_set, it_is_cancelled_while_it_is_written, "stands all the same"),
    "lease": (without_lease, the_sweeper_comes_by_while_it_is_written, "by two at once"),
    "lease_at_the_end": (without_a_look_at_the_lease, somebody_sleeps_past_the_lease, "events stand for it"),
    "verify": (without_verifying, something_else_comes_in_between, "stands over something else"),
    "used_up_id": (without_using_up_the_id, an_insert_arrives_behind_the_cancelling, "events stand for it"),
}


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(sqlite_database_url) as made:
        yield made


@pytest.mark.parametrize("guard", GUARDS)
def test_without_its_guard_the_checker_goes_red(world: World, guard: str) -> None:
    remove, story, complaint = GUARDS[guard]
    company = Company(world, 1)
    with pytest.MonkeyPatch.context() as patch:
        assert story(Scene(world, company, company.tomorrow(), "with", patch)) == []
    with pytest.MonkeyPatch.context() as patch:
        remove(patch)
        later = company.tomorrow(days=3)
        assert any(complaint in each for each in story(Scene(world, company, later, "without", patch)))

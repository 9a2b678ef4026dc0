"""What may befall a calendar while an appointment is under way: nothing is left at Google of what was not accepted."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from bot.domain.appointments import State
from bot.errors import BotError
from bot.services.collisions import Collisions
from storage.booking_tables import Booking
from tests.proofs.company import HALF_AN_HOUR, Company
from tests.proofs.model import stored, wrong
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, World, world_with

_A_QUARTER = timedelta(minutes=15)


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    with world_with(sqlite_database_url) as made:
        yield made


def once_before(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], object]) -> None:
    """It happens when somebody comes to this method of Collisions for the first time."""
    plain, to_come = getattr(Collisions, name), [happens]

    def interrupted(*args: Any, **more: Any) -> Any:
        while to_come:
            to_come.pop()()
        return plain(*args, **more)

    monkeypatch.setattr(Collisions, name, interrupted)


def heals(world: World, company: Company) -> None:
    """Google takes the grant again, the bot finds out, and what waits is done."""
    world.google.set_account_state(company.members[0].email, "ok")
    for _ in range(4):
        company.sweeps(1)
        world.bot.watching.sweep.run()


@pytest.mark.parametrize("moves", [False, True], ids=["booked", "moved"])
def test_a_connection_that_breaks_right_behind_the_writing(
    world: World, monkeypatch: pytest.MonkeyPatch, moves: bool
) -> None:
    company = Company(world, 1)
    start, later = company.tomorrow(), company.tomorrow() + _A_QUARTER
    made = company.books(company.ids, start, "k") if moves else None

    def breaks() -> None:
        world.google.set_account_state(company.members[0].email, "disabled")
        world.google.expire_access_tokens()

    once_before(monkeypatch, "came_in_between", breaks)
    with suppress(BotError):
        if made is None:
            company.books(company.ids, start, "k")
        else:
            world.bot.booking.appointments.move(TEAM, made.id, later, later + HALF_AN_HOUR)
    (row,) = stored(world, Booking)
    assert later == row.move_starts_at if moves else row.state == State.HELD, "Google has it: that is promised now"
    heals(world, company)
    (row,) = stored(world, Booking)
    assert (row.state, row.starts_at) == (State.CONFIRMED, later if moves else start)
    assert wrong(world) == []


def test_a_calendar_that_may_no_longer_be_written_to_while_a_promise_is_open(world: World) -> None:
    company = Company(world, 1)
    email = company.members[0].email
    world.google.script.add(Fault("POST /calendar/v3/calendars", status=503))
    assert company.books(company.ids, company.tomorrow(), "k").state is State.HELD
    world.google.set_role(email, email, "reader")
    company.sweeps(6)
    assert [each.state for each in stored(world, Booking)] == [State.FAILED]
    assert wrong(world) == []

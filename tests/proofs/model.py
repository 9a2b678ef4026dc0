"""The model checker of appointments: once all is quiet, the database and Google have to hold one and the same."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

from sqlmodel import SQLModel, select

from bot.domain.appointments import LIVE, OVER, State
from bot.services.portraits import Loaded
from storage import bookings
from storage.booking_tables import Booking, BookingCell, Operation, Word
from storage.tables import Person
from tests.sandbox.world import World

Row = TypeVar("Row", bound=SQLModel)
Cell = tuple[str, int, str]


@dataclass(frozen=True)
class Held:
    """All that there is to compare."""

    appointments: Sequence[Loaded]
    cells: frozenset[Cell]
    pending: int
    """Operations that are still to be done."""
    events: dict[str, list[tuple[str, dict[str, Any]]]]
    """Ours that stand at Google, by the appointment they bear the mark of, each with its calendar."""
    others: dict[str, list[tuple[datetime, datetime]]]
    """What else stands there and blocks, by calendar."""

    @classmethod
    def by(cls, world: World) -> "Held":
        rows = stored(world, Booking)
        with world.bot.database.reading() as session:
            parties = bookings.parties(session, [row.id for row in rows])
            cells = frozenset(
                (cell.person_id, cell.cell, cell.booking_id) for cell in session.exec(select(BookingCell))
            )
        events: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        others: dict[str, list[tuple[datetime, datetime]]] = {}
        standing = list(_standing(world))
        uids = {each["iCalUID"] for _, each in standing if _mark(each)}
        for calendar_id, each in standing:
            if mark := _mark(each):
                events.setdefault(mark, []).append((calendar_id, each))
            elif each["iCalUID"] not in uids and each.get("transparency") != "transparent":
                others.setdefault(calendar_id, []).append(_span(each))
        appointments = [Loaded(row, parties[row.id]) for row in rows]
        return cls(appointments, cells, len(stored(world, Operation)), events, others)


def stored(world: World, table: type[Row]) -> list[Row]:
    """All its rows."""
    with world.bot.database.reading() as session:
        return list(session.exec(select(table)))


def wrong(world: World) -> list[str]:
    """Everything that contradicts what is promised, in words; nothing when all is as it should be."""
    held = Held.by(world)
    return [*_unfinished(held), *_overlapping(held), *_cells(held), *_events(held), *_over_others(held)]


def told_falsely(world: World, row: Booking) -> list[str]:
    """What people and programs have been told of it and is not so, though much may still be under way."""
    if row.move_starts_at is not None or row.state not in {State.CONFIRMED, *OVER}:
        return []
    events = world.google.events(row.calendar_id)
    ours = [_span(each) for each in events if _mark(each) == row.id]
    others = [_span(each) for each in events if _mark(each) != row.id]
    if row.state != State.CONFIRMED:
        return [f"{row.id} is {row.state}, and an event stands for it"] if ours else []
    if ours != [(row.starts_at, row.ends_at)]:
        return [f"{row.id} is confirmed, and {len(ours)} events stand for it, or at another time"]
    over = any(begins < row.ends_at and row.starts_at < ends for begins, ends in others)
    return [f"{row.id} is confirmed, over something else"] if over else []


def mistold(world: World) -> list[str]:
    """Changes that somebody was not told of, or more than once."""
    users = {person.id: person.user_id for person in stored(world, Person)}
    found = []
    for word in stored(world, Word):
        messages = [each for each in world.slack.marked(users[word.person_id], word.id) if not each.deleted]
        if len(messages) != 1:
            found.append(f"{word.kind} of {word.booking_id} was told {len(messages)} times")
    return found


def _unfinished(held: Held) -> Iterator[str]:
    if held.pending:
        yield f"{held.pending} operations are left"
    for each in held.appointments:
        if each.row.state not in {State.CONFIRMED, *OVER}:
            yield f"{each.row.id} is still {each.row.state}"
        if each.row.move_starts_at is not None:
            yield f"{each.row.id} is still to be moved"


def _overlapping(held: Held) -> Iterator[str]:
    """Without looking at the cells: they are what is to be proved."""
    times: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for each in held.appointments:
        for part in each.blocking if each.row.state == State.CONFIRMED else ():
            times.setdefault(part.person_id or "", []).append((each.row.starts_at, each.row.ends_at, each.row.id))
    for person_id, taken in times.items():
        for (_, end, one), (start, _, other) in pairwise(sorted(taken)):
            if start < end:
                yield f"{one} and {other} overlap for {person_id}"


def _cells(held: Held) -> Iterator[str]:
    needed = set[Cell]()
    for each in held.appointments:
        if each.row.state in LIVE:
            everybody = {part.person_id or "": None for part in each.blocking}
            covered = each.cells(each.row.starts_at, each.row.ends_at, everybody)
            needed |= {(person_id, cell, each.row.id) for person_id, cells in covered.items() for cell in cells}
    for word, cells in (("lost", needed - held.cells), ("kept for nothing", held.cells - needed)):
        for booking_id, count in Counter(booking_id for _, _, booking_id in cells).items():
            yield f"{count} cells of {booking_id} are {word}"


def _events(held: Held) -> Iterator[str]:
    known = {each.row.id: each for each in held.appointments}
    for booking_id in held.events.keys() - known.keys():
        yield f"an event stands for {booking_id}, of which nothing is known"
    for booking_id, each in known.items():
        standing = held.events.get(booking_id, [])
        wanted = [(each.row.calendar_id, each.event_id, each.row.starts_at, each.row.ends_at)]
        if each.row.state != State.CONFIRMED:
            wanted = []
        if [(calendar_id, event["id"], *_span(event)) for calendar_id, event in standing] != wanted:
            yield f"{booking_id} is {each.row.state}, and {len(standing)} events stand for it, or at another time"


def _over_others(held: Held) -> Iterator[str]:
    for each in held.appointments:
        start, end = each.row.starts_at, each.row.ends_at
        others = held.others.get(each.row.calendar_id, []) if each.row.state == State.CONFIRMED else []
        if any(begins < end and start < ends for begins, ends in others):
            yield f"{each.row.id} stands over something else"


def _standing(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    for account in world.google.accounts():
        for calendar in world.google.calendars(account.email):
            if calendar.role == "owner":
                for event in world.google.events(calendar.id):
                    yield calendar.id, event


def _mark(event: dict[str, Any]) -> str:
    return str(event.get("extendedProperties", {}).get("private", {}).get("bk", ""))


def _span(event: dict[str, Any]) -> tuple[datetime, datetime]:
    start, end = (datetime.fromisoformat(event[side]["dateTime"]) for side in ("start", "end"))
    return start, end

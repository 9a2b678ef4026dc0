"""The calendars that somebody chose: saved whole, and what each look finds of them."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from storage import connections
from storage.database import Database
from storage.tables import Pick
from tests.storage.rows import connect


def test_the_linked_calendar_comes_first_and_is_stored_once(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        chosen = [("team", "Team"), ("primary", "Ana"), ("beta", "Beta"), ("team", "Team")]
        connections.replace_picks(session, row.id, ("primary", "Ana"), chosen)
        saved = connections.picks(session, row.id)
    assert [(pick.calendar_id, pick.purpose) for pick in saved] == [
        ("primary", "linked"),
        ("beta", "conflict"),
        ("team", "conflict"),
    ]
    assert all(pick.present for pick in saved)


def test_a_new_choice_replaces_the_old_one(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        connections.replace_picks(session, row.id, ("one", "One"), [("two", "Two")])
        connections.replace_picks(session, row.id, ("two", "Two"), [])
        assert [pick.calendar_id for pick in connections.picks(session, row.id)] == ["two"]


def test_a_choice_of_many_calendars(database: Database) -> None:
    many = [(f"calendar-{number}@group.calendar.google.com", f"Name {number}") for number in range(1000)]
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        connections.replace_picks(session, row.id, many[0], many)
        saved = connections.picks(session, row.id)
    assert sorted(pick.calendar_id for pick in saved) == sorted(calendar_id for calendar_id, _ in many)


def test_what_a_look_finds_is_noted_of_one_calendar_of_one_person(database: Database) -> None:
    with database.transaction() as session:
        ana, ben = connect(session, "U0ANA", "sub-1"), connect(session, "U0BEN", "sub-2")
        for row in (ana, ben):
            connections.replace_picks(session, row.id, ("one", "One"), [("two", "Two")])
        connections.note_pick(session, ana.id, "one", present=False, writable=False, name="Uno")
        assert _as_seen(session, ana.id) == [("Uno", False, False), ("Two", True, True)]
        assert _as_seen(session, ben.id) == [("One", True, True), ("Two", True, True)]
        connections.note_pick(session, ana.id, "one", present=True, writable=False, name="One")
        assert _as_seen(session, ana.id) == [("One", True, False), ("Two", True, True)]


def test_a_calendar_that_is_not_chosen_any_more_is_not_chosen_by_a_look(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        connections.replace_picks(session, row.id, ("one", "One"), [])
        connections.note_pick(session, row.id, "two", present=True, writable=True, name="Two")
        assert _as_seen(session, row.id) == [("One", True, True)]


def test_a_new_choice_begins_as_present_and_writable(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        connections.replace_picks(session, row.id, ("one", "One"), [])
        connections.note_pick(session, row.id, "one", present=False, writable=False, name="One")
        connections.replace_picks(session, row.id, ("one", "One"), [])
        assert _as_seen(session, row.id) == [("One", True, True)]


def test_the_database_itself_allows_one_linked_calendar(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
    two = [Pick(connection_id=row.id, calendar_id=name, name=name, purpose="linked") for name in ("one", "two")]
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add_all(two)


def _as_seen(session: Session, connection_id: str) -> list[tuple[str, bool, bool]]:
    return [(pick.name, pick.present, pick.writable) for pick in connections.picks(session, connection_id)]

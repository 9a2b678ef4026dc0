"""P7 at its smallest: alone, both ways have the same times; and ours, beside others, has no double."""

from sqlmodel import select

from storage.booking_tables import Booking, BookingCell
from storage.database import Database
from storage.tables import Person
from tests.bench.bookers import ACCEPTED, BEGIN, BOOKERS, Times, tried
from tests.bench.pacing import race
from tests.bench.processes import Servant


def test_alone_both_accept_and_refuse_the_same(database_url: str) -> None:
    database = Database(database_url)
    had = {}
    for name, booker in BOOKERS.items():
        person = Person(team_id="T0", user_id=name, created_at=BEGIN)
        with database.transaction() as session:
            session.add(person)
        with booker(database_url) as book:
            heard = tried(book, person.id, Times(seed=7, tries=60, days=1))
        with database.reading() as session:
            query = select(Booking.starts_at).where(Booking.host_id == person.id).order_by(Booking.starts_at)  # type: ignore[arg-type]  # SQLModel types columns as values
            had[name] = session.exec(query).all()
            cells = len(session.exec(select(BookingCell)).all())
        assert heard[ACCEPTED] == len(had[name]) < 60
        assert cells == 6 * len(had["ours"])
    database.close()
    assert had["ours"] == had["naive"]


def test_ours_has_no_double_and_no_error(sqlite_database_url: str) -> None:
    servants = [Servant("bookers", "ours", sqlite_database_url) for _ in range(2)]
    try:
        outcome = race(sqlite_database_url, "ours", servants, tries=80, seed=1)
    finally:
        for each in servants:
            each.stop()
    assert (outcome.doubles, outcome.failed, outcome.heard.total()) == (0, 0, 80)

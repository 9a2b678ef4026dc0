"""The only way to a session: what commits, what rolls back, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, select

from storage import people, work
from storage.database import Database, DatabaseUnavailable, TransactionOpen
from storage.engines import DatabaseUrlInvalid
from storage.tables import Flow, Once, Person, Ticket
from tests.databases import sqlite_url
from tests.storage.rows import NOW, a_person, at_once


def test_what_ends_well_is_kept(database: Database) -> None:
    with database.transaction() as session:
        work.claim_once(session, "kept", NOW)
    with database.reading() as session:
        assert session.get(Once, "kept") is not None


def test_what_raises_is_undone(database: Database) -> None:
    def half_way() -> None:
        with database.transaction() as session:
            work.claim_once(session, "undone", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_way()
    with database.reading() as session:
        assert session.get(Once, "undone") is None


def test_rows_stay_readable_after_the_commit(database: Database) -> None:
    with database.transaction() as session:
        person = people.ensure(session, "T0ACME", "U0ANA", NOW)
    assert (person.team_id, person.user_id) == ("T0ACME", "U0ANA")


@pytest.mark.parametrize("outer", ["transaction", "reading"])
@pytest.mark.parametrize("inner", ["transaction", "reading"])
def test_a_second_transaction_in_a_thread_is_refused(database: Database, outer: str, inner: str) -> None:
    with getattr(database, outer)(), pytest.raises(TransactionOpen), getattr(database, inner)():
        pass
    with getattr(database, inner)() as session:
        assert session.exec(select(Once)).all() == []


def test_reading_refuses_to_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as session:
        work.claim_once(session, "sneaked in", NOW)
    with database.transaction() as session:
        assert work.claim_once(session, "sneaked in", NOW)


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    def look() -> int:
        with database.reading() as session:
            return len(session.exec(select(Once)).all())

    with database.transaction() as session, ThreadPoolExecutor(1) as pool:
        work.claim_once(session, "not yet seen", NOW)
        assert pool.submit(look).result() == 0


def test_look_then_write_has_one_winner_on_sqlite(sqlite_database_url: str) -> None:
    """The default would have let most of them win: they all read before the first one writes."""
    database = Database(sqlite_database_url)

    def claim(_: int) -> bool:
        with database.transaction() as session:
            if session.exec(select(Person)).first() is None:
                session.add(a_person())
                return True
            return False

    wins = at_once(20, claim)
    database.close()
    assert wins.count(True) == 1


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    seoul = timezone(timedelta(hours=9))
    with database.transaction() as session:
        work.claim_once(session, "core", datetime(2026, 3, 29, 10, 30, 0, 123456, seoul))
        session.add(Once(key="orm", seen_at=datetime(2026, 3, 29, 10, 30, 0, 123456, seoul)))
    with database.reading() as session:
        for row in session.exec(select(Once)):
            assert row.seen_at == datetime(2026, 3, 29, 1, 30, 0, 123456, UTC)
            assert row.seen_at.utcoffset() == timedelta(0)
        assert (
            len(session.exec(select(Once).where(Once.seen_at > datetime(2026, 3, 29, 10, 30, tzinfo=seoul))).all()) == 2
        )


def test_naive_times_are_refused(database: Database) -> None:
    naive = datetime(2026, 3, 29, 10, 30)  # noqa: DTZ001 - the point
    with pytest.raises(StatementError, match="timezone"), database.transaction() as session:
        work.claim_once(session, "naive", naive)


def test_deleting_a_person_takes_everything_of_theirs_along(database: Database) -> None:
    with database.transaction() as session:
        person = a_person()
        session.add(person)
        session.flush()
        ticket = Ticket(person_id=person.id, secret_hash="s", created_at=NOW, expires_at=NOW)
        session.add(ticket)
        session.flush()
        session.add(
            Flow(
                ticket_id=ticket.id,
                provider="google",
                state_hash="state",
                cookie_hash="cookie",
                verifier=b"",
                created_at=NOW,
                expires_at=NOW,
            )
        )
        session.flush()
        session.delete(person)
    with database.reading() as session:
        assert session.exec(select(Ticket)).all() == []
        assert session.exec(select(Flow)).all() == []


def test_a_row_must_belong_to_somebody(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Ticket(person_id="nobody", secret_hash="s", created_at=NOW, expires_at=NOW))


class TestRetrying:
    """PostgreSQL ends a transaction that it cannot order, and asks for another try."""

    @pytest.mark.parametrize("state", ["40001", "40P01"])
    def test_begins_again_when_asked_to(self, postgresql_database_url: str, state: str) -> None:
        waits: list[float] = []
        tries: list[Session] = []
        database = Database(postgresql_database_url, sleep=waits.append)

        def work_that_fails_twice(session: Session) -> str:
            tries.append(session)
            work.claim_once(session, "tried", NOW)
            if len(tries) < 3:
                session.connection().execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))
            return "done"

        assert database.retrying(work_that_fails_twice) == "done"
        database.close()
        assert len(tries) == 3
        assert len(waits) == 2

    def test_gives_up_after_five(self, postgresql_database_url: str) -> None:
        tries: list[Session] = []
        database = Database(postgresql_database_url, sleep=lambda _: None)

        def never(session: Session) -> None:
            tries.append(session)
            session.connection().execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

        with pytest.raises(DBAPIError):
            database.retrying(never)
        database.close()
        assert len(tries) == 5

    def test_two_that_wait_for_each_other_both_get_through(self, postgresql_database_url: str) -> None:
        database, met = Database(postgresql_database_url), Barrier(2)
        with database.transaction() as session:
            session.add_all([a_person("U0ANA"), a_person("U0BEN")])
        tries: list[str] = []

        def rename(first: str, second: str) -> None:
            def both(session: Session) -> None:
                tries.append(first)
                session.connection().execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                _set_card(session, first)
                if len(tries) <= 2:
                    met.wait()
                _set_card(session, second)

            database.retrying(both)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(rename, "U0ANA", "U0BEN"), pool.submit(rename, "U0BEN", "U0ANA")]:
                done.result()
        database.close()
        assert len(tries) == 3

    def test_other_errors_are_not_tried_again(self, database: Database) -> None:
        tries: list[Session] = []

        def wrong(session: Session) -> None:
            tries.append(session)
            session.connection().execute(text("SELECT nonsense FROM nowhere"))

        with pytest.raises(DBAPIError):
            database.retrying(wrong)
        assert len(tries) == 1


def _set_card(session: Session, user_id: str) -> None:
    session.connection().execute(text("UPDATE person SET card_ts = '1' WHERE user_id = :who"), {"who": user_id})


def test_check_says_whether_the_database_answers(database: Database) -> None:
    database.check()


def test_check_raises_where_nobody_answers() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable):
        database.check()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "calendar-bot.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file.db?mode=ro",
        "mysql://bot:hunter2@db/bot",
        "postgresql+psycopg2://bot:hunter2@db/bot",
        "postgresql+asyncpg://bot:hunter2@db/bot",
    ],
)
def test_an_unusable_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUrlInvalid) as refused:
        Database(url)
    assert "DATABASE_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_file_that_cannot_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUrlInvalid, match="no-such-folder"):
        Database(sqlite_url(tmp_path / "no-such-folder" / "calendar-bot.db"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_psycopg_3(scheme: str) -> None:
    assert repr(Database(f"{scheme}://bot:hunter2@db/bot")) == "Database(postgresql+psycopg://bot:***@db/bot)"

"""What somebody who gets at the database's files or tables can read: nothing that opens a door."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from storage import connections, people, work, workspaces
from storage.crypto import Sealer, Unreadable, aad
from storage.database import Database
from storage.tables import Connection, Once
from tests.databases import sqlite_url
from tests.storage.rows import NOW

GRANT, BOT_TOKEN = "1//0gAnasRefreshToken", "xoxb-1234-secret"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([os.urandom(32)])


def place(row: Connection, user_id: str) -> str:
    return aad("connection", "grant", row.id, row.team_id, user_id)


def connect_sealed(session: Session, sealer: Sealer, user_id: str) -> None:
    person = people.ensure(session, "T0ACME", user_id, NOW)
    row_id = connections.reserve_id(session, person.id)
    connections.connect(
        session,
        id=row_id,
        person_id=person.id,
        team_id="T0ACME",
        google_sub=f"sub of {user_id}",
        google_email="somebody@acme.example",
        hosted_domain=None,
        scopes="openid",
        grant=sealer.seal(f"{GRANT} of {user_id}", aad("connection", "grant", row_id, "T0ACME", user_id)),
        token_hash="hash",
        token_prefix="prefix",
        refresh_expires_at=None,
        now=NOW,
    )


def test_a_dump_holds_no_token(database: Database, sealer: Sealer) -> None:
    with database.transaction() as session:
        connect_sealed(session, sealer, "U0ANA")
        workspaces.save(
            session,
            team_id="T0ACME",
            name="Acme",
            bot_user_id="UBOT",
            bot_id="BBOT",
            bot_token=sealer.seal(BOT_TOKEN, aad("workspace", "bot_token", "T0ACME", "T0ACME")),
            scopes="chat:write",
            now=NOW,
        )
    with database.reading() as session:
        rows = [
            tuple(row)
            for table in ("connection", "workspace")
            for row in session.connection().execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
        ]
    dump = repr(rows)
    assert "somebody@acme.example" in dump
    assert not any(secret in dump for secret in ("1//", "ya29.", "xox", "Anas"))


def test_grants_swapped_between_rows_are_refused(database: Database, sealer: Sealer) -> None:
    with database.transaction() as session:
        for user_id in ("U0ANA", "U0BEN"):
            connect_sealed(session, sealer, user_id)
    with database.transaction() as session:
        ana, ben = session.exec(select(Connection).order_by(Connection.google_sub)).all()
        assert ana.grant is not None
        assert sealer.open(ana.grant, place(ana, "U0ANA")) == f"{GRANT} of U0ANA"
        ana.grant, ben.grant = ben.grant, ana.grant
    with database.reading() as session:
        for user_id in ("U0ANA", "U0BEN"):
            row = session.exec(select(Connection).where(Connection.google_sub == f"sub of {user_id}")).one()
            assert row.grant is not None
            with pytest.raises(Unreadable):
                sealer.open(row.grant, place(row, user_id))


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("mine.db*")}


class TestSqliteFile:
    def test_only_its_owner_may_read_it_and_its_log(self, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            database = Database(sqlite_url(tmp_path / "mine.db"))
            with database.transaction() as session:
                session.connection().execute(text("CREATE TABLE something (id INTEGER)"))
            assert _modes(tmp_path) == {"mine.db": 0o600, "mine.db-wal": 0o600, "mine.db-shm": 0o600}
            database.close()
        finally:
            os.umask(before)

    def test_one_that_others_could_read_is_closed_to_them(self, tmp_path: Path) -> None:
        for name in ("mine.db", "mine.db-wal"):
            (tmp_path / name).touch(mode=0o666)
            (tmp_path / name).chmod(0o666)
        Database(sqlite_url(tmp_path / "mine.db")).close()
        assert set(_modes(tmp_path).values()) == {0o600}

    def test_what_is_deleted_is_overwritten(self, sqlite_database_url: str) -> None:
        file, database = Path(sqlite_database_url.removeprefix("sqlite:///")), Database(sqlite_database_url)
        with database.transaction() as session:
            work.claim_once(session, "a marker to look for", NOW)
        database.close()  # the last connection to go copies the log into the file
        assert b"a marker to look for" in file.read_bytes()
        with database.transaction() as session:
            session.delete(session.exec(select(Once)).one())
        database.close()
        assert b"a marker to look for" not in file.read_bytes()

    def test_every_connection_is_prepared(self, sqlite_database_url: str) -> None:
        wanted = {
            "journal_mode": "wal",
            "synchronous": 1,
            "foreign_keys": 1,
            "secure_delete": 1,
            "busy_timeout": 30_000,
        }
        database = Database(sqlite_database_url)
        with database.transaction() as session:
            found = {name: session.connection().execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
        database.close()
        assert found == wanted


def test_times_on_postgresql_are_utc_for_whoever_looks(postgresql_database_url: str) -> None:
    database = Database(postgresql_database_url)
    with database.reading() as session:
        assert session.connection().execute(text("SHOW timezone")).scalar_one() == "UTC"
    database.close()


def test_failures_do_not_show_what_was_being_stored(database: Database) -> None:
    """SQLAlchemy prints a statement's values into its errors unless told not to."""
    with pytest.raises(Exception, match="person") as failed, database.transaction() as session:
        session.connection().execute(
            text("INSERT INTO person (id, nonsense) VALUES (:id, 1)"), {"id": "a value to look for"}
        )
    assert "a value to look for" not in str(failed.value)

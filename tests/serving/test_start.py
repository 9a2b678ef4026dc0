"""What keeps `serve` from starting is said in a sentence, with what to do."""

import base64
import logging
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot.settings import Settings
from handlers import serving, starting
from handlers.starting import CannotStart
from storage import canary, schema
from storage.crypto import Sealer
from storage.database import Database
from storage.engines import build
from storage.sole_server import AlreadyServed, sole_server
from tests.databases import Postgres

Told = Callable[..., Settings]

KEY, OTHER_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))

# Comes, writes, and leaves.
ANOTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("UPDATE canary SET id = 2")
connection.commit()
connection.close()
"""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """`serve` sends the process' log its own way; the other tests shall have theirs."""
    yield
    structlog.reset_defaults()
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if type(each).__module__ != "bot.telemetry"]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Settings that are complete; ``more`` changes some."""

    def settings(**more: str) -> Settings:
        return Settings.read(
            {
                "PUBLIC_URL": "http://127.0.0.1:3000",
                "PORT": "0",
                "DATABASE_URL": f"sqlite:///{tmp_path}/mine.db",
                "ENCRYPTION_KEYS": KEY,
                "SLACK_BOT_TOKEN": "xoxb-start",
                "SLACK_SIGNING_SECRET": "signing-secret",
                "GOOGLE_CLIENT_ID": "client",
                "GOOGLE_CLIENT_SECRET": "client-secret",
                **more,
            }
        )

    return settings


def refusal(settings: Settings) -> str:
    with pytest.raises(CannotStart) as refused:
        serving.serve(settings)
    return str(refused.value)


def test_keys_that_do_not_open_the_database(sqlite_database_url: str, told: Told) -> None:
    database = Database(sqlite_database_url)
    with database.transaction() as session:
        canary.check(session, Sealer([base64.b64decode(KEY)]), datetime(2026, 3, 1, tzinfo=UTC))
    database.close()
    said = refusal(told(DATABASE_URL=sqlite_database_url, ENCRYPTION_KEYS=OTHER_KEY))
    assert "ENCRYPTION_KEYS" in said
    assert "Put the earlier key back" in said
    assert OTHER_KEY not in said


def test_a_postgresql_schema_that_is_behind_names_the_command(postgres: Postgres, told: Told) -> None:
    url = postgres.empty()
    assert "calendar-bot migrate" in refusal(told(DATABASE_URL=url))
    starting.migrate(url)
    starting.prepare(url)
    postgres.drop(url)


def test_a_database_of_a_newer_version_is_left_alone(sqlite_database_url: str, told: Told) -> None:
    engine = build(sqlite_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'ffff'")
    engine.dispose()
    assert "newer version" in refusal(told(DATABASE_URL=sqlite_database_url))
    assert schema.current_revision(sqlite_database_url) == "ffff"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://bot:hunter2@127.0.0.1:9/calendar", "does not answer"),
        ("sqlite:////nowhere/at/all.db", "/nowhere/at/all.db"),
        ("sqlite:///{folder}", "cannot be read and written"),
        ("sqlite:///:memory:", "plain SQLite file"),
        ("sqlite:///{folder}/no-database.db", "does not answer as a database should"),
    ],
)
def test_a_database_that_is_none(tmp_path: Path, told: Told, url: str, words: str) -> None:
    (tmp_path / "no-database.db").write_text("Dear diary, today I was taken for a database. " * 50)
    said = refusal(told(DATABASE_URL=url.format(folder=tmp_path)))
    assert words in said
    assert "DATABASE_URL" in said
    assert "hunter2" not in said


def test_a_port_that_is_taken(told: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(told(PORT=str(port)))
    assert "PORT" in said
    assert str(port) in said


def test_a_second_process_with_one_sqlite_file(told: Told, tmp_path: Path) -> None:
    with sole_server(f"sqlite:///{tmp_path}/mine.db"):
        assert "use PostgreSQL" in refusal(told())
        with pytest.raises(AlreadyServed), sole_server(f"sqlite:///{tmp_path}/../{tmp_path.name}/mine.db"):
            pass


def test_postgresql_takes_many(postgresql_database_url: str) -> None:
    with sole_server(postgresql_database_url), sole_server(postgresql_database_url):
        pass


def test_looking_at_the_file_again_keeps_sqlites_own_locks(sqlite_database_url: str) -> None:
    """Closing any descriptor of a file lets go of all of a process' locks on it (sqlite.org/howtocorrupt.html, 2.2).

    Another process then thinks itself alone, deletes the WAL as it leaves, and what we write goes to nobody.
    """
    file = sqlite_database_url.removeprefix("sqlite:///")
    database = Database(sqlite_database_url)
    with database.transaction() as session:
        canary.check(session, Sealer([base64.b64decode(KEY)]), datetime(2026, 3, 1, tzinfo=UTC))
    assert not schema.is_behind(sqlite_database_url)  # a second engine, as at every start of every command
    subprocess.run([sys.executable, "-c", ANOTHER, file], check=True)
    assert Path(f"{file}-wal").exists()
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE canary SET id = 3")
    other = sqlite3.connect(file)
    assert other.execute("SELECT id FROM canary").fetchall() == [(3,)]
    other.close()
    database.close()

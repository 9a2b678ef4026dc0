"""What every test may ask for."""

import gc
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from playwright.sync_api import Browser

from bot import telemetry
from storage.database import Database
from tests import chromium as chromiums
from tests.databases import Postgres, SqliteFiles, sqlite_url

settings.register_profile("suite", deadline=None)  # a shared machine's pace proves nothing
settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk through half a million objects again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Started by the first test that needs it; under xdist each worker has its own."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def sqlite_database_url(sqlite_files: SqliteFiles, tmp_path: Path) -> str:
    """A migrated, empty SQLite file."""
    return sqlite_files.migrated(tmp_path)


@pytest.fixture
def postgresql_database_url(postgres: Postgres) -> Iterator[str]:
    """A migrated, empty PostgreSQL database."""
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database of each kind, opened."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything that is logged, as lines of JSON, by the patterns of telemetry.py alone: no secret is named to it."""
    stream = StringIO()
    telemetry.configure(stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without any table."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "unmigrated.db")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.empty()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module: while Playwright runs, its thread can start no other event loop."""
    with chromiums.launched() as browser:
        if browser is None:
            (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(chromiums.MISSING)
        yield browser

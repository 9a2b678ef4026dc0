"""Migrations: they make what the models describe, on both databases, forwards and back."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from storage import engines, rollout_tables, schema, watch_tables  # noqa: F401 - its tables are compared


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = engines.build(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def described(url: str) -> dict[str, Any]:
    """Everything the database knows about its tables, as plain values."""
    with connected(url) as connection:
        catalogue = inspect(connection)
        return {
            table: {
                "columns": sorted(  # in any order: a later migration can only append
                    (column["name"], repr(column["type"]), column["nullable"], column["default"])
                    for column in catalogue.get_columns(table)
                ),
                "primary": catalogue.get_pk_constraint(table),
                "foreign": sorted(catalogue.get_foreign_keys(table), key=repr),
                "unique": sorted(catalogue.get_unique_constraints(table), key=repr),
                "indexes": sorted(_index(index) for index in catalogue.get_indexes(table)),
            }
            for table in catalogue.get_table_names()
            if table != "alembic_version"
        }


def _index(index: Mapping[str, Any]) -> tuple[str, str, bool, list[str]]:
    options = sorted(f"{key}={value}" for key, value in index.get("dialect_options", {}).items())
    return str(index["name"]), str(index["column_names"]), bool(index["unique"]), options


def test_migrations_make_what_alembic_finds_in_the_models(database_url: str) -> None:
    with connected(database_url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_migrations_make_what_the_models_would_make_themselves(unmigrated_url: str) -> None:
    """Alembic's comparison overlooks partial indexes and cascades; the databases' own catalogues do not."""
    with connected(unmigrated_url) as connection:
        SQLModel.metadata.create_all(connection)
    of_models = described(unmigrated_url)
    with connected(unmigrated_url) as connection:
        SQLModel.metadata.drop_all(connection)
    schema.migrate(unmigrated_url)
    assert described(unmigrated_url) == of_models
    assert "where" in str(of_models["pick"]["indexes"])
    assert "CASCADE" in str(of_models["pick"]["foreign"])


def test_down_to_nothing_and_up_again(database_url: str) -> None:
    assert tables(database_url) == set(SQLModel.metadata.tables)
    schema.downgrade(database_url)
    assert tables(database_url) == set()
    assert schema.current_revision(database_url) is None
    schema.migrate(database_url)
    assert tables(database_url) == set(SQLModel.metadata.tables)


def test_a_database_knows_whether_it_is_behind(unmigrated_url: str) -> None:
    assert schema.current_revision(unmigrated_url) is None
    assert schema.is_behind(unmigrated_url)
    schema.migrate(unmigrated_url)
    assert schema.current_revision(unmigrated_url) == schema.head_revision()
    assert not schema.is_behind(unmigrated_url)
    schema.migrate(unmigrated_url)


def test_processes_that_migrate_at_once_queue(unmigrated_url: str) -> None:
    """Replicas start together."""
    program = "import sys; from storage import schema; schema.migrate(sys.argv[1])"
    running = [subprocess.Popen([sys.executable, "-c", program, unmigrated_url]) for _ in range(3)]
    assert [each.wait() for each in running] == [0, 0, 0]
    assert not schema.is_behind(unmigrated_url)


def test_a_migration_that_fails_leaves_nothing_behind(unmigrated_url: str) -> None:
    with connected(unmigrated_url) as connection:
        connection.exec_driver_sql("CREATE TABLE pick (in_the_way INTEGER)")
    with pytest.raises(DBAPIError):
        schema.migrate(unmigrated_url)
    assert tables(unmigrated_url) == {"pick"}
    assert schema.current_revision(unmigrated_url) is None

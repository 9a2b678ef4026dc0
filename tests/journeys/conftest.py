from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.sandbox.world import World, world_with


@pytest.fixture
def world(sqlite_database_url: str) -> Iterator[World]:
    """A world on SQLite. The bot must not have been late, and must have spoken as Slack documents."""
    with world_with(sqlite_database_url) as made:
        yield made
        assert made.slack.faults == []


@pytest.fixture
def world_on_either(database_url: str) -> Iterator[World]:
    """The same on each database."""
    with world_with(database_url) as made:
        yield made
        assert made.slack.faults == []


@pytest.fixture
def world_set_up(sqlite_database_url: str) -> Iterator[Callable[[Mapping[str, str]], World]]:
    """A world whose bot is told something else."""
    with ExitStack() as stack:
        yield lambda settings: stack.enter_context(world_with(sqlite_database_url, settings))

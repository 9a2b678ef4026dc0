"""Worlds whose every log line is kept."""

from collections.abc import Iterator
from io import StringIO

import pytest

from tests.sandbox.world import World, world_with


@pytest.fixture
def world(database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - configured before the bot is built
    """A world on each database."""
    with world_with(database_url) as made:
        yield made

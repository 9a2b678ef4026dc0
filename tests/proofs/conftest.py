"""Worlds whose every log line is kept."""

from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from bot import telemetry
from tests.sandbox.world import World, world_with


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything that is logged, as lines of JSON, by the patterns of telemetry.py alone: no secret is named to it."""
    stream = StringIO()
    telemetry.configure(stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def world(database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - configured before the bot is built
    """A world on each database."""
    with world_with(database_url) as made:
        yield made

"""An API for each test."""

from collections.abc import Iterator

import pytest

from tests.api.rig import Api, api_over


@pytest.fixture
def api(sqlite_database_url: str) -> Iterator[Api]:
    """Over an empty database."""
    with api_over(sqlite_database_url) as made:
        yield made

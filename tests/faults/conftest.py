from collections.abc import Iterator

import pytest

from tests.google.rig import Rig, running


@pytest.fixture(scope="module")
def shared_rig() -> Iterator[Rig]:
    with running() as rig:
        yield rig


@pytest.fixture
def google(shared_rig: Rig) -> Iterator[Rig]:
    """One stand-in for a whole table; its script is empty again after each row."""
    yield shared_rig
    shared_rig.script.clear()

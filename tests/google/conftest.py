from collections.abc import Iterator

import pytest

from tests.google.rig import Rig, running


@pytest.fixture
def google() -> Iterator[Rig]:
    with running() as rig:
        yield rig

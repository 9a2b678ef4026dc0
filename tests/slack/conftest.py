from collections.abc import Iterator

import pytest

from tests.slack.rig import Rig, running


@pytest.fixture
def slack() -> Iterator[Rig]:
    with running() as rig:
        yield rig

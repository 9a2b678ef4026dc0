"""The sandbox's clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.sandbox.clock import SandboxClock

HOUR = timedelta(hours=1)


def test_it_is_put_forward_once_nobody_needs_it_still() -> None:
    clock = SandboxClock()
    with ThreadPoolExecutor() as pool:
        with clock.still():
            before, moved = clock.now(), pool.submit(clock.advance, HOUR)
            with clock.still():
                assert clock.now() - before < HOUR
            assert not moved.done()
        moved.result()
    assert clock.now() - before >= HOUR


def test_it_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        SandboxClock().advance(-HOUR)

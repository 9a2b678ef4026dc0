"""Who goes first in a pool. Threads are steered by events; nothing here waits for time to pass."""

from concurrent.futures import CancelledError, Future
from threading import Event
from typing import Any

import pytest

from handlers.workers import Workers


def test_what_somebody_waits_for_goes_first() -> None:
    workers, gate, done = Workers(1, "tested"), Event(), list[str]()
    calls: list[Future[Any]] = [
        workers.submit(gate.wait, awaited=False),
        workers.submit(done.append, "nobody waits", awaited=False),
        workers.submit(done.append, "somebody waits", awaited=True),
    ]
    gate.set()
    for call in calls:
        call.result()
    assert done == ["somebody waits", "nobody waits"]
    workers.shutdown()


class Clock:
    """Stands still until told otherwise, so that whatever comes comes at once."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_in_a_rush_what_nobody_waits_for_gives_way() -> None:
    clock, done = Clock(), list[int]()
    workers = Workers(1, "tested", clock)
    calls = [workers.submit(done.append, number, awaited=False) for number in range(10)]
    calls[0].result()
    assert workers.submit(done.copy, awaited=True).result() in ([0], [0, 1], [0, 1, 2])
    clock.seconds = 0.05
    for call in calls:
        call.result()
    assert done == list(range(10))
    workers.shutdown()


def test_an_endless_rush_holds_nothing_back_for_ever() -> None:
    clock = Clock()
    workers = Workers(1, "tested", clock)
    held = [workers.submit(print, "", awaited=False) for _ in range(10)][-1]
    clock.seconds = 1.99
    for _ in range(4):
        workers.submit(print, "", awaited=True).result()
    assert not held.done()
    clock.seconds = 2.0
    held.result()
    workers.shutdown()


def test_errors_are_the_futures() -> None:
    workers = Workers(1, "tested")
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda: 1 / 0, awaited=True).result()
    workers.shutdown()


def test_what_was_not_begun_is_cancelled_at_the_end() -> None:
    workers, gate = Workers(1, "tested"), Event()
    workers.submit(gate.wait, awaited=True)
    held = [workers.submit(print, "", awaited=False) for _ in range(10)]
    workers.shutdown()
    gate.set()
    with pytest.raises(CancelledError):
        held[-1].result()

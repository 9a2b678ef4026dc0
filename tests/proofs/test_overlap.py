"""One slow answer keeps nobody else waiting: while a batch ends, the next one is under way."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

import pytest

from bot.services import sweep
from tests.proofs.crowd import PROBE_EVERY, gather
from tests.sandbox.world import World

A = TypeVar("A")
B = TypeVar("B")


class Watched:
    """Looks at one after the other, and notes when a batch is begun and when its results are waited for."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        batch = list(items)
        name = f"{len([each for each in self.seen if each.startswith('begin')]) + 1} with {len(batch)}"
        self.seen.append(f"begin {name}")

        def results() -> Iterator[B]:
            self.seen.append(f"wait for {name}")
            yield from map(work, batch)

        return results()


def test_the_next_batch_is_begun_before_the_last_one_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = gather(world, 5)
    world.time_leaps(PROBE_EVERY + timedelta(minutes=1))
    began = world.clock.now()
    watched = Watched()
    monkeypatch.setattr(sweep, "BATCH", 2)
    monkeypatch.setattr(world.bot.watching.sweep, "_each", watched)
    assert world.bot.watching.sweep.run() == 5
    assert watched.seen == [
        *("begin 1 with 2", "begin 2 with 2", "wait for 1 with 2"),
        *("begin 3 with 1", "wait for 2 with 2", "wait for 3 with 1"),
    ]
    assert people.not_answered_since(began) == 0
    assert world.bot.watching.sweep.run() == 0

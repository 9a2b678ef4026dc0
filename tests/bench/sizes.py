"""How much is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

Step = Callable[[str], None]
"""Hears of everything that is begun."""


@dataclass(frozen=True)
class Size:
    """In full, unless told otherwise. Without ``everybody`` Bolt's synchronous App, which takes long, is left out."""

    rounds: int = 5
    commands: int = 500
    people: int = 100_000
    revocations: int = 200
    bookings: int = 2000
    everybody: bool = True

    @property
    def some(self) -> int:
        """The smaller company of P3."""
        return max(1, self.people // 20)

    @property
    def few(self) -> int:
        """Whom P1 and P2 look at in each round."""
        return max(1, self.people // 50)

    @property
    def one_by_one(self) -> int:
        """Of those, whom somebody looks at who takes fifty times longer."""
        return max(1, self.people // 2000)


def rotated(order: Sequence[T], by: int) -> list[T]:
    """The order of one round: nobody is always the one after the slow one."""
    first = by % len(order)
    return [*order[first:], *order[:first]]

"""What a bench says: figures taken side by side, and the goal they are held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Unit = Callable[[float], str]
"""How a figure is written."""


def shown(seconds: float) -> str:
    """A time."""
    if seconds < 0.01:
        return f"{seconds * 1000:.2f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def people_a_second(rate: float) -> str:
    """A pace."""
    return f"{rate:.0f} people/s" if rate >= 100 else f"{rate:.1f} people/s"


def megabytes(size: float) -> str:
    """An amount of memory."""
    return f"{size / 2**20:.0f} MB"


@dataclass(frozen=True)
class Figure:
    """One thing measured once in every round."""

    name: str
    values: tuple[float, ...]
    unit: Unit = shown

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def told(self) -> str:
        """The median, for a table."""
        return self.unit(self.median)

    @property
    def spread(self) -> str:
        """From one end to the other."""
        return f"{self.unit(min(self.values))} to {self.unit(max(self.values))}"


@dataclass(frozen=True)
class Row:
    """One goal. ``others`` are measured beside ours in every round; the first of them is the scale of a ratio."""

    goal: str
    what: str
    ours: Figure
    others: tuple[Figure, ...]
    limit: float
    is_ratio: bool
    broken: str = ""
    """What spoils the goal whatever the figure says, in words."""
    more_is_better: bool = False
    by_worst: bool = False
    """Every single value is held to the goal, and not the median."""

    @property
    def ratio(self) -> float:
        """Ours to the scale: the median of the rounds' own ratios, so that a slow minute of the machine cancels."""
        return median(mine / its for mine, its in zip(self.ours.values, self.others[0].values, strict=True))

    def ratio_of(self, other: Figure) -> float:
        """Another one's to the scale, likewise."""
        return median(one / its for one, its in zip(other.values, self.others[0].values, strict=True))

    @property
    def reached(self) -> float:
        """What is held against the limit."""
        if self.is_ratio:
            return self.ratio
        return max(self.ours.values) if self.by_worst else self.ours.median

    @property
    def share(self) -> float:
        """How much of what the goal allows is used up: more than 1 misses it."""
        return self.limit / self.reached if self.more_is_better else self.reached / self.limit

    @property
    def is_met(self) -> bool:
        return not self.broken and self.share <= 1

    @property
    def told(self) -> str:
        """Ours, for a table."""
        return f"{self.ours.told}, at worst {self.ours.unit(self.reached)}" if self.by_worst else self.ours.told

    @property
    def value(self) -> str:
        """What is held against the limit, in words."""
        if not self.is_ratio:
            return self.ours.unit(self.reached)
        return f"{self.ratio:.0f}x" if self.ratio >= 10 else f"{self.ratio:.2f}x"

    @property
    def bound(self) -> str:
        sign = "≥" if self.more_is_better else "≤" if self.is_ratio or self.by_worst else "<"
        return f"{sign} {self.limit:g}x" if self.is_ratio else f"{sign} {_bound(self.limit)}"


def percentile_99(seconds: Sequence[float]) -> float:
    """The time within which 99 of 100 were answered."""
    ordered = sorted(seconds)
    return ordered[-(len(ordered) // 100) - 1]


def _bound(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 120 else f"{seconds / 60:g} min"

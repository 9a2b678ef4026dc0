"""What a bench says: figures taken side by side, and the goal they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One thing measured once in every round, in seconds."""

    name: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> str:
        """From the best round to the worst."""
        return f"{shown(min(self.values))} to {shown(max(self.values))}"


@dataclass(frozen=True)
class Row:
    """One goal. ``others`` are measured beside ours in every round; the first of them is the scale of a ratio."""

    goal: str
    what: str
    ours: Figure
    others: tuple[Figure, ...]
    at_most: float
    is_ratio: bool
    broken: str = ""
    """What spoils the goal whatever the figure says, in words."""

    @property
    def ratio(self) -> float:
        """Ours to the scale: the median of the rounds' own ratios, so that a slow minute of the machine cancels."""
        return median(mine / its for mine, its in zip(self.ours.values, self.others[0].values, strict=True))

    def ratio_of(self, other: Figure) -> float:
        """Another one's to the scale, likewise."""
        return median(one / its for one, its in zip(other.values, self.others[0].values, strict=True))

    @property
    def is_met(self) -> bool:
        return not self.broken and (self.ratio if self.is_ratio else self.ours.median) <= self.at_most

    @property
    def bound(self) -> str:
        return f"≤ {self.at_most:g}x" if self.is_ratio else f"< {self.at_most:g} s"


def percentile_99(seconds: Sequence[float]) -> float:
    """The time within which 99 of 100 were answered."""
    ordered = sorted(seconds)
    return ordered[-(len(ordered) // 100) - 1]


def shown(seconds: float) -> str:
    """For a table."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"

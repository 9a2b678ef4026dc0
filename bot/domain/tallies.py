"""How the roll-out went, day by day: what is counted, and what an admin is told of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto

DIGEST_AT = time(9, tzinfo=UTC)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Point:
    """How many people were in each state on a day, in UTC."""

    day: date
    connected: int
    """With a linked calendar or without."""
    invited: int
    """So far, the connected ones included."""
    broken: int
    """Connected once, and not working."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture that Slack has, by its id there, and the same in words."""

    file_id: str
    words: str
    uploaded_at: datetime


class NoChart(Enum):
    """Why there is none."""

    TOO_EARLY = auto()
    """There is nothing to compare with before the second day."""
    NOT_NOW = auto()
    """Slack does not take it, or does not show it yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became more or less since a day."""

    since: date
    connected: int
    invited: int
    broken: int

    @classmethod
    def between(cls, before: Point, now: Point) -> "Change":
        """From the one to the other."""
        return cls(
            before.day, now.connected - before.connected, now.invited - before.invited, now.broken - before.broken
        )


def digest_due(now: datetime) -> datetime:
    """When the latest weekly digest fell due: Monday morning, in UTC."""
    monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    due = datetime.combine(monday, DIGEST_AT)
    return due if due <= now else due - _WEEK

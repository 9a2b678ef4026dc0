"""What somebody is shown of their own appointments and hours, and of why a time is not open, as frozen values."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.appointments import Appointment, Party
from bot.domain.availability import Block
from bot.domain.hours import Rules


@dataclass(frozen=True)
class Agenda:
    """Somebody's appointments from ``now``'s day on."""

    viewer: Party
    appointments: tuple[Appointment, ...]
    now: datetime
    problem: str | None
    """Why they cannot be booked themselves, if so: not_connected, broken, no_linked or left."""


@dataclass(frozen=True)
class Hours:
    """Somebody's rules, and the zone of their Slack profile."""

    rules: Rules
    slack_zone: str


@dataclass(frozen=True)
class Why:
    """Why somebody is not bookable at a time. No blocks, no problem and nothing unknown: they are."""

    person: Party
    asker: Party
    start: datetime
    end: datetime
    now: datetime
    blocks: tuple[Block, ...]
    problem: str | None
    """Why they cannot be booked at all, if so."""
    unknown: tuple[tuple[str, str], ...]
    """Calendars that could not be read, each with a code; named to their owner alone."""

    @property
    def own(self) -> bool:
        """Whether one asks about oneself."""
        return self.person.who == self.asker.who

"""Telling other programs: what is told, how often it is tried, and when an address is given up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.appointments import Appointment

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each attempt that failed; together about three days (Standard Webhooks, "Deliverability and reliability")."""
GIVE_UP_AFTER = timedelta(days=3)
"""An address at which nothing has arrived for so long, and one delivery has had all its attempts, is disabled."""
_GONE = 410
_FIRST_GOOD, _FIRST_NOT_GOOD = 200, 300


class Event(StrEnum):
    """What other programs are told of."""

    CONFIRMED = "appointment.confirmed"
    MOVED = "appointment.moved"
    CHANGED = "appointment.changed"
    """In its words: what it is called, where it is, who is invited."""
    CANCELLED = "appointment.cancelled"
    CONFLICTED = "appointment.conflicted"
    BROKEN = "connection.broken"
    HEALED = "connection.healed"
    TEST = "webhook.test"
    """Sent by `calendar-bot webhooks test` alone."""


class Outcome(StrEnum):
    """What an attempt came to."""

    ARRIVED = "arrived"
    GONE = "gone"
    """Whoever was there says that nobody ever will be again."""
    FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """What came of one attempt: the answer's status, or why there was none."""

    code: int | None
    trouble: str | None = None
    """refused (an address we do not call), unresolved, unreachable, certificate or too_slow."""

    @property
    def outcome(self) -> Outcome:
        """Only 2xx has arrived: redirects are not followed."""
        if self.code is not None and _FIRST_GOOD <= self.code < _FIRST_NOT_GOOD:
            return Outcome.ARRIVED
        return Outcome.GONE if self.code == _GONE else Outcome.FAILED


@dataclass(frozen=True)
class Endpoint:
    """An address as it is shown. Its secret is not in it."""

    id: str
    team_id: str
    url: str
    created_at: datetime
    disabled_at: datetime | None = None
    failing_since: datetime | None = None


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When it is tried again after so many attempts; None: no more."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def instant(moment: datetime) -> str:
    """As RFC 3339 has it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def about_appointment(appointment: Appointment) -> dict[str, object]:
    """What is told of an appointment: ids, times and the state. No title: whoever may see it reads it by the API."""
    moving = appointment.moving_to
    return {
        "appointment_id": appointment.id,
        "state": str(appointment.state),
        "version": appointment.version,
        "start": instant(appointment.start),
        "end": instant(appointment.end),
        "moving_to": {"start": instant(moving[0]), "end": instant(moving[1])} if moving else None,
        "people": [party.person_id for party in appointment.parties if party.person_id],
        "reason": appointment.reason,
    }


def about_connection(person_id: str, reason: str | None) -> dict[str, object]:
    """What is told of somebody's connection: whose, and why it broke."""
    return {"person_id": person_id, "reason": reason}

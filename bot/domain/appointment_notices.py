"""What people are told about an appointment, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.appointments import OVER, Appointment, Party, State


class News(StrEnum):
    """What has happened to it."""

    BOOKED = "booked"
    MOVED = "moved"
    CHANGED = "changed"
    """It is called something else, or somewhere else, or others are invited."""
    INVITED = "invited"
    """Who reads it takes part from now on."""
    UNINVITED = "uninvited"
    """Who reads it does not any more."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """It was accepted, and could not be written: ``reason`` tells why."""
    NOT_MOVED = "not_moved"
    """It stays where it was: ``reason`` tells why."""
    NOT_CHANGED = "not_changed"
    """It stays as it was: ``reason`` tells why."""
    CONFLICT = "conflict"
    """It was moved in Google onto another one."""
    DELETED = "deleted"
    """Its event was deleted in Google."""
    HOST_LEFT = "host_left"
    """Its host disconnected: it stays in Google as it is, and no longer follows what is done here."""


CHANGEABLE = frozenset(
    {News.BOOKED, News.MOVED, News.CHANGED, News.INVITED, News.NOT_MOVED, News.NOT_CHANGED, News.CONFLICT}
)
"""After these it stands, and can be changed."""


IN_GOOGLE = "in_google"
"""The reason of a move that somebody made there by hand."""


@dataclass(frozen=True)
class AppointmentNews:
    """One message to one of those who take part."""

    news: News
    appointment: Appointment
    viewer: Party
    """Who reads it; times are shown in their zone."""
    by: str = ""
    """Slack's id of who did it; empty for Google, a booking system, or us."""
    was: tuple[datetime, datetime] | None = None
    """Of one that was moved: where it was."""
    reason: str = ""
    """A code: taken, unknown, not_in_time, broken, left, calendar_gone, no_write_access, in_google."""
    is_old: bool = False
    """There is a newer message about the same appointment: this one keeps its words and loses its time and buttons."""
    was_called: str = ""
    """Of one that is called something else now: what it was called."""
    was_in: str = ""
    """Of one that takes place somewhere else now: where it was to be."""

    @property
    def can_change(self) -> bool:
        """Whether the buttons to move and to cancel belong under it."""
        ends = (*OVER, State.CANCELLING)
        return not self.is_old and self.news in CHANGEABLE and self.appointment.state not in ends

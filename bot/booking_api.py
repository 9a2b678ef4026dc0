"""What the booking API asks of the services. Every method may block, and raises nothing but errors made on purpose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.appointments import Appointment, Openings, Standing, Wish
from bot.domain.changes import Change
from bot.errors import BotError


class VersionPassed(BotError):
    """This appointment was changed since you read it. Read it again, then decide."""


class Booking(Protocol):
    """Appointments of one workspace."""

    def book(self, wish: Wish, *, key_id: str, idempotency_key: str, request_hash: str) -> Appointment:
        """Confirmed, or held when Google takes its time; the same one for the same key and request.

        Raises SlotTaken, NotBookable, AvailabilityUnknown, KeyReused.
        """
        ...

    def get(self, team_id: str, appointment_id: str) -> Appointment:
        """One of them. Raises NoSuchAppointment."""
        ...

    def listing(self, team_id: str, after: str | None, limit: int) -> tuple[Sequence[Appointment], str | None]:
        """A page of them, and the cursor of the next page. Raises CursorUnknown."""
        ...

    def change(self, team_id: str, appointment_id: str, change: Change, version: int | None) -> Appointment:
        """Changed, or on its way there; one that is as it is to be already stays so.

        Raises NoSuchAppointment, SlotTaken, NotBookable, AvailabilityUnknown, GoogleUnavailable; VersionPassed when
        ``version`` is old.
        """
        ...

    def cancel(self, team_id: str, appointment_id: str, version: int | None) -> Appointment:
        """Cancelled, or on its way there; one that is cancelled already stays so.

        Raises NoSuchAppointment, NotBookable; VersionPassed when ``version`` is old.
        """
        ...


class FreeTimes(Protocol):
    """Who can be booked, and when."""

    def people(
        self, team_id: str, email: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[Standing], str | None]:
        """A page of the workspace's people, or those with this address; and the cursor of the next page.

        Raises CursorUnknown.
        """
        ...

    def openings(
        self,
        team_id: str,
        required: Sequence[str],
        optional: Sequence[str],
        start: datetime,
        end: datetime,
        length: timedelta,
        now: datetime,
    ) -> Openings:
        """What is free for all who must come, by our ids. Raises NotBookable for somebody who is not there."""
        ...

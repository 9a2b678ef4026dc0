"""The services as booking systems use them: one workspace's people and appointments, page by page."""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.appointments import Appointment, Openings, Standing, Wish
from bot.domain.changes import Change
from bot.errors import CursorUnknown, NotBookable
from bot.services.appointments import Appointments
from bot.services.availability import Availability

_ID = re.compile(r"[0-9a-f]{32}")


class ForPrograms:
    """The protocols ``Booking`` and ``FreeTimes`` of bot/booking_api.py."""

    def __init__(self, appointments: Appointments, availability: Availability) -> None:
        self._appointments = appointments
        self._availability = availability

    def book(self, wish: Wish, *, key_id: str, idempotency_key: str, request_hash: str) -> Appointment:
        """See Booking."""
        return self._appointments.book(
            wish, requester=key_id, idempotency_key=idempotency_key, request_hash=request_hash
        )

    def get(self, team_id: str, appointment_id: str) -> Appointment:
        """See Booking."""
        return self._appointments.get(team_id, appointment_id)

    def listing(self, team_id: str, after: str | None, limit: int) -> tuple[Sequence[Appointment], str | None]:
        """See Booking; by their start."""
        found = self._appointments.page(team_id, _place(after) if after else None, limit + 1)
        more = found[:limit][-1] if len(found) > limit else None
        return found[:limit], _cursor(more) if more else None

    def change(self, team_id: str, appointment_id: str, change: Change, version: int | None) -> Appointment:
        """See Booking."""
        return self._appointments.change(team_id, appointment_id, change, version=version)

    def cancel(self, team_id: str, appointment_id: str, version: int | None) -> Appointment:
        """See Booking."""
        return self._appointments.cancel(team_id, appointment_id, version=version)

    def people(
        self, team_id: str, email: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[Standing], str | None]:
        """See FreeTimes; in the order of their ids."""
        if after is not None and not _ID.fullmatch(after):
            raise CursorUnknown
        found = self._availability.people(team_id, email, after, limit + 1)
        more = found[:limit][-1] if len(found) > limit else None
        return found[:limit], more.party.person_id if more else None

    def openings(
        self,
        team_id: str,
        required: Sequence[str],
        optional: Sequence[str],
        start: datetime,
        end: datetime,
        length: timedelta,
        now: datetime,  # noqa: ARG002 - the service has its own clock
    ) -> Openings:
        """See FreeTimes."""
        found = self._availability.openings(team_id, required, start, end, length, optional=optional)
        known = {each.party.person_id for each in found.standings}
        for person_id in (*required, *optional):
            if person_id not in known:
                raise NotBookable("unknown_person", "There is no such person in this workspace.", field="people")
        return found


def _cursor(last: Appointment) -> str:
    return base64.urlsafe_b64encode(f"{last.start.isoformat()}|{last.id}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        moment, _, appointment_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        start = datetime.fromisoformat(moment)
        if start.tzinfo is not None and appointment_id:
            return start, appointment_id
    except (ValueError, binascii.Error):
        pass
    raise CursorUnknown

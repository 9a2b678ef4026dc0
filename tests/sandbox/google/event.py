from dataclasses import dataclass, field
from datetime import datetime

from tests.sandbox.google import event_rules
from tests.sandbox.google.calendars import Calendar
from tests.sandbox.google.model import Json


@dataclass(eq=False)
class Event:
    """A stored event: what clients wrote, and what Google keeps beside it."""

    resource: Json
    calendar: Calendar
    creator: Json
    organizer: Json
    seq: int
    created: datetime
    updated: datetime
    version: int
    _measured: tuple[Json, tuple[datetime, datetime]] | None = field(default=None, init=False, repr=False)

    @property
    def id(self) -> str:
        return str(self.resource["id"])

    @property
    def etag(self) -> str:
        return etag_of(self.version)

    @property
    def cancelled(self) -> bool:
        return bool(self.resource["status"] == "cancelled")

    @property
    def organized_here(self) -> bool:
        return bool(self.organizer.get("self"))

    def span(self) -> tuple[datetime, datetime]:
        if self._measured is None or self._measured[0] is not self.resource:  # read often, and written seldom
            self._measured = (self.resource, event_rules.span(self.resource, self.calendar.time_zone))
        return self._measured[1]


def etag_of(version: int) -> str:
    return f'"{3_400_000_000_000_000 + version}"'

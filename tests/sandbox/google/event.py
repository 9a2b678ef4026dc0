from dataclasses import dataclass
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
        return event_rules.span(self.resource, self.calendar.time_zone)


def etag_of(version: int) -> str:
    return f'"{3_400_000_000_000_000 + version}"'

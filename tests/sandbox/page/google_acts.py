"""What a person does at Google from the page."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.google.standin import GoogleStandIn

Json = dict[str, Any]
_MAY_WRITE = ("writer", "writerWithoutPrivateAccess", "owner")


class GoogleActs:
    """One method per act; each takes the page's request body. Raises ValueError in words a person can read."""

    def __init__(self, google: GoogleStandIn) -> None:
        self._google = google

    def add_event(self, asked: Json, zone: ZoneInfo) -> None:
        calendar_id = self._writable(asked)
        day = date.fromisoformat(asked["day"])
        start = datetime.combine(day, time.fromisoformat(asked["start"]), zone)
        end = datetime.combine(day, time.fromisoformat(asked["end"]), zone)
        if end <= start:
            raise ValueError("The end must come after the start.")
        transparency = "transparent" if asked.get("free") else "opaque"
        self._google.add_event(calendar_id, start, end, asked["title"], transparency=transparency)

    def delete_event(self, asked: Json) -> None:
        self._google.delete_event(self._writable(asked), asked["event"])

    def delete_calendar(self, asked: Json) -> None:
        if self._entry(asked).primary:
            raise ValueError("A primary calendar cannot be deleted.")
        self._google.delete_calendar(asked["calendar"])

    def unsubscribe(self, asked: Json) -> None:
        self._google.unsubscribe(self._account(asked), asked["calendar"])

    def role(self, asked: Json) -> None:
        self._google.set_role(self._account(asked), asked["calendar"], asked["role"])

    def revoke(self, asked: Json) -> None:
        self._google.revoke(self._account(asked))

    def _account(self, asked: Json) -> str:
        mine = [account.email for account in self._google.accounts(asked["person"])]
        if asked["account"] not in mine:
            raise ValueError(f"{asked['account']} is not signed in to this browser.")
        return str(asked["account"])

    def _entry(self, asked: Json) -> Any:
        for entry in self._google.calendars(self._account(asked)):
            if entry.id == asked["calendar"]:
                return entry
        raise ValueError("This calendar is no longer on the list.")

    def _writable(self, asked: Json) -> str:
        entry = self._entry(asked)
        if entry.role not in _MAY_WRITE:
            raise ValueError(f"You may not change events of “{entry.summary}”.")
        return str(entry.id)

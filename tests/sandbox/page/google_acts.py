"""What a person does at Google from the page."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.google.standin import GoogleStandIn

Json = dict[str, Any]
LIFETIMES = (0, 2, 7, 30)
STATES = ("ok", "not_a_calendar_user", "disabled", "deleted")
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

    def unshare(self, asked: Json) -> None:
        entry = self._entry(asked)
        if entry.primary:
            raise ValueError("Nobody can take a person's primary calendar away.")
        self._google.unshare(entry.id, self._account(asked))

    def revoke(self, asked: Json) -> None:
        self._google.revoke(self._account(asked))

    def expire(self, asked: Json) -> None:
        self._google.expire_grant(self._account(asked))

    def remove_permission(self, asked: Json) -> None:
        self._google.remove_scope(self._account(asked), asked["scope"])

    def lifetime(self, asked: Json) -> None:
        """How long the access lasts that the person gives next; 0 days is for good."""
        days = int(asked["days"])
        if days not in LIFETIMES:
            raise ValueError("Google offers no such time.")
        lifetime = timedelta(days=days) if days else None
        with self._google.changing():
            self._google.set_refresh_lifetime(lifetime, email=self._account(asked))

    def end_session(self, asked: Json) -> None:
        self._google.end_session(self._account(asked))

    def block(self, asked: Json) -> None:
        if asked["blocked"]:
            self._google.block_app(email=self._account(asked))
        else:
            self._google.unblock_app(email=self._account(asked))

    def account_state(self, asked: Json) -> None:
        if asked["state"] not in STATES:
            raise ValueError("No administrator can do that.")
        self._google.set_account_state(self._account(asked), asked["state"])

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

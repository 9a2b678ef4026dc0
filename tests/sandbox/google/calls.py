"""What a handler of the Calendar API is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.sandbox.google.calendars import Calendar, Calendars
from tests.sandbox.google.discovery import Method
from tests.sandbox.google.errors import forbidden, not_found
from tests.sandbox.google.model import Account, Json

_AUTH = "https://www.googleapis.com/auth/"
_NARROW = frozenset(f"{_AUTH}calendar.{name}" for name in ("app.created", "events.public.readonly"))
"""Scopes that reach only calendars of a kind there is none of here: made by the app, or public."""
_OWNED = frozenset(f"{_AUTH}calendar.{name}" for name in ("events.owned", "events.owned.readonly"))
_FREEBUSY = frozenset({f"{_AUTH}calendar.events.freebusy"})


@dataclass(frozen=True)
class Request:
    """An authorized, validated request."""

    method: Method
    account: Account
    scopes: frozenset[str]
    path: dict[str, str]
    query: Json
    body: Json
    if_match: str | None
    if_none_match: str | None

    @property
    def useful_scopes(self) -> frozenset[str]:
        return self.scopes & self.method.scopes

    @property
    def sees_times_only(self) -> bool:
        """The token allows availability and no more."""
        return self.useful_scopes - _NARROW <= _FREEBUSY

    def calendar(self, calendars: Calendars) -> tuple[Calendar, str]:
        """The calendar of the path with the caller's role; 404 hides what the caller may not see."""
        found = calendars.seen_by(self.account.email, self.path["calendarId"])
        if found is None or self.useful_scopes <= _NARROW:
            raise not_found()
        if self.useful_scopes <= _NARROW | _OWNED and found[1] != "owner":
            raise forbidden("The granted scopes only allow access to calendars you own.")
        return found


@dataclass(frozen=True)
class Reply:
    """A body with its etag; no body means 204."""

    body: Json | None = None
    etag: str | None = None


Handler = Callable[[Request], Reply]

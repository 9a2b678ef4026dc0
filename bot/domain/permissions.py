"""What we ask Google for, in plain words, and what breaks without each."""

from collections.abc import Iterable
from dataclasses import dataclass

_PREFIX = "https://www.googleapis.com/auth/"
# Google answers the short OpenID names in the long spelling (RFC 6749 lets it): both become the long one here.
_LONG = {"email": f"{_PREFIX}userinfo.email", "profile": f"{_PREFIX}userinfo.profile"}


@dataclass(frozen=True)
class Request:
    """What people are told before Google asks them: what we ask for, and what it is good for."""

    asks: str
    so_that: str


REQUESTS: tuple[Request, ...] = (
    Request("Your name and e-mail address", "we know that the account is yours"),
    Request("The list of your calendars", "you can choose among them"),
    Request("When you are busy, never why", "nobody books you twice"),
    Request("Changing events", "appointments show up in your calendar, move and disappear"),
)
"""Together they stand for all of ``PERMISSIONS``."""


@dataclass(frozen=True)
class Permission:
    """One scope: ``asks`` is what Google will show, ``breaks`` what we cannot do without it."""

    scope: str
    asks: str
    breaks: str


PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "openid",
        "Know which Google account you chose",
        "we cannot tell which account is yours",
    ),
    Permission(
        _LONG["email"],
        "See your Google e-mail address",
        "we cannot check that the account is yours",
    ),
    Permission(
        _LONG["profile"],
        "See your name on that account",
        "we cannot show you which account is connected",
    ),
    Permission(
        f"{_PREFIX}calendar.calendarlist.readonly",
        "See the list of your calendars",
        "you could not choose any calendar",
    ),
    Permission(
        f"{_PREFIX}calendar.freebusy",
        "See when you are busy, never why",
        "you could be booked twice",
    ),
    Permission(
        f"{_PREFIX}calendar.events",
        "Write, move and remove appointments",
        "appointments could not be written to your calendar",
    ),
)

SCOPES: tuple[str, ...] = tuple(permission.scope for permission in PERMISSIONS)


def normalised(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes in Google's long spelling."""
    return frozenset(_LONG.get(scope, scope) for scope in scopes)


def missing(granted: Iterable[str]) -> tuple[Permission, ...]:
    """The permissions we asked for and did not get, in the order we ask."""
    have = normalised(granted)
    return tuple(permission for permission in PERMISSIONS if permission.scope not in have)

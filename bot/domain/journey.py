"""The browser's way through consent, as frozen values: what the pages show and where they send the browser next."""

from dataclasses import dataclass

from bot.domain.permissions import Permission

CONNECTED = "connected"
"""The one outcome that is no refusal; every other outcome is a key of ``REASONS``."""

PENDING = "pending"
"""The outcome of a flow whose answer from Google is still being worked on."""


@dataclass(frozen=True)
class TicketPage:
    """Whom a personal link is for. ``account`` is named when this is a reconnect."""

    person_name: str
    team_name: str
    account: str | None = None


@dataclass(frozen=True)
class Departure:
    """Where a started flow sends the browser, and the cookie that ties the flow to it."""

    url: str
    cookie: str

    def __repr__(self) -> str:
        return "Departure(…)"


@dataclass(frozen=True)
class Arrival:
    """Where a returned browser goes next: our clean result page, or a provider's address."""

    location: str

    def __repr__(self) -> str:
        return "Arrival(…)"


@dataclass(frozen=True)
class Result:
    """How the cookie's flow ended: CONNECTED, PENDING, or the key of a refusal.

    ``can_prove`` says that Sign in with Slack would settle it, ``can_retry`` that the same link may be used again.
    """

    outcome: str
    account: str | None = None
    expected_email: str | None = None
    missing: tuple[Permission, ...] = ()
    person_name: str = ""
    can_prove: bool = False
    can_retry: bool = False

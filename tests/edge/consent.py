"""A consent service that remembers what it was asked: just enough to walk every page."""

from dataclasses import dataclass, field

from bot.domain.journey import Arrival, Departure, Result, TicketPage
from bot.errors import LinkDead, StateRejected

TICKET = "the-ticket-of-ana-lima-0123456789abcdefghijk"
COOKIE = "a-cookie-of-this-browser"
STATE = "the-state-of-this-flow"


@dataclass
class RecordedConsent:
    """Knows one ticket, one state and one cookie. ``changes`` holds whatever was not merely looked at."""

    provider: str
    page: TicketPage = field(default_factory=lambda: TicketPage("Ana Lima", "Acme"))
    ending: Result = field(default_factory=lambda: Result("connected", account="ana@acme.example"))
    changes: list[str] = field(default_factory=list)
    looked: int = 0
    raises: Exception | None = None

    def look(self, ticket: str) -> TicketPage:
        self._live(ticket)
        self.looked += 1
        return self.page

    def start(self, ticket: str, *, prove: bool = False) -> Departure:
        self._live(ticket)
        self.changes.append(f"start prove={prove}")
        return Departure(f"{self.provider}?state={STATE}", COOKIE)

    def google_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        return self._returned("google", state, cookie, code or error)

    def slack_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        return self._returned("slack", state, cookie, code or error)

    def result(self, cookie: str) -> Result:
        self._known(cookie)
        return self.ending

    def again(self, cookie: str, *, prove: bool) -> Departure:
        self._known(cookie)
        self.changes.append(f"again prove={prove}")
        return Departure(f"{self.provider}?state={STATE}", COOKIE)

    def disconnect(self, cookie: str) -> None:
        self._known(cookie)
        self.changes.append("disconnect")

    def _live(self, ticket: str) -> None:
        if self.raises is not None:
            raise self.raises
        if ticket != TICKET:
            raise LinkDead

    def _returned(self, provider: str, state: str, cookie: str, answer: str | None) -> Arrival:
        if state != STATE:
            raise StateRejected
        self._known(cookie)
        self.changes.append(f"{provider} returned {answer}")
        return Arrival("/connected")

    def _known(self, cookie: str) -> None:
        if cookie != COOKIE:
            raise StateRejected

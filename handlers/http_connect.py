"""The personal page and the way through consent: each route is one question to the service and one page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.domain.journey import Arrival, Departure, Result, TicketPage
from bot.errors import LinkDead, StateRejected
from bot.settings import COOKIE_LIVES, Settings
from handlers import cookies
from handlers.background import Background
from handlers.edge import departures
from handlers.headers import origin
from handlers.http_install import Installing
from handlers.rendering import Pages

T = TypeVar("T")
log = structlog.get_logger()

RESULT = "/connected"
_GONE = "/disconnected"
_BUDGET = 15.0
_EXCHANGE_BUDGET = 60.0
_TICKET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_COOKIE = re.compile(r"[A-Za-z0-9_-]{1,256}")
_OPAQUE = re.compile(r"[\x21-\x7e]{1,2048}")
_ERROR = re.compile(r"[a-z_]{1,64}")
_ANSWER = ("state", "code", "error")
_FORBIDDEN, _METHOD_NOT_ALLOWED = 403, 405


class ConsentFlow(Protocol):
    """What the pages ask of the service. Every method may block."""

    def look(self, ticket: str) -> TicketPage:
        """Whom the link is for; changes nothing. Raises LinkDead."""
        ...

    def start(self, ticket: str, *, prove: bool = False) -> Departure:
        """Begin consent, Sign in with Slack first if ``prove``. Raises LinkDead."""
        ...

    def google_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        """The browser is back from Google. Raises StateRejected."""
        ...

    def slack_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        """The browser is back from Sign in with Slack. Raises StateRejected."""
        ...

    def result(self, cookie: str) -> Result:
        """How this browser's flow ended. Raises StateRejected."""
        ...

    def again(self, cookie: str, *, prove: bool) -> Departure:
        """Begin again from the same link. Raises LinkDead, StateRejected."""
        ...

    def disconnect(self, cookie: str) -> None:
        """Drop what this browser's flow has connected. Raises StateRejected."""
        ...


@dataclass(frozen=True)
class ProviderAnswer:
    """What an authorisation server sent the browser back with."""

    state: str
    code: str | None
    error: str | None

    def __repr__(self) -> str:
        return "ProviderAnswer(…)"


def router(
    flow: ConsentFlow, background: Background, pages: Pages, settings: Settings, installing: Installing | None = None
) -> APIRouter:
    """Every page that an employee's browser meets. Slack sends installers back to the same address as employees."""
    edge, routes = ConsentEdge(flow, background, pages, settings, installing), APIRouter()
    for method, path, endpoint in (
        ("GET", "/connect/{ticket}", edge.personal_page),
        ("POST", "/connect/{ticket}/start", edge.start),
        ("GET", "/oauth/google/callback", edge.google_returned),
        ("GET", "/slack/oauth_redirect", edge.slack_returned),
        ("GET", RESULT, edge.result),
        ("POST", "/connected/again", edge.again),
        ("POST", "/connected/prove", edge.prove),
        ("POST", "/connected/disconnect", edge.disconnect),
        ("GET", _GONE, edge.disconnected),
    ):
        routes.add_route(path, endpoint, methods=[method], include_in_schema=False)
    return routes


class ConsentEdge:
    """The routes. The service is asked in the pool, never on the event loop."""

    def __init__(
        self,
        flow: ConsentFlow,
        background: Background,
        pages: Pages,
        settings: Settings,
        installing: Installing | None = None,
    ) -> None:
        self._flow = flow
        self._background = background
        self._pages = pages
        self._installing = installing
        self._origin = origin(settings.public_url)
        self._is_secure = not settings.public_is_loopback
        # Safari drops Secure cookies on http://127.0.0.1, and the __Host- prefix wants Secure.
        self._cookie_name = "__Host-flow" if self._is_secure else "flow"
        self._departures = frozenset(origin(address) for address in departures(settings))

    async def personal_page(self, request: Request) -> Response:
        """GET and HEAD, by people, preview bots and scanners alike: nothing happens."""
        ticket = _ticket(request)
        return self._pages.personal(ticket, await self._ask(self._flow.look, ticket))

    async def start(self, request: Request) -> Response:
        """The button on the personal page."""
        self._refuse_foreign(request)
        return self._depart(await self._ask(self._flow.start, _ticket(request)))

    async def google_returned(self, request: Request) -> Response:
        """Google sends the browser back."""
        return await self._returned(request, self._flow.google_returned)

    async def slack_returned(self, request: Request) -> Response:
        """Sign in with Slack sends the browser back; so does an installation, told by its state."""
        answer = _answer(request)
        if self._installing is not None and self._installing.is_ours(request):
            return await self._installing.finish(request, answer.state, answer.code, self._background)
        return await self._returned(request, self._flow.slack_returned)

    async def result(self, request: Request) -> Response:
        """The clean page at the end, for this browser's own flow."""
        cookie = self._cookie(request)
        if cookie is None:
            return self._pages.back_to_slack()
        return self._pages.result(await self._ask(self._flow.result, cookie))

    async def again(self, request: Request) -> Response:
        """Another try with the same link."""
        return await self._again(request, prove=False)

    async def prove(self, request: Request) -> Response:
        """Another try, with Sign in with Slack first."""
        return await self._again(request, prove=True)

    async def disconnect(self, request: Request) -> Response:
        """Not you? Then it ends here."""
        self._refuse_foreign(request)
        await self._ask(self._flow.disconnect, self._needed_cookie(request))
        gone = _see_other(_GONE)
        gone.delete_cookie(self._cookie_name, path="/", secure=self._is_secure, httponly=True, samesite="lax")
        return gone

    async def disconnected(self, _request: Request) -> Response:
        """The same fixed page for everybody."""
        return self._pages.disconnected()

    async def _returned(self, request: Request, service: Callable[..., Arrival]) -> Response:
        answer, cookie = _answer(request), self._needed_cookie(request)
        asked = partial(service, state=answer.state, cookie=cookie, code=answer.code, error=answer.error)
        return self._onward(await self._ask(asked, budget=_EXCHANGE_BUDGET))

    async def _again(self, request: Request, *, prove: bool) -> Response:
        self._refuse_foreign(request)
        return self._depart(await self._ask(partial(self._flow.again, self._needed_cookie(request), prove=prove)))

    async def _ask(self, question: Callable[..., T], *args: Any, budget: float = _BUDGET) -> T:
        return await self._background.ask(question, *args, budget=budget)

    def _refuse_foreign(self, request: Request) -> None:
        """Only our own pages may post. Sec-Fetch-Site cannot be forged by a page; older browsers send Origin."""
        site = request.headers.get("sec-fetch-site")
        is_ours = site == "same-origin" if site is not None else request.headers.get("origin") == self._origin
        if not is_ours:
            log.warning("foreign_post")
            raise HTTPException(_FORBIDDEN)

    def _cookie(self, request: Request) -> str | None:
        value = cookies.only(request, self._cookie_name)
        return value if _COOKIE.fullmatch(value) else None

    def _needed_cookie(self, request: Request) -> str:
        cookie = self._cookie(request)
        if cookie is None:
            raise StateRejected
        return cookie

    def _depart(self, departure: Departure) -> Response:
        response = self._onward(Arrival(departure.url))
        response.set_cookie(
            self._cookie_name,
            departure.cookie,
            max_age=int(COOKIE_LIVES.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def _onward(self, arrival: Arrival) -> Response:
        if arrival.location != RESULT and origin(arrival.location) not in self._departures:
            raise RuntimeError("a browser would have been sent to an address that is not configured")
        return _see_other(arrival.location)


def _answer(request: Request) -> ProviderAnswer:
    """State, and a code or an error: each once, short and printable. Raises StateRejected at anything odd."""
    if request.method == "HEAD":  # a scanner that follows addresses must not use up a code
        raise HTTPException(_METHOD_NOT_ALLOWED, headers={"Allow": "GET"})
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in found:
            raise StateRejected
        if name in _ANSWER:
            found[name] = value
    answer = ProviderAnswer(found.get("state", ""), found.get("code"), found.get("error"))
    if not _OPAQUE.fullmatch(answer.state) or (answer.code is None) == (answer.error is None):
        raise StateRejected
    if not (_OPAQUE.fullmatch(answer.code) if answer.code is not None else _ERROR.fullmatch(answer.error or "")):
        raise StateRejected
    return answer


def _ticket(request: Request) -> str:
    ticket = str(request.path_params["ticket"])
    if not _TICKET.fullmatch(ticket):
        raise LinkDead
    return ticket


def _see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, status_code=303)

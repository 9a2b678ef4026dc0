"""The transport alone: what googleapiclient relies on, and what it must never do."""

import gzip
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.google.calendar import GoogleCalendars
from bot.google.oauth import GoogleConsent
from bot.google.transport import Transport
from bot.ports import Calendars, Consent
from tests.google.rig import Rig
from tests.sandbox.server import Served

ROUTE = "/{rest:path}"


class Echo:
    """Says what it heard, and remembers from how many connections it heard it."""

    def __init__(self) -> None:
        self.peers: set[object] = set()
        self.asked: list[str] = []
        self.app = Starlette(routes=[Route(ROUTE, self.answer, methods=["GET", "POST"])])

    async def answer(self, request: Request) -> Response:
        self.peers.add(request.client)
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/moved":
            return RedirectResponse("/elsewhere", 307)
        if request.url.path == "/packed":
            return Response(gzip.compress(b"packed"), headers={"content-encoding": "gzip"})
        return PlainTextResponse(await request.body(), 418, headers={"X-Heard": request.headers.get("x-said", "")})


@pytest.fixture
def echo() -> Iterator[tuple[Echo, str, Transport]]:
    heard, transport = Echo(), Transport()
    served = Served(heard.app)
    yield heard, served.url, transport
    transport.close()
    served.stop()


def test_an_answer_has_a_status_headers_and_bytes(echo: tuple[Echo, str, Transport]) -> None:
    _, url, transport = echo
    response, content = transport.request(f"{url}/x", "POST", body="é", headers={"X-Said": "1"})
    assert (response.status, response["status"], response["x-heard"]) == (418, "418", "1")
    assert content == "é".encode()


def test_a_packed_answer_is_unpacked(echo: tuple[Echo, str, Transport]) -> None:
    _, url, transport = echo
    assert transport.request(f"{url}/packed")[1] == b"packed"


def test_a_redirect_is_an_answer_and_is_not_followed(echo: tuple[Echo, str, Transport]) -> None:
    heard, url, transport = echo
    response, _ = transport.request(f"{url}/moved", "POST", body="x", redirections=5)
    assert response.status == 307
    assert heard.asked == ["POST /moved"]


def test_one_connection_serves_one_caller(echo: tuple[Echo, str, Transport]) -> None:
    heard, url, transport = echo
    for _ in range(20):
        transport.request(f"{url}/x")
    assert len(heard.peers) == 1


def test_the_adapters_are_what_the_services_ask_for(google: Rig) -> None:
    """A type checker's test: the names and signatures are those of the ports."""
    consent: Consent = google.consent
    calendars: Calendars = google.calendars
    assert isinstance(consent, GoogleConsent)
    assert isinstance(calendars, GoogleCalendars)

"""A served Google stand-in with two accounts, and a client of it made of the real libraries."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build_from_document  # type: ignore[attr-defined] # the stubs leave it out
from googleapiclient.errors import HttpError
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.discovery import document
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.google.visitor import Visitor
from tests.sandbox.server import Faulty, Served

ANA = "ana@acme.example"
CLEO = "cleo@acme.example"
REDIRECT = "http://127.0.0.1:1/oauth/google/callback"
AUTH = "https://www.googleapis.com/auth/"
LISTS, BUSY, EVENTS = (f"{AUTH}calendar.{name}" for name in ("calendarlist.readonly", "freebusy", "events"))
SCOPES = ["openid", f"{AUTH}userinfo.email", f"{AUTH}userinfo.profile", LISTS, BUSY, EVENTS]


@dataclass
class Setting:
    clock: SandboxClock
    google: GoogleStandIn
    url: str
    stack: ExitStack
    """Closes what the libraries left open."""

    def flow(self, scopes: list[str] | None = None, **more: Any) -> Flow:
        web = {
            "client_id": self.google.client_id,
            "client_secret": self.google.client_secrets[0],
            "auth_uri": f"{self.url}/o/oauth2/v2/auth",
            "token_uri": f"{self.url}/token",
        }
        flow: Flow = Flow.from_client_config({"web": web}, scopes or SCOPES, redirect_uri=REDIRECT, **more)
        self.stack.callback(flow.oauth2session.close)
        return flow

    def ask(self, flow: Flow, **more: str) -> str:
        url, _ = flow.authorization_url(**{"access_type": "offline", "prompt": "consent", **more})
        return str(url)

    def code(self, flow: Flow, email: str = ANA, *, ticks: list[str] | None = None, **more: str) -> str:
        back = Visitor().consents(self.ask(flow, **more), email, scopes=ticks)
        assert back is not None
        return parse_qs(urlsplit(back).query)["code"][0]

    def connected(self, email: str = ANA, scopes: list[str] | None = None) -> Credentials:
        flow = self.flow(scopes)
        flow.fetch_token(code=self.code(flow, email))
        credentials: Credentials = flow.credentials
        return credentials

    def calendar(self, credentials: Credentials) -> Any:
        endpoint = {"api_endpoint": f"{self.url}/calendar/v3/"}
        text = json.dumps(document())  # the library writes into what it is given
        service: Any = build_from_document(text, credentials=credentials, client_options=endpoint)
        self.stack.callback(service.close)
        return service

    def again(self, credentials: Credentials, **changes: Any) -> Credentials:
        """Fresh credentials made of the refresh token alone, refreshed."""
        given = {
            "refresh_token": credentials.refresh_token,
            "token_uri": f"{self.url}/token",
            "client_id": self.google.client_id,
            "client_secret": self.google.client_secrets[0],
        }
        renewed = Credentials(None, **{**given, **changes})  # type: ignore[no-untyped-call] # google-auth's own
        renewed.refresh(Request())  # type: ignore[no-untyped-call] # google-auth's own
        return renewed


def refusal(request: Any) -> tuple[int, str]:
    """The status and reason by which a request of googleapiclient is refused."""
    with pytest.raises(HttpError) as refused:
        request.execute()
    return refused.value.status_code, json.loads(refused.value.content)["error"]["errors"][0]["reason"]


class _Switch:
    """Starting a server takes longer than a test: one listens for a module, a fresh stand-in answers for each test."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is not None and scope["type"] == "http":
            await self.app(scope, receive, send)


@contextmanager
def opened() -> Iterator[Callable[[], Setting]]:
    """A way to have fresh settings, one after the other."""
    switch = _Switch()
    served = Served(switch)
    stack = ExitStack()

    def fresh() -> Setting:
        stack.close()
        clock = SandboxClock()
        google = GoogleStandIn(clock)
        switch.app = Faulty(google.app, google.script)
        google.base_url = served.url
        google.redirect_uris.add(REDIRECT)
        google.add_account(ANA, name="Ana Lima", hd="acme.example", owner="U0ANA")
        google.add_account(CLEO, name="Cleo Park", hd="acme.example", owner="U0CLEO")
        google.add_calendar(ANA, "Ana Lima", primary=True, time_zone="Europe/Lisbon")
        google.add_calendar(CLEO, "Cleo Park", primary=True, time_zone="Asia/Seoul")
        return Setting(clock, google, served.url, stack)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback
        yield fresh
    stack.close()
    served.stop()

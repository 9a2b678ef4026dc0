"""The Google stand-in: what a test, the world and the sandbox page hold in their hands."""

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Script
from tests.sandbox.google.calendar_api import CalendarApi
from tests.sandbox.google.calendar_lists import CalendarLists
from tests.sandbox.google.consent_pages import ConsentPages
from tests.sandbox.google.console import Console
from tests.sandbox.google.event_calls import EventCalls
from tests.sandbox.google.free_busy import FreeBusy
from tests.sandbox.google.model import Call
from tests.sandbox.google.permissions_page import PermissionsPage
from tests.sandbox.google.risc_api import RiscApi
from tests.sandbox.google.token_endpoint import TokenEndpoint


class GoogleStandIn(Console):
    """Google for one OAuth client: consent, tokens, identity, Calendar API v3, and Cross-Account Protection."""

    def __init__(self, clock: SandboxClock) -> None:
        super().__init__(clock)
        self.script = Script(self._state.now)
        self.journal: list[Call] = []
        self.app: ASGIApp = self._journaled(self._application())

    def _application(self) -> Starlette:
        handlers = {
            **CalendarLists(self._state, self._calendars).handlers(),
            **EventCalls(self._state, self._calendars, self._events, self._meetings).handlers(),
            **FreeBusy(self._calendars, self._events).handlers(),
        }
        parts = (
            ConsentPages(self._state, self.client, self._accounts, self._grants),
            TokenEndpoint(self._state, self.client, self._accounts, self._grants),
            PermissionsPage(self.client, self._accounts, self._grants, self.revoke),
            RiscApi(self._state, self.client, self._grants, self._service_accounts, self.risc),
            CalendarApi(self._state, self.client, self._accounts, self._grants, self.quota, handlers),
        )
        return Starlette(routes=[route for part in parts for route in part.routes()])

    def _journaled(self, app: ASGIApp) -> ASGIApp:
        async def journaled(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            scope["state"] = noted = {"account": None, **scope.get("state", {})}

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    call = Call(scope["method"], scope["path"], message["status"], noted["account"], self._state.now())
                    self.journal.append(call)
                await send(message)

            await app(scope, receive, note)

        return journaled

"""The Google stand-in: what a test, the world and the sandbox page hold in their hands."""

from datetime import timedelta

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Script
from tests.sandbox.google.calendar_api import CalendarApi
from tests.sandbox.google.calendar_lists import CalendarLists
from tests.sandbox.google.consent_pages import ConsentPages
from tests.sandbox.google.controls import Controls
from tests.sandbox.google.event_calls import EventCalls
from tests.sandbox.google.free_busy import FreeBusy
from tests.sandbox.google.model import Call, Client, ClientState, Policy, ProjectState
from tests.sandbox.google.permissions_page import PermissionsPage
from tests.sandbox.google.token_endpoint import TokenEndpoint


class GoogleStandIn(Controls):
    """Google for one OAuth client: consent, tokens, identity, and Calendar API v3."""

    def __init__(self, clock: SandboxClock) -> None:
        super().__init__(clock)
        self.client = Client("407408718192-sandbox.apps.googleusercontent.com", ["GOCSPX-sandbox-secret"], set())
        self.script = Script(self._state.now)
        self.journal: list[Call] = []
        self.base_url = ""
        self.app: ASGIApp = self._journaled(self._application())

    def _application(self) -> Starlette:
        handlers = {
            **CalendarLists(self._state, self._calendars).handlers(),
            **EventCalls(self._state, self._calendars, self._events).handlers(),
            **FreeBusy(self._calendars, self._events).handlers(),
        }
        parts = (
            ConsentPages(self._state, self.client, self._accounts, self._grants),
            TokenEndpoint(self._state, self.client, self._accounts, self._grants),
            PermissionsPage(self.client, self._accounts, self._grants),
            CalendarApi(self._state, self.client, self._accounts, self._grants, handlers),
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

    # The client, as the operator set it up in the console

    @property
    def client_id(self) -> str:
        return self.client.client_id

    @property
    def client_secrets(self) -> list[str]:
        return self.client.secrets

    @client_secrets.setter
    def client_secrets(self, secrets: list[str]) -> None:
        self.client.secrets = secrets

    @property
    def redirect_uris(self) -> set[str]:
        return self.client.redirect_uris

    @redirect_uris.setter
    def redirect_uris(self, addresses: set[str]) -> None:
        self.client.redirect_uris = addresses

    def set_client_state(self, state: ClientState) -> None:
        self.client.state = state

    def set_project_state(self, state: ProjectState) -> None:
        self.client.project_state = state

    def set_policy(self, policy: Policy | None, *, email: str | None = None, domain: str | None = None) -> None:
        """Keep everybody, or one account, out at the consent screen; ``domain`` is the one org_internal lets in."""
        if email is None:
            self.client.policy = policy
        else:
            self._accounts.of(email).policy = policy
        self.client.internal_to = domain or self.client.internal_to

    def set_refresh_lifetime(self, lifetime: timedelta | None) -> None:
        """Time-based access: refresh tokens issued from now on expire, and answers say when."""
        self._grants.refresh_lifetime = lifetime

"""The Slack adapters, built as the composition root builds them, against the Slack stand-in on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.slack.directory import SlackDirectory
from bot.slack.notifier import SlackNotifier
from bot.slack.sign_in import SlackSignInWithOpenID
from bot.slack.workspaces import BOT_SCOPES, Clients, SlackInstaller
from tests.sandbox.clock import SandboxClock
from tests.sandbox.server import Faulty, Served
from tests.sandbox.slack.standin import SlackStandIn

TEAM = "T0ACME"
PUBLIC_URL = "http://127.0.0.1:3000"
REDIRECT = f"{PUBLIC_URL}/slack/oauth_redirect"


class Rig:
    """Slack with a few people in it, and everything of ours that talks to it."""

    def __init__(self, base_url: str, standin: SlackStandIn, clock: SandboxClock) -> None:
        self.standin, self.clock = standin, clock
        self.api_url = f"{base_url}/api/"
        self.tokens = {TEAM: standin.install(TEAM, BOT_SCOPES)}
        self.clients = Clients(lambda team_id: self.tokens[team_id], self.api_url)
        self.notifier = SlackNotifier(self.clients, self.api_url)
        self.directory = SlackDirectory(self.clients)
        self.sign_in = self.sign_in_as(standin.client_id)
        self.installer = SlackInstaller(
            api_url=self.api_url,
            web_url=f"{base_url}/",
            public_url=PUBLIC_URL,
            client_id=standin.client_id,
            client_secret=standin.client_secret,
        )

    def sign_in_as(self, client_id: str | None, client_secret: str | None = None) -> SlackSignInWithOpenID:
        return SlackSignInWithOpenID(
            api_url=self.api_url,
            web_url=self.api_url.removesuffix("api/"),
            public_url=PUBLIC_URL,
            client_id=client_id,
            client_secret=client_secret or self.standin.client_secret,
        )

    def anew(self) -> SlackNotifier:
        """The notifier of another process, or of this one after a restart."""
        return SlackNotifier(Clients(lambda team_id: self.tokens[team_id], self.api_url), self.api_url)

    def calls(self, method: str) -> list[dict[str, object]]:
        """The arguments of every call of this method."""
        return [call.args for call in self.standin.journal if call.method == method]


class _Whole:
    """Takes the whole request in before anybody answers it.

    A scripted fault answers at once, and uvicorn closes the line with the body unread: sometimes the caller then sees
    a reset instead of the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = [await receive()]
        while taken[-1].get("more_body"):
            taken.append(await receive())

        async def again() -> Message:
            return taken.pop(0) if taken else await receive()

        await self._app(scope, again, send)


class _Stay(HTTPRedirectHandler):
    """Lets the browser be seen where it is sent, instead of sending it."""

    def http_error_303(self, req: object, fp: object, code: object, msg: object, headers: object) -> object:
        del req, code, msg, headers
        return fp


def approved(url: str, user_id: str) -> str:
    """The code that Slack sends a browser back with, once its person has said yes."""
    body = f"{urlsplit(url).query}&answer=allow".encode()
    request = Request(url.partition("?")[0], data=body, headers={"Cookie": f"sandbox_person={user_id}"})
    with build_opener(_Stay).open(request, timeout=5) as answer:
        location = str(answer.headers["location"])
    return parse_qs(urlsplit(location).query)["code"][0]


@contextmanager
def running() -> Iterator[Rig]:
    clock = SandboxClock()
    standin = SlackStandIn(clock)
    standin.redirect_uris.add(REDIRECT)
    standin.add_team(TEAM, "Acme", "acme")
    standin.add_team("T0OTHER", "Other", "other")
    ada = {"name": "Ada Admin", "email": "ada@acme.example", "tz": "Europe/London"}
    standin.add_user(TEAM, "U0ADA", **ada, admin=True, owner=True)
    standin.add_user(TEAM, "U0ANA", name="Ana Lima", email="ana@acme.example", tz="Europe/Lisbon", locale="pt-PT")
    standin.add_user(TEAM, "U0GUS", name="Gus Guest", email="gus@partner.example", tz="Europe/Berlin", guest=True)
    served = Served(_Whole(Faulty(standin.app, standin.script)))
    standin.base_url = served.url
    try:
        yield Rig(served.url, standin, clock)
    finally:
        standin.close()
        served.stop()

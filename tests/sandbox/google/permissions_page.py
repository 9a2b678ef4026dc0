"""Third-party apps with access: where a person takes the bot's access away at Google."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.sandbox.google.accounts import Accounts
from tests.sandbox.google.grants import Grants
from tests.sandbox.google.model import Client
from tests.sandbox.google.pages import page
from tests.sandbox.google.scopes import sentence


class PermissionsPage:
    def __init__(self, client: Client, accounts: Accounts, grants: Grants, revoke: Callable[[str], None]) -> None:
        self._client = client
        self._accounts = accounts
        self._grants = grants
        self._revoke = revoke

    def routes(self) -> list[Route]:
        return [Route("/permissions", self.show, methods=["GET"]), Route("/permissions", self.remove, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        rows = [
            (account, [(grant.granted_at, sorted(map(sentence, grant.scopes))) for grant in grants])
            for account in self._accounts.signed_in(request.cookies.get("sandbox_person") or None)
            for grants in [self._grants.of(account.email)]
        ]
        return page("permissions.html", app=self._client.app_name, rows=rows)

    async def remove(self, request: Request) -> Response:
        form = await request.form()
        email = str(form.get("account", ""))
        here = self._accounts.signed_in(request.cookies.get("sandbox_person") or None)
        if any(account.email == email for account in here) and self._grants.of(email):
            await run_in_threadpool(self._revoke, email)  # it may tell the bot, and wait for it
        return RedirectResponse("/permissions", 303)

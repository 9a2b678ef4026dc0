"""Bolt's app as we use it: what is a genuine request, and where we are installed, is for us to say."""

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError
from bot.services.workspaces import NotInstalled, Workspaces
from bot.slack import views
from handlers.background import Background

log = structlog.get_logger()

Next = Callable[[], Awaitable[BoltResponse]]

_TOKEN = "token_of_team"  # noqa: S105 - a key of Bolt's context
_BUDGET = 2.0
# Bolt makes an installation flow of its own out of these, if it finds them in the environment.
_BOLT_READS = ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN")
# Events about an installation that has just ended come without one.
_FAREWELLS = frozenset({"app_uninstalled", "tokens_revoked"})


def build(api_url: str, admission: "Admission") -> AsyncApp:
    """Without listeners yet. It proves no request: handlers/http_slack.py does, before it sees one."""
    with _hidden_from_environment(_BOLT_READS):
        return AsyncApp(
            name="calendar-bot",  # without one Bolt reads the source of every module to find one: 0.1 s
            client=AsyncWebClient(base_url=api_url, timeout=2),
            before_authorize=admission,
            authorize=_AsAdmitted(),  # type: ignore[no-untyped-call]  # its base leaves it untyped
            signing_secret="",
            request_verification_enabled=False,
            ssl_check_enabled=False,  # likewise
            attaching_function_token_enabled=False,  # there are no workflow steps of ours
            process_before_response=True,
        )


@dataclass(frozen=True)
class Admission(AsyncMiddleware):
    """Asked before Bolt looks for a token: are we installed where this request comes from?

    A class, since for a function Bolt would gather all the arguments that it could ask for, at each request.

    ``install_url`` is where the app can be installed from, if it can.
    """

    workspaces: Workspaces
    people: Background
    install_url: str | None

    async def async_process(self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Next) -> BoltResponse | None:  # noqa: A002, ARG002 - Bolt passes them by these names
        """On to the listeners with the workspace's token, or an answer in the form this kind of request takes."""
        body, context = req.body, req.context
        if body.get("type") == "url_verification" or (body.get("event") or {}).get("type") in _FAREWELLS:
            return await next()
        team = context.team_id or ""
        try:
            # In memory but for the first request of a minute: the event loop must not wait for a database or for Slack.
            token = self.workspaces.known(team)
            context[_TOKEN] = token or await self.people.ask(self.workspaces.token_for, team, budget=_BUDGET)
        except BotError as error:
            log.warning("not_admitted", team=team, error=type(error).__name__)
            return await context.ack(**_answer(body, self._words(error)))
        return await next()

    def _words(self, error: BotError) -> str:
        if isinstance(error, NotInstalled) and self.install_url:
            return f"{error} Somebody who may add apps to it can do that here: {self.install_url}"
        return str(error)


class _AsAdmitted(AsyncAuthorize):
    """What Bolt wants to know: it was looked up a moment ago."""

    async def __call__(
        self, *, context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None, **_others: object
    ) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=context.get(_TOKEN))


def _answer(body: dict[str, Any], words: str) -> dict[str, Any]:
    """Only commands and modals have room for words in their acknowledgement."""
    if "command" in body:
        return {"text": words, "response_type": "ephemeral"}
    if body.get("type") == "view_submission":
        return {"response_action": "update", "view": views.problem_view(words)}
    return {"options": []} if body.get("type") == "block_suggestion" else {}


@contextmanager
def _hidden_from_environment(names: Iterable[str]) -> Iterator[None]:
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)

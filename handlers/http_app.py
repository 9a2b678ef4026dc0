"""The web application around the bot: its routes, its middleware, and what starts and stops with it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from bot.ports import Clock
from bot.services.consent import ConsentFlow
from bot.services.workspaces import Workspaces
from bot.settings import Settings, plain
from bot.slack.workspaces import SlackInstaller
from handlers import edge, health, http_connect, http_install
from handlers.background import Background
from handlers.http_install import Installing
from handlers.http_slack import SlackEdge, SlackFront
from handlers.rendering import Pages
from storage import schema
from storage.database import Database, DatabaseUnavailable

if TYPE_CHECKING:
    from handlers.app import Bot
    from handlers.socket_mode import SocketMode


def build(
    settings: Settings,
    bot: "Bot",
    visitors: Background,
    flow: ConsentFlow,
    installer: SlackInstaller,
    workspaces: Workspaces,
    clock: Clock,
) -> FastAPI:
    """Everything that is served by HTTP, but for what Google tells us and the booking API."""
    http = FastAPI(lifespan=_lifespan(settings, bot), docs_url=None, redoc_url=None, openapi_url=None)
    pages, installing = Pages(), Installing(installer, workspaces, settings)
    signing_secret = plain(settings.slack_signing_secret)
    if signing_secret:
        slack = SlackEdge(bot.slack, signing_secret, clock, bot.watching.clock_is_wrong)
        http.add_middleware(SlackFront, edge=slack, refuse=pages.error)  # the first one added is the innermost
    edge.harden(http, pages, settings)
    http.include_router(http_install.router(installing, pages))
    http.include_router(http_connect.router(flow, visitors, pages, settings, installing))
    ready = _Readiness(bot.database, settings.database_url)
    http.include_router(health.router(ready.problems, visitors, settings.metrics_token))
    return http


class _Readiness:
    """The database answers, and its schema is ours. A schema that was is not looked at again: later ones only add."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._url = url
        self._schema_is_ours = False

    def problems(self) -> list[str]:
        try:
            self._database.check()
        except DatabaseUnavailable:
            return ["the database does not answer"]
        self._schema_is_ours = self._schema_is_ours or not schema.is_behind(self._url)
        return [] if self._schema_is_ours else ["the database schema is behind"]


def _lifespan(settings: Settings, bot: "Bot") -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        socket = _socket(settings, bot)
        bot.jobs.start()
        if socket:
            await socket.start()
        try:
            yield
        finally:
            if socket:
                await socket.stop()
            bot.jobs.stop()

    return lifespan


def _socket(settings: Settings, bot: "Bot") -> "SocketMode | None":
    app_token = plain(settings.slack_app_token)
    if not app_token:
        return None
    from handlers.socket_mode import SocketMode  # it brings a second Slack client along: only where it is used

    return SocketMode(bot.slack, app_token, settings.slack_api_url)

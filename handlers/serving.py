"""Running the bot for real: the schema first, then the server."""

import uvicorn

from bot import telemetry
from bot.settings import Settings
from handlers import app
from storage import schema
from storage.crypto import Unreadable

_MAX_HEADER_BYTES = 32 * 1024
_GRACE = 10


class CannotServe(Exception):
    """Why the process does not start, and what to do."""


def prepare(settings: Settings) -> None:
    """Bring SQLite's schema up to date; a PostgreSQL one is the operator's to migrate. Raises CannotServe."""
    if settings.database_url.startswith("sqlite"):
        schema.migrate(settings.database_url)
    elif schema.is_behind(settings.database_url):
        raise CannotServe("The database schema is behind this version. Run `calendar-bot migrate`, then start again.")


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises CannotServe."""
    telemetry.configure(hide=settings.secrets())
    prepare(settings)
    try:
        bot = app.build(settings)
    except Unreadable:
        raise CannotServe(
            "ENCRYPTION_KEYS does not hold the key that this database was sealed with. Put the earlier key back, "
            "after the new one."
        ) from None
    config = uvicorn.Config(
        bot.http,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        timeout_graceful_shutdown=_GRACE,
    )
    try:
        uvicorn.Server(config).run()
    finally:
        bot.close()

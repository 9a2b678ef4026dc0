"""Running the bot for real: alone with its database, the schema first, then the server, then the work in hand."""

import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from bot import telemetry
from bot.settings import Settings
from handlers import app, starting
from handlers.slow_clients import ImpatientProtocol
from handlers.starting import CannotStart
from storage import sole_server
from storage.crypto import Unreadable
from storage.engines import DatabaseUrlInvalid

log = structlog.get_logger()

_MAX_HEADER_BYTES = 32 * 1024
_GRACE = 10


def serve(settings: Settings) -> None:
    """Serve until told to stop, then finish the work in hand. Raises CannotStart."""
    telemetry.configure(hide=settings.secrets())
    with ExitStack() as stack:
        stack.enter_context(_alone(settings.database_url))
        starting.prepare(settings.database_url)
        listening = stack.enter_context(_listening(settings.host, settings.port))
        bot = _built(settings)
        stack.callback(bot.close)
        _settled()
        with _signals_outlived():
            _Server(config(bot.http)).run([listening])
        log.info("finishing")
    log.info("ended")


def config(http: FastAPI, protocol: type[ImpatientProtocol] = ImpatientProtocol) -> uvicorn.Config:
    """How it is served: no websockets, which nothing here speaks, and nobody waited for who does not finish asking."""
    return uvicorn.Config(
        http,
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        timeout_graceful_shutdown=_GRACE,
    )


class _Server(uvicorn.Server):
    """One that says when it is ready, and where."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        log.info("serving", addresses=[_address(each) for each in sockets or []])


def _settled() -> None:
    """What is in memory now stays to the end: the garbage collector need not stop the event loop to look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _built(settings: Settings) -> app.Bot:
    try:
        return app.build(settings)
    except Unreadable:
        raise CannotStart(
            "ENCRYPTION_KEYS does not hold the key that this database was sealed with. Put the earlier key back, "
            "after the new one."
        ) from None


@contextmanager
def _alone(url: str) -> Iterator[None]:
    try:
        with sole_server.sole_server(url):
            yield
    except sole_server.AlreadyServed:
        raise CannotStart(
            "Another `calendar-bot serve` uses this SQLite database. One process at a time: stop the other one, or use "
            "PostgreSQL for several (DATABASE_URL=postgresql+psycopg://…)."
        ) from None
    except sole_server.LockUnavailable:
        raise CannotStart(
            "The SQLite database lies where files cannot be locked. Put it on a local disk, or use PostgreSQL."
        ) from None
    except DatabaseUrlInvalid as error:
        raise CannotStart(str(error)) from None


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay only on sockets that say they are TCP
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"HOST and PORT: cannot listen on {host}, port {port}: {error.strerror}. Is another process there?"
            ) from None
        yield made


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _signals_outlived() -> Iterator[None]:
    """Having shut down, uvicorn raises its signal again: it would end the process before the work in hand is done."""
    before = {number: signal.signal(number, _heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard(_number: int, _frame: object) -> None:
    """Once is enough; after this block a second one ends the process at once."""

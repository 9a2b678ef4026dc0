"""What the attacks need besides people: a gate that holds requests in the middle, and sight of the database."""

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.server import Served
from tests.sandbox.world import Persona, World

ANA, GMAIL, BEN, CLEO = "ana@acme.example", "ana.lima@gmail.example", "ben@acme.example", "cleo@acme.example"


class Gate:
    """In front of a stand-in. Once shut, requests to a path that ends so wait until the gate is opened.

    With ``answers`` they are let in, and what waits is the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._path = ""
        self._answers = False
        self.met = 0
        """How many it has stopped since it was shut."""
        self.reached, self.opened = Event(), Event()
        self.opened.set()

    def shut(self, path: str, *, answers: bool = False) -> None:
        self._path, self._answers, self.met = path, answers, 0
        self.reached.clear()
        self.opened.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith(self._path) and not self.opened.is_set():
            if self._answers:
                await self._app(scope, receive, self._held(send))
                return
            await self._waits()
        await self._app(scope, receive, send)

    def _held(self, send: Send) -> Send:
        async def held(message: Message) -> None:
            await self._waits()
            await send(message)

        return held

    async def _waits(self) -> None:
        self.met += 1
        self.reached.set()
        await asyncio.to_thread(self.opened.wait)


@contextmanager
def gated(world: World, **settings: str) -> Iterator[Gate]:
    """The bot asks Google through a gate; ``settings`` name the addresses that lead there, with their paths."""
    gate = Gate(world.google.app)
    served = Served(gate)
    world.stop_bot()
    world.start_bot({name: f"{served.url}{path}" for name, path in settings.items()})
    try:
        yield gate
    finally:
        gate.opened.set()
        world.settles()
        served.stop()


@contextmanager
def meanwhile(act: Any, *args: Any) -> Iterator["Future[Any]"]:
    """Somebody else acts at the same time; at the end of the block they are done."""
    with ThreadPoolExecutor(1) as other:
        doing = other.submit(act, *args)
        yield doing
        doing.result(30)


def rows(world: World, question: str) -> list[Any]:
    """The first column of what SQLite answers."""
    with closing(sqlite3.connect(file_of(world))) as database:
        return [row[0] for row in database.execute(question)]


def file_of(world: World) -> Path:
    return Path(world.environment()["DATABASE_URL"].removeprefix("sqlite:///"))


def callback_of(person: Persona, account: str) -> str:
    """The address that Google would send this person's browser back to, not yet opened there."""
    person.types("/calendar connect")
    person.opens_link().presses("Continue")
    return person.stops_before_returning(account)


def is_connected(person: Persona, account: str) -> bool:
    person.types("/calendar status")
    return f"{account} is connected" in person.answer


def a_hundred_of(world: World, table: str, *made_up: str) -> None:
    """As if somebody had gone on and on: a hundred more of the one row that is there, with other ``made_up`` values."""
    with closing(sqlite3.connect(file_of(world))) as database, database:
        columns = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
        values = ", ".join("hex(randomblob(32))" if name in made_up else name for name in columns)
        hundred = "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100) SELECT x FROM n)"
        database.execute(f"INSERT INTO {table} SELECT {values} FROM {table}, {hundred}")  # noqa: S608 - our own words

"""Booking systems: each with an API key of its own, asking over HTTP, very many at the same moment."""

import json
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Barrier
from typing import Any

import urllib3

from bot.domain.api_keys import Scope
from tests.proofs.company import HALF_AN_HOUR
from tests.sandbox.world import TEAM, World

PATIENCE = 60
_WITHOUT_END = 100_000
"""Requests that each key may make in a minute: what is to be told is who gets the time, not who is too fast."""


@dataclass(frozen=True)
class Request:
    """That one of them, by its number, wants these people at this time, of the bot at ``url``."""

    program: int
    url: str
    people: Collection[str]
    start: datetime
    key: str


@dataclass(frozen=True)
class Heard:
    """What it was answered with."""

    status: int
    document: dict[str, Any]

    @property
    def kind(self) -> tuple[int, str]:
        """The status, and the appointment's state or the problem's name."""
        return self.status, self.document.get("state") or self.document["type"].rpartition("#")[2]


class Programs:
    """``count`` of them, ``at_once`` of whose requests may be under way."""

    def __init__(self, world: World, count: int, at_once: int) -> None:
        keys = world.bot.booking.keys
        scopes = [Scope.APPOINTMENTS_WRITE]
        self._keys = [keys.create(TEAM, f"program {n}", scopes, "proof", _WITHOUT_END)[1] for n in range(count)]
        self._lines = urllib3.PoolManager(maxsize=at_once, retries=False, timeout=PATIENCE)
        self._crowd = ThreadPoolExecutor(at_once)

    def all_ask(self, requests: Sequence[Request]) -> list[Heard]:
        """All at the same moment."""
        together = Barrier(len(requests))

        def asks(request: Request) -> Heard:
            together.wait(PATIENCE)
            return self.asks(request)

        return list(self._crowd.map(asks, requests))

    def asks(self, request: Request) -> Heard:
        """One of them asks."""
        answer = self._lines.request(
            "POST",
            f"{request.url}/api/v1/appointments",
            json={
                "people": list(request.people),
                "start": request.start.isoformat(),
                "end": (request.start + HALF_AN_HOUR).isoformat(),
                "title": "A meeting",
            },
            headers={"Authorization": f"Bearer {self._keys[request.program]}", "Idempotency-Key": request.key},
        )
        return Heard(answer.status, json.loads(answer.data))

    def close(self) -> None:
        self._crowd.shutdown()
        self._lines.clear()


@contextmanager
def programs(world: World, count: int, at_once: int) -> Iterator[Programs]:
    """So many of them, for the length of a block."""
    made = Programs(world, count, at_once)
    try:
        yield made
    finally:
        made.close()

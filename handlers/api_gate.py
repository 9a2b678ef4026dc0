"""In front of every route of the booking API: whose key, what it may do, and how often."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from bot.domain.api_keys import Key, Scope
from bot.ports import Clock
from bot.services.api_keys import Exhausted, KeyUnknown
from handlers.api_problems import ProblemFound, Wrong
from handlers.background import Background

AT_ONCE = 64
"""Requests of one key that may be open in this process. Whoever sends more is told to slow down, unasked of anybody."""
BUDGET = 15.0
_REMEMBERED = 10_000
_BODIES = frozenset({"POST", "PATCH", "PUT"})
_KEY = "key"


class Keys(Protocol):
    """Whoever knows the keys. It may block."""

    def admit(self, text: str) -> Key:
        """Whose key it is; the request counts. Raises KeyUnknown, Exhausted."""
        ...


class Gate:
    """Counts in the database, for all processes; remembers here which keys have used up their minute.

    So a flood costs neither the database nor Google anything. All of it happens on the event loop but the look-up.
    """

    def __init__(self, keys: Keys, pool: Background, clock: Clock, at_once: int = AT_ONCE) -> None:
        self._keys = keys
        self._pool = pool
        self._clock = clock
        self._at_once = at_once
        self._open: Counter[bytes] = Counter()
        self._used_up: OrderedDict[bytes, datetime] = OrderedDict()

    async def admit(self, text: str) -> Key:
        """Whose key it is. Raises KeyUnknown, Exhausted."""
        digest = _digest(text)
        self._refuse_used_up(digest)
        try:
            return await self._pool.ask(self._keys.admit, text, budget=BUDGET)
        except Exhausted as exhausted:
            self._used_up[digest] = self._clock.now() + timedelta(seconds=exhausted.retry_after)
            while len(self._used_up) > _REMEMBERED:
                self._used_up.popitem(last=False)
            raise

    @contextmanager
    def place(self, text: str) -> Iterator[None]:
        """One of the places that a key has at once. Raises Exhausted."""
        digest = _digest(text)
        if self._open[digest] >= self._at_once:
            raise Exhausted(1)
        self._open[digest] += 1
        try:
            yield
        finally:
            self._open[digest] -= 1
            if not self._open[digest]:
                del self._open[digest]

    def _refuse_used_up(self, digest: bytes) -> None:
        until, now = self._used_up.get(digest), self._clock.now()
        if until is None:
            return
        if now < until:
            raise Exhausted(max(1, round((until - now).total_seconds())))
        del self._used_up[digest]


def needs(scope: Scope) -> dict[str, Any]:
    """What a route's entry in the OpenAPI document says of the key, and what the gate holds it to."""
    return {"security": [{_KEY: [str(scope)]}]}


def gated(gate: Gate) -> type[APIRoute]:
    """Routes that nobody gets into without a key that may."""

    class Gated(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            inside = super().get_route_handler()
            scope = Scope((self.openapi_extra or {})["security"][0][_KEY][0])

            async def handle(request: Request) -> Response:
                text = _bearer(request)
                with gate.place(text):
                    key = await gate.admit(text)
                    if not key.may(scope):
                        raise ProblemFound(
                            "missing-scope",
                            f"This key lacks the scope {scope}.",
                            headers={
                                "WWW-Authenticate": f'Bearer realm="calendar-bot", error="insufficient_scope", '
                                f'scope="{scope}"'
                            },
                        )
                    _refuse_other_bodies(request)
                    _refuse_repetitions(request)
                    request.state.key = key
                    return await inside(request)

            return handle

    return Gated


def key_of(request: Request) -> Key:
    """Whose request it is, once the gate has let it in."""
    key = request.state.key
    if not isinstance(key, Key):
        raise KeyUnknown
    return key


def _bearer(request: Request) -> str:
    given = request.headers.getlist("authorization")
    kind, _, text = (given[0] if len(given) == 1 else "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise ProblemFound("unauthorized")
    return text.strip()


def _refuse_other_bodies(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in _BODIES and kind != "application/json":
        raise ProblemFound("unsupported-media-type")


def _refuse_repetitions(request: Request) -> None:
    """Of two values in an address one would count, and nobody knows which was meant."""
    named = Counter(name for name, _ in request.query_params.multi_items())
    if repeated := [Wrong(name, "stands there more than once") for name, count in named.items() if count > 1]:
        raise ProblemFound("invalid", errors=repeated)


def _digest(text: str) -> bytes:
    """Nobody finds a key in our memory that need not be there."""
    return hashlib.sha256(text.encode()).digest()

"""The booking API over a real database of keys, with appointments in memory."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import structlog
from fastapi import FastAPI

from bot import telemetry
from bot.domain.api_keys import Key, Scope
from bot.services.api_keys import ApiKeys
from handlers import edge, http_booking
from handlers.background import Background
from handlers.rendering import Pages
from storage.database import Database
from tests.api.remembered import TEAM, RememberedBooking, RememberedTimes
from tests.edge.asgi import Answer, Caller, run
from tests.edge.conftest import settings_for
from tests.sandbox.clock import SandboxClock

URL = "https://calendar.example.com"
ALL = tuple(Scope)


@dataclass
class Api:
    http: FastAPI
    keys: ApiKeys
    booking: RememberedBooking
    times: RememberedTimes
    clock: SandboxClock
    pool: Background
    held: dict[str, int]
    log: StringIO
    text: str = ""
    key: Key | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)

    def uses(self, *scopes: Scope, per_minute: int = 10_000, team: str = TEAM) -> Key:
        """From now on with a new key."""
        self.key, self.text = self.keys.create(team, "test", scopes or ALL, "cli", per_minute)
        self.headers = [("authorization", f"Bearer {self.text}")]
        return self.key

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        given = [*self.headers, *headers]
        content = b""
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            if "content-type" not in {name for name, _ in given}:
                given.append(("content-type", "application/json"))
        caller = Caller(self.http)
        if method == "GET" and not content:
            return caller.get(f"/api/v1{path}", given)
        return run(caller.ask(method, f"/api/v1{path}", given, content))

    def book(self, body: object, key: str = "one") -> Answer:
        return self.ask("POST", "/appointments", body, [("idempotency-key", key)])


def read(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


@contextmanager
def api_over(database_url: str) -> Iterator[Api]:
    """It, behind everything that stands in front of every route."""
    log = StringIO()
    telemetry.configure(log)
    database, clock, pool = Database(database_url), SandboxClock(), Background(8, 400, "api")
    held = dict[str, int]()
    keys = ApiKeys(database, clock, lambda key_id: held.get(key_id, 0))
    booking, times = RememberedBooking(), RememberedTimes()
    http = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    edge.harden(http, Pages(), settings_for(URL))
    http.include_router(http_booking.booking_router(booking, times, keys, pool, clock, URL))
    made = Api(http, keys, booking, times, clock, pool, held, log)
    made.uses()
    yield made
    pool.stop()
    database.close()
    structlog.reset_defaults()

"""A database of people who are all connected and well, and the clock by which they are looked at."""

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.people import Who
from bot.domain.permissions import SCOPES
from bot.services.grants import grant_aad
from bot.settings import Settings
from storage import engines, schema
from storage.crypto import Sealer
from storage.tables import Connection, Person, Pick
from storage.watch_tables import Probe
from tests.bench.google_side import CALENDARS, REFRESH, calendar_id

TEAM, DOMAIN = "T0ACME", "acme.example"
PROBE_EVERY = timedelta(hours=1)
"""At Google's pace 100,000 looks take longer than the usual ten minutes, and nobody is to be looked at twice."""
_START = datetime(2030, 1, 7, 9, tzinfo=UTC)
_BEFORE = _START - timedelta(days=30)
_KEY = base64.b64encode(b"bench-key-that-is-32-bytes-long!").decode()
_AT_ONCE = 5000


class SteppedClock:
    """Stands still until it is moved: what happens in between belongs to one minute of Google's allowance."""

    def __init__(self) -> None:
        self._now = _START

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


def founded(file: Path, people: int) -> str:
    """Make the database of so many. Its address."""
    url = f"sqlite:///{file}"
    schema.migrate(url)
    sealer = Sealer([base64.b64decode(_KEY)])
    engine = engines.build(url)
    everybody: Iterator[Mapping[type, list[dict[str, Any]]]] = (_rows(sealer, number) for number in range(people))
    with engine.begin() as connection:
        while some := list(islice(everybody, _AT_ONCE)):
            for table in some[0]:
                connection.execute(sa.insert(table), [row for each in some for row in each[table]])
    engine.dispose()
    return url


def settings(database_url: str, google_url: str) -> Mapping[str, str]:
    """What the bot of this company is told."""
    return {
        "PUBLIC_URL": "http://127.0.0.1:3000",
        "DATABASE_URL": database_url,
        "ENCRYPTION_KEYS": _KEY,
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": "bench",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "GOOGLE_CLIENT_ID": "bench.apps.googleusercontent.com",
        "GOOGLE_CLIENT_SECRET": "GOCSPX-bench",
        "GOOGLE_TOKEN_URI": f"{google_url}/token",
        "GOOGLE_CALENDAR_URL": f"{google_url}/calendar/v3/",
        "GOOGLE_DAILY_CALLS": str(10**9),
        "PROBE_EVERY": str(int(PROBE_EVERY.total_seconds())),
    }


def sealer_of(told: Settings) -> Sealer:
    """What opens the grants."""
    return Sealer(told.raw_encryption_keys)


def _rows(sealer: Sealer, number: int) -> dict[type, list[dict[str, Any]]]:
    """One person's rows, in the order in which they refer to each other."""
    who, person_id, connection_id = Who(TEAM, f"U{number:07}"), f"{number:032x}", f"{number:031x}c"
    email = f"person{number}@{DOMAIN}"
    return {
        Person: [{"id": person_id, "team_id": TEAM, "user_id": who.user_id, "created_at": _BEFORE}],
        Connection: [
            {
                "id": connection_id,
                "person_id": person_id,
                "team_id": TEAM,
                "google_sub": f"{number:021}",
                "google_email": email,
                "hosted_domain": DOMAIN,
                "scopes": " ".join(SCOPES),
                "grant": sealer.seal(f"{REFRESH}{number}", grant_aad(connection_id, who)),
                "token_version": 1,
                "health": "connected",
                "revision": 0,
                "connected_at": _BEFORE,
                "changed_at": _BEFORE,
            }
        ],
        Probe: [
            {
                "connection_id": connection_id,
                "probe_at": _BEFORE + timedelta(milliseconds=number),
                "failures": 0,
            }
        ],
        Pick: [
            {
                "id": f"{number:031x}{place}",
                "connection_id": connection_id,
                "calendar_id": calendar_id(number, name),
                "name": name,
                "purpose": "conflict" if place else "linked",
                "present": True,
                "writable": True,
            }
            for place, name in enumerate(CALENDARS[:2])
        ],
    }

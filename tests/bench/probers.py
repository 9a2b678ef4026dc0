"""Whoever looks at everybody's connection, each a process of its own: `python -m tests.bench.probers NAME`.

All of them refresh each person's grant and list their calendars. ``ours`` is the bot as the composition root wires it;
``naive`` is the loop that everybody writes; ``aiohttp`` makes the same two requests, does nothing with the answers, and
sets the scale.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from tests.bench.cores import MEASURED, pin

Look = Callable[[int], object]
"""Looks at so many people, who are the first ones of the company."""


@dataclass(frozen=True)
class Swept:
    """What it took. ``before`` and ``peak`` are the most memory that the process ever had, in bytes."""

    seconds: float
    cpu: float
    before: int
    peak: int


@contextmanager
def ours(environment: Mapping[str, str]) -> Iterator[Look]:
    """The bot's own sweep, whenever everybody is due."""
    from bot import telemetry
    from bot.settings import Settings
    from handlers import app
    from tests.bench.company import PROBE_EVERY, SteppedClock

    telemetry.configure()
    clock = SteppedClock()
    bot = app.build(Settings.read(environment), clock)

    def look(people: int) -> None:
        looked_at = 0
        while looked_at < people:  # a run ends when the minute's allowance is used up
            looked_at += bot.watching.sweep.run()
            clock.advance(timedelta(minutes=1))
        clock.advance(2 * PROBE_EVERY)

    yield look
    bot.close()


@contextmanager
def naive(environment: Mapping[str, str]) -> Iterator[Look]:
    """A service for each person, one after the other, row by row, as the libraries' own examples do it."""
    from google.auth.transport.requests import Request
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build
    from sqlmodel import Session, select

    from bot.domain.people import Who
    from bot.services.grants import grant_aad
    from bot.settings import Settings
    from storage import engines
    from storage.tables import Connection, Person
    from storage.watch_tables import Probe
    from tests.bench.company import SteppedClock, sealer_of

    told, clock = Settings.read(environment), SteppedClock()
    engine, sealer = engines.build(told.database_url), sealer_of(told)

    def look(people: int) -> None:
        with Session(engine) as session:
            ids = list(session.exec(select(Connection.id).order_by(Connection.person_id).limit(people)))
        for connection_id in ids:
            with Session(engine) as session:
                row = session.exec(select(Connection).where(Connection.id == connection_id)).one()
                person = session.exec(select(Person).where(Person.id == row.person_id)).one()
                credentials = Credentials(  # type: ignore[no-untyped-call]  # google-auth's own lack
                    None,
                    refresh_token=sealer.open(row.grant or b"", grant_aad(row.id, Who(person.team_id, person.user_id))),
                    token_uri=told.google_token_uri,
                    client_id=told.google_client_id,
                    client_secret=told.google_client_secret[0].get_secret_value(),
                )
                credentials.refresh(Request())  # type: ignore[no-untyped-call]  # as above
                address = {"api_endpoint": told.google_calendar_url}
                service = build("calendar", "v3", credentials=credentials, client_options=address)
                listed = service.calendarList().list().execute()
                probe = session.exec(select(Probe).where(Probe.connection_id == connection_id)).one()
                probe.probed_at = probe.answered_at = clock.now()
                probe.list_token = listed["nextSyncToken"]
                session.add(probe)
                session.commit()

    yield look
    engine.dispose()


@contextmanager
def raw(environment: Mapping[str, str]) -> Iterator[Look]:
    """As many requests at once as the bot has, over connections that are kept."""
    import ssl

    import aiohttp

    from bot.google.resources import ENTRY_FIELDS
    from handlers.watching import PROBERS
    from tests.bench.google_side import CALENDARS, REFRESH, calendar_id

    loop = asyncio.new_event_loop()
    trusted = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    fields = f"kind,nextPageToken,nextSyncToken,items({ENTRY_FIELDS})"
    listing = {"maxResults": "250", "showHidden": "true", "fields": fields, "alt": "json"}
    client = {"client_id": environment["GOOGLE_CLIENT_ID"], "client_secret": environment["GOOGLE_CLIENT_SECRET"]}

    async def opened() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=PROBERS, ssl=trusted))

    session = loop.run_until_complete(opened())

    async def one(number: int) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": f"{REFRESH}{number}", **client}
        async with session.post(environment["GOOGLE_TOKEN_URI"], data=form) as answer:
            token = (await answer.json())["access_token"]
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        url = f"{environment['GOOGLE_CALENDAR_URL']}users/me/calendarList"
        async with session.get(url, params=listing, headers=headers) as answer:
            if (await answer.json())["items"][0]["id"] != calendar_id(number, CALENDARS[0]):
                raise RuntimeError("This is somebody else's answer.")

    async def everybody(people: int) -> None:
        numbers = iter(range(people))

        async def some() -> None:
            for number in numbers:
                await one(number)

        await asyncio.gather(*(some() for _ in range(PROBERS)))

    yield lambda people: loop.run_until_complete(everybody(people))
    loop.run_until_complete(session.close())
    loop.close()


PROBERS: dict[str, Callable[[Mapping[str, str]], AbstractContextManager[Look]]] = {
    "ours": ours,
    "naive": naive,
    "aiohttp": raw,
}


def measured(look: Look, people: int) -> Swept:
    """Have so many looked at."""
    before, began, cpu = peak(), time.perf_counter(), time.process_time()
    look(people)
    return Swept(time.perf_counter() - began, time.process_time() - cpu, before, peak())


def peak() -> int:
    """The most memory this process ever had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # the other figure counts whoever started us, too
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    most: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def main(name: str) -> None:
    """Each line on standard input is a number of people; each line on standard output is what it took."""
    pin(MEASURED)
    with PROBERS[name](os.environ) as look:
        for line in sys.stdin:
            print(json.dumps(asdict(measured(look, int(line)))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

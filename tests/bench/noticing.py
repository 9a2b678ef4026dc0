"""P9: how long after a grant was revoked at Google its owner has the DM with the button that mends it."""

import tempfile
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from storage import schema
from tests.bench.rows import Figure, Row
from tests.bench.sizes import Size, Step
from tests.sandbox.world import Persona, World

_PROBE_EVERY, _CONFIRM_AFTER = timedelta(minutes=10), timedelta(minutes=10)
_WITH_EVENT, _WITHOUT = timedelta(minutes=1), 1.25 * _PROBE_EVERY + _CONFIRM_AFTER + timedelta(minutes=1)
_GIVEN_UP = timedelta(hours=2)
_ACCOUNTS = {"ana": "ana@acme.example", "ben": "ben@acme.example", "cleo": "cleo@acme.example"}
_MINUTE = timedelta(minutes=1)


def steps(goals: Collection[str], size: Size) -> int:
    """How many there are in all."""
    return 2 * size.revocations if "P9" in goals else 0


def measure(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    """By turns with Google's security event and without. All of it in simulated time."""
    if "P9" not in goals:
        return []
    taken: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory(prefix="calendar-bot-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        schema.migrate(url)
        watch = _Watch(url)
        try:
            for _ in range(size.revocations):
                for told, delays in taken.items():
                    step("A grant revoked" + (", with Google's event" if told else ""))
                    delays.append(watch.revocation(told=told).total_seconds())
        finally:
            watch.close()
    what = "From a revocation at Google to the DM, in simulated time"
    return [
        _row(f"{what}: with its security event", taken[True], _WITH_EVENT),
        _row(f"{what}: found by looking", taken[False], _WITHOUT),
    ]


class _Watch:
    """Three people of the sandbox, connected with one calendar picked each."""

    def __init__(self, database_url: str) -> None:
        told = {"PROBE_EVERY": _PROBE_EVERY, "CONFIRM_AFTER": _CONFIRM_AFTER}
        self._world = World(database_url, {name: str(int(each.total_seconds())) for name, each in told.items()})
        self._world.google.risc.register(f"{self._world.bot_url}/google/risc")
        self._people: list[tuple[Persona, str]] = [
            (getattr(self._world, name), email) for name, email in _ACCOUNTS.items()
        ]
        self._chance = Random(9)  # noqa: S311 - the same moments in every run
        for person, email in self._people:
            person.connects_google(email)
            person.picks(email)

    def revocation(self, *, told: bool) -> timedelta:
        """At any moment of the period; afterwards the person connects again."""
        world, (person, email) = self._world, self._chance.choice(self._people)
        world.time_passes(_PROBE_EVERY * (1 + self._chance.random()))
        before, revoked_at = len(person.messages()), world.clock.now()
        world.google.risc.automatic = told
        world.google.revoke(email)
        world.settles()
        while len(person.messages()) == before and world.clock.now() < revoked_at + _GIVEN_UP:
            world.time_passes(_MINUTE)
        news = person.messages()[before:]
        if not news:
            return _GIVEN_UP
        person.connects_google(email)
        return datetime.fromtimestamp(float(news[0].ts), UTC) - revoked_at

    def close(self) -> None:
        self._world.close()


def _row(what: str, delays: list[float], limit: timedelta) -> Row:
    """Every one of them must come in time."""
    ours = Figure("Calendar Bot", tuple(delays))
    return Row("P9", what, ours, (), limit.total_seconds(), is_ratio=False, by_worst=True)

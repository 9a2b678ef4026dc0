"""P1 to P3: looking at everybody, against the loop that everybody writes and against nothing but the requests."""

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from tests.bench import company
from tests.bench.probers import Swept
from tests.bench.processes import Servant
from tests.bench.rows import Figure, Row, megabytes, people_a_second
from tests.bench.sizes import Size, Step, rotated
from tests.bench.tls import HOST, Authority

_LABELS = {"ours": "Calendar Bot", "naive": "one after the other", "aiohttp": "raw aiohttp"}
_NEEDS = {"P1": ("ours", "naive"), "P2": ("ours", "aiohttp")}
Taken = dict[str | int, list[Swept]]
"""By the name of whoever looked, or by the size of the company."""


def steps(goals: Collection[str], size: Size) -> int:
    """How many there are in all."""
    return size.rounds * (len(_names(goals)) + (2 if "P3" in goals else 0))


def measure(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    """Those of P1, P2 and P3 that are asked for, in one interleaved run."""
    if not steps(goals, size):
        return []
    with ExitStack() as stack:
        ground = _Ground(stack)
        rows = _side_by_side(ground, goals, size, step)
        return [*rows, *(_small_and_large(ground, size, step) if "P3" in goals else [])]


class _Ground:
    """A Google of its own process, and companies that look at themselves; ``stack`` ends it all."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="calendar-bot-bench-")))
        self._authority = Authority(self._folder)
        google = Servant("google_side", str(self._authority.server))
        stack.callback(google.stop)
        self._google_url = f"https://{HOST}:{google.heard()}"
        self.faults = ""

    def prober(self, name: str, database: Path) -> Servant:
        """Start one; it ends with the ground at the latest."""
        told = company.settings(f"sqlite:///{database}", self._google_url)
        prober = Servant("probers", name, environment={**self._authority.environment, **told})
        self._stack.callback(prober.stop)
        return prober

    def company(self, name: str, people: int) -> Path:
        """A file with a database of so many."""
        file = self._folder / f"{name}.db"
        company.founded(file, people)
        return file

    @contextmanager
    def afresh(self, file: Path) -> Iterator[Servant]:
        """A new process over a copy of that company, for the length of a block."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            prober = self.prober("ours", Path(shutil.copy(file, folder)))
            yield prober
            prober.stop()

    def sweep(self, prober: Servant, people: int) -> Swept:
        """Have it look at so many, and hear from Google that it asked for each of them what it was to ask."""
        swept = Swept(**prober.asked(people))
        asked: Mapping[str, int] = requests.get(f"{self._google_url}/asked", verify=str(self._authority.bundle)).json()
        if asked != {"people": people, "once": people}:
            self.faults = f"{asked['people']} of {people} people asked for, {asked['once']} of them with two requests"
        return swept


def _side_by_side(ground: _Ground, goals: Collection[str], size: Size, step: Step) -> list[Row]:
    names = _names(goals)
    if not names:
        return []
    people = {name: size.one_by_one if name == "naive" else size.few for name in names}
    probers = {name: ground.prober(name, ground.company(name, size.few)) for name in names}
    for name in names:
        ground.sweep(probers[name], people[name])  # once before it counts
    taken: Taken = {name: [] for name in names}
    for number in range(size.rounds):
        for name in rotated(names, number):
            step(f"{_LABELS[name]}: {people[name]} people looked at")
            taken[name].append(ground.sweep(probers[name], people[name]))
    for prober in probers.values():
        prober.stop()
    made = {"P1": _p1, "P2": _p2}
    return [made[goal](taken, people, ground.faults) for goal in _NEEDS if goal in goals]


def _small_and_large(ground: _Ground, size: Size, step: Step) -> list[Row]:
    companies = {people: ground.company(f"of-{people}", people) for people in (size.some, size.people)}
    taken: Taken = {people: [] for people in companies}
    for number in range(size.rounds):
        for people in rotated(tuple(companies), number):
            step(f"{people:,} people looked at")
            with ground.afresh(companies[people]) as prober:
                taken[people].append(ground.sweep(prober, people))
    peak = {people: tuple(float(each.peak) for each in swept) for people, swept in taken.items()}
    idle = tuple(float(each.before) for each in taken[size.people])
    return [
        Row(
            goal="P3",
            what=f"Most memory of the process while {size.people:,} people are looked at",
            ours=Figure(f"{size.people:,} people", peak[size.people], megabytes),
            others=(
                Figure(f"{size.some:,} people", peak[size.some], megabytes),
                Figure("nobody yet", idle, megabytes),
            ),
            limit=1.25,
            is_ratio=True,
            broken=ground.faults,
        )
    ]


def _p1(taken: Taken, people: Mapping[str, int], faults: str) -> Row:
    pace = _figures(taken, lambda name, swept: people[name] / swept.seconds)
    ours, naive, *limit = (Figure(_LABELS[name], pace[name], people_a_second) for name in _known(pace, "naive"))
    return Row(
        goal="P1",
        what="Everybody looked at over TLS: row, grant opened, refresh, calendar list, written back",
        ours=ours,
        others=(naive, *limit),
        limit=50,
        is_ratio=True,
        broken=faults,
        more_is_better=True,
    )


def _p2(taken: Taken, people: Mapping[str, int], faults: str) -> Row:
    cost = _figures(taken, lambda name, swept: swept.cpu / people[name])
    ours, limit, *naive = (Figure(_LABELS[name], cost[name]) for name in _known(cost, "aiohttp"))
    return Row(
        goal="P2",
        what="The same: processor time for each person, against the same two requests and nothing else",
        ours=ours,
        others=(limit, *naive),
        limit=3.5,
        is_ratio=True,
        broken=faults,
    )


def _names(goals: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for goal, names in _NEEDS.items() if goal in goals for name in names))


def _known(figures: Mapping[str, object], scale: str) -> list[str]:
    """Ours, then the scale, then whoever else was measured."""
    return ["ours", scale, *(name for name in figures if name not in {"ours", scale})]


def _figures(taken: Taken, figure: Callable[[str, Swept], float]) -> dict[str, tuple[float, ...]]:
    return {str(name): tuple(figure(str(name), each) for each in swept) for name, swept in taken.items()}

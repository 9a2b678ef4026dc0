"""`make bench`: every goal measured side by side in one run; a table, docs/bench.md and its picture."""

import argparse
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import telemetry
from handlers.app import SystemClock
from tests.bench import bursts, chart, noticing, pacing, report, slotting, startup, sweeps
from tests.bench.rows import Row
from tests.bench.sizes import Size, Step

GOALS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P9", "P10")
_DOCS = Path(__file__).parents[2] / "docs"
_FULL = Size()
_QUICK = Size(rounds=3, commands=100, people=10_000, revocations=20, bookings=400, everybody=False)


class Measure(Protocol):
    """One of the modules that measure."""

    def steps(self, goals: Collection[str], size: Size) -> int:
        """How many things it will begin."""
        ...

    def measure(self, goals: Collection[str], size: Size, step: Step) -> list[Row]:
        """Those of its goals that are asked for."""
        ...


_MEASURES: tuple[Measure, ...] = (sweeps, bursts, slotting, pacing, noticing, startup)


def main() -> None:
    """Measure, show, and write it down if it was all of it and in full."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=GOALS, nargs="+", default=GOALS, metavar="P", help="these goals alone")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer; nothing is written down")
    parser.add_argument("--rounds", type=int, help="more of them, on a restless machine")
    parser.add_argument("--commands", type=int, help="in each burst")
    parser.add_argument("--people", type=int, help="in the largest company")
    parser.add_argument("--revocations", type=int, help="of each kind")
    parser.add_argument("--bookings", type=int, help="in each round")
    told = parser.parse_args()
    given = {name: getattr(told, name) for name in ("rounds", "commands", "people", "revocations", "bookings")}
    size = replace(_QUICK if told.quick else _FULL, **{name: value for name, value in given.items() if value})
    console, load = Console(), _load()
    rows = _measured(told.only, size, console)
    console.print(report.table(rows))
    if set(told.only) == set(GOALS) and replace(size, rounds=_FULL.rounds) == _FULL and size.rounds >= _FULL.rounds:
        page = report.page(rows, rounds=size.rounds, now=SystemClock().now(), load=load)
        (_DOCS / "bench.md").write_text(page, encoding="utf-8")
        (_DOCS / "bench.svg").write_text(chart.drawn(rows), encoding="utf-8")
        console.print("Written down in docs/bench.md.")


def _measured(goals: Collection[str], size: Size, console: Console) -> list[Row]:
    columns = (TextColumn("{task.description:45}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress, open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
        telemetry.configure(nowhere)  # the worlds' own bots work in this process
        task = progress.add_task("Setting up", total=sum(each.steps(goals, size) for each in _MEASURES))

        def step(what: str) -> None:
            progress.update(task, advance=1, description=what)

        return [row for each in _MEASURES for row in each.measure(goals, size, step)]


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    main()

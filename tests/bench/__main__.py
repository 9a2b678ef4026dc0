"""`make bench`: every goal measured side by side in one run; a table, docs/bench.md and its picture."""

import argparse
import os
from collections.abc import Callable, Collection
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import telemetry
from handlers.app import SystemClock
from tests.bench import bursts, chart, report, startup
from tests.bench.bursts import Size
from tests.bench.cores import OTHER, pin
from tests.bench.rows import Row

GOALS = ("P4", "P5", "P10")
_STARTS_IN_A_ROUND = 3
_DOCS = Path(__file__).parents[2] / "docs"
_FULL = Size()
_QUICK = Size(rounds=3, commands=100, everybody=False)


def main() -> None:
    """Measure, show, and write it down if it was all of it and in full."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=GOALS, nargs="+", default=GOALS, metavar="P", help="these goals alone")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer; nothing is written down")
    parser.add_argument("--rounds", type=int, help="more of them, on a restless machine")
    parser.add_argument("--commands", type=int, help="in each burst")
    told = parser.parse_args()
    size = _QUICK if told.quick else _FULL
    size = Size(told.rounds or size.rounds, told.commands or size.commands, size.everybody)
    console, load = Console(), _load()
    rows = _measured(told.only, size, console)
    console.print(report.table(rows))
    if set(told.only) == set(GOALS) and size.commands == _FULL.commands and size.rounds >= _FULL.rounds:
        page = report.page(rows, rounds=size.rounds, now=SystemClock().now(), load=load)
        (_DOCS / "bench.md").write_text(page, encoding="utf-8")
        (_DOCS / "bench.svg").write_text(chart.drawn(rows), encoding="utf-8")
        console.print("Written down in docs/bench.md.")


def _measured(goals: Collection[str], size: Size, console: Console) -> list[Row]:
    columns = (TextColumn("{task.description:45}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress, open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
        telemetry.configure(nowhere)  # the world's own bot connects two people before anything is measured
        starts = _STARTS_IN_A_ROUND if "P10" in goals else 0
        task = progress.add_task("Setting up", total=size.rounds * (len(size.turns(goals)) + starts))

        def step(what: str) -> None:
            progress.update(task, advance=1, description=what)

        return [*_bursts(goals, size, step), *(startup.measure(size.rounds, step) if starts else [])]


def _bursts(goals: Collection[str], size: Size, step: Callable[[str], None]) -> list[Row]:
    if not size.turns(goals):
        return []
    if hasattr(os, "sched_getaffinity"):
        before = os.sched_getaffinity(0)
        pin(OTHER)  # the stand-ins live in this process
        try:
            return bursts.measure(goals, size, step)
        finally:
            os.sched_setaffinity(0, before)
    return bursts.measure(goals, size, step)


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    main()

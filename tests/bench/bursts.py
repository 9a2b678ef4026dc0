"""P4 and P5: how soon a burst of commands is acknowledged, and whether the work behind it shows."""

import tempfile
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from storage import schema
from tests.bench.cores import OTHER, affinity, pin, spread
from tests.bench.processes import Contender, Generator
from tests.bench.remote import Remote
from tests.bench.rows import Figure, Row, percentile_99
from tests.bench.sizes import Size, Step, rotated

SLACK_WAITS = 3.0
WORK = 0.3
_WARMING_UP = 50
_WORKED_ON_WITHIN = 180.0
_LABELS = {
    "bare": "bare Starlette",
    "ours": "Calendar Bot",
    "bolt-async": "Bolt AsyncApp",
    "bolt-sync": "Bolt App",
}
Turn = tuple[str, float]
"""A server, by its name in contenders.py, and the seconds that each of its answers takes Slack."""
_TURNS: dict[str, tuple[Turn, ...]] = {
    "P4": (("bare", 0), ("ours", 0), ("bolt-async", 0), ("bolt-sync", 0)),
    "P5": (("ours", 0), ("ours", WORK), ("bolt-async", 0), ("bolt-async", WORK)),
}


def turns(goals: Collection[str], size: Size) -> list[Turn]:
    """The bursts of one round."""
    asked = [turn for goal, turns in _TURNS.items() if goal in goals for turn in turns]
    return [turn for turn in dict.fromkeys(asked) if size.everybody or turn[0] != "bolt-sync"]


@dataclass
class Taken:
    """What came of one server's bursts, round for round."""

    p99: list[float] = field(default_factory=list)
    late: int = 0
    refused: int = 0
    lost: int = 0

    def figure(self, name: str) -> Figure:
        late = f", {self.late} late" if self.late else ""
        return Figure(name + late, tuple(self.p99))

    @property
    def faults(self) -> str:
        counts = {
            f"later than {SLACK_WAITS:g} s": self.late,
            "not answered 200": self.refused,
            "never worked on": self.lost,
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def steps(goals: Collection[str], size: Size) -> int:
    """How many there are in all."""
    return size.rounds * len(turns(goals, size))


def measure(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    """Those of P4 and P5 that are asked for, in one interleaved run."""
    if not steps(goals, size):
        return []
    before = affinity()
    pin(OTHER)  # the stand-ins live in this process
    try:
        return _measured(goals, size, step)
    finally:
        spread(before)


def _measured(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    order = turns(goals, size)
    taken = {turn: Taken() for turn in order}
    with ExitStack() as stack:
        ground = _Ground(stack, {name for name, _ in order})
        for number in range(size.rounds):
            for turn in rotated(order, number):
                step(f"{_LABELS[turn[0]]}, {turn[1]:g} s of work behind each")
                ground.burst(turn, size.commands, taken[turn])
    rows = {"P4": _p4, "P5": _p5}
    return [rows[goal](size, taken) for goal in _TURNS if goal in goals]


class _Ground:
    """Everything that runs while bursts are measured; ``stack`` ends it."""

    def __init__(self, stack: ExitStack, names: Collection[str]) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="calendar-bot-bench-")))
        url = f"sqlite:///{folder / 'bench.db'}"
        schema.migrate(url)
        self._remote = Remote(url)
        stack.callback(self._remote.close)
        self._generator = Generator()
        stack.callback(self._generator.stop)
        self._servers = {name: Contender(name, self._remote.environment) for name in sorted(names)}
        for server in self._servers.values():
            stack.callback(server.stop)
        for name in self._servers:
            self.burst((name, 0), _WARMING_UP, Taken())

    def burst(self, turn: Turn, commands: int, taken: Taken) -> None:
        """Send one, and wait until all the work behind it is done: it must not weigh on the next."""
        name, work = turn
        self._remote.answers.expect(work)
        bodies = self._remote.commands(commands)
        answers = self._generator.burst(self._servers[name].port, bodies, self._remote.signing_secret)
        seconds = [answer.seconds for answer in answers]
        taken.p99.append(percentile_99(seconds))
        taken.late += sum(each > SLACK_WAITS for each in seconds)
        taken.refused += sum(answer.status != 200 for answer in answers)
        if name != "bare":
            taken.lost += commands - self._remote.answers.await_all(commands, _WORKED_ON_WITHIN)


def _p4(size: Size, taken: dict[Turn, Taken]) -> Row:
    others = [turn for turn in _TURNS["P4"] if turn[0] != "ours" and turn in taken]
    return Row(
        goal="P4",
        what=f"Burst of {size.commands} signed commands, all listeners: 99 of 100 acknowledged within",
        ours=taken["ours", 0].figure("Calendar Bot"),
        others=tuple(taken[turn].figure(_LABELS[turn[0]]) for turn in others),
        limit=2,
        is_ratio=True,
        broken=taken["ours", 0].faults,
    )


def _p5(size: Size, taken: dict[Turn, Taken]) -> Row:
    behind = f"{WORK * 1000:.0f} ms"
    return Row(
        goal="P5",
        what=f"The same {size.commands}, with {behind} of work behind each: within",
        ours=taken["ours", WORK].figure("Calendar Bot"),
        others=(
            taken["ours", 0].figure("Calendar Bot, no wait"),
            taken["bolt-async", 0].figure("Bolt AsyncApp, no wait"),
            taken["bolt-async", WORK].figure(f"Bolt AsyncApp, {behind}"),
        ),
        limit=2,
        is_ratio=True,
        broken=taken["ours", WORK].faults,
    )

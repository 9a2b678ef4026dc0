"""P6: common slots of eight people, in processor time. Nothing is timed before all agree on the slots."""

import time
from collections.abc import Collection

from tests.bench.rows import Figure, Row
from tests.bench.sizes import Size, Step, rotated
from tests.bench.slot_finders import CALENDARS, FINDERS, Question, agreed

PEOPLE, DAYS = 8, 60
_NAMES = {"ours": "Calendar Bot", "portion": "portion", "loop": "a loop over everything"}
_LIMITS = {"portion": 15.0, "loop": 20.0}
_TIMES = {"ours": 40, "portion": 3, "loop": 5}
"""How often each answers in a round, so that all of them take long enough for the clock."""


def questions_a_second(rate: float) -> str:
    """A pace, by processor time."""
    return f"{rate:.0f}/s"


def steps(goals: Collection[str], size: Size) -> int:
    """How many there are in all."""
    return size.rounds * len(FINDERS) if "P6" in goals else 0


def measure(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    """By turns, in one process."""
    if "P6" not in goals:
        return []
    asked = Question.of(PEOPLE, DAYS)
    found = len(agreed(asked))  # which also warms them up
    taken: dict[str, list[float]] = {name: [] for name in FINDERS}
    for number in range(size.rounds):
        for name in rotated(list(FINDERS), number):
            step(f"Slots by {_NAMES[name]}")
            taken[name].append(_pace(name, asked))
    figures = {name: Figure(_NAMES[name], tuple(paces), questions_a_second) for name, paces in taken.items()}
    what = f"The {found} common slots of {PEOPLE} people with {CALENDARS} calendars each in {DAYS} days"
    return [
        Row(
            "P6", f"{what}, against {_NAMES[name]}", figures["ours"], (figures[name],), limit, True, more_is_better=True
        )
        for name, limit in _LIMITS.items()
    ]


def _pace(name: str, asked: Question) -> float:
    began = time.thread_time()
    for _ in range(_TIMES[name]):
        FINDERS[name](asked)
    return _TIMES[name] / (time.thread_time() - began)

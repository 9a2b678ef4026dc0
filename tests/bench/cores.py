"""One core for what is measured, another for everything around it."""

import os

MEASURED, OTHER = 0, 1


def pin(which: int) -> None:
    """Keep this process, and what it starts, on one core. Where that cannot be had, the operating system chooses."""
    if not hasattr(os, "sched_setaffinity"):
        return
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) > which:
        os.sched_setaffinity(0, {usable[which]})


def affinity() -> set[int]:
    """The cores this process may use, as far as that can be known."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def spread(over: set[int]) -> None:
    """Let this process use these again."""
    if over:
        os.sched_setaffinity(0, over)


def usable() -> int:
    """How many cores there are for us."""
    return len(affinity()) or os.cpu_count() or 1

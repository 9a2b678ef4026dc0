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


def usable() -> int:
    """How many cores there are for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

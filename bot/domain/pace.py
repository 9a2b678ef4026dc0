"""How often connections are looked at, spread so that they never all come at once."""

import zlib
from datetime import datetime, timedelta

_DAY = 86_400
_JITTER = 0.25
_SHARE = 0.9
"""Of the day's budget; the rest is for what people ask for themselves."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)


def period(probe_every: timedelta, active: int, daily_calls: int) -> timedelta:
    """The time between two looks at one connection: longer than asked for where the day's budget wants it so."""
    return max(probe_every, timedelta(seconds=active * _DAY / (daily_calls * _SHARE)))


def spread(now: datetime, every: timedelta, key: str) -> datetime:
    """The next look: a period from now, give or take a quarter. The same for the same key and moment."""
    return now + every * (1 - _JITTER + 2 * _JITTER * _chance(f"{key}{now.timestamp()}"))


def after_failure(now: datetime, failures: int, key: str, asked: timedelta | None, every: timedelta) -> datetime:
    """When to try again after trouble that says nothing about the person: later each time, and never on the dot."""
    longest: timedelta = min(_FIRST_PAUSE * 2 ** min(failures, 10), _LONGEST_PAUSE, max(every, _FIRST_PAUSE))
    # On top of what was asked for: all who were turned away together would otherwise come back together.
    return now + (asked or timedelta()) + longest * (0.5 + 0.5 * _chance(f"{key}{now.timestamp()}"))


def _chance(text: str) -> float:
    return zlib.crc32(text.encode()) / 2**32

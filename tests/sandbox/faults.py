"""Faults a test scripts into a stand-in: any status or body, before or after the commit, a hang, a dropped line."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from random import Random
from threading import Lock
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """One scripted failure.

    ``where`` is matched as a substring of "METHOD /path", or with an asterisk in it as a pattern of all of that.
    ``when="after"`` lets the request take effect first and then answers with the fault: the outcome the caller cannot
    know. ``kind="hang"`` answers only after ``seconds``; ``kind="drop"`` closes the connection without a byte.
    """

    where: str
    kind: Literal["answer", "hang", "drop"] = "answer"
    status: int = 500
    body: bytes | str | dict[str, object] | list[object] = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    when: Literal["before", "after"] = "before"
    seconds: float = 30.0
    times: int = 1
    """How many matching requests it meets; -1 means every one until cleared."""


PROXY = (
    Fault("", status=200, body="<html><title>Sign in to the guests' Wi-Fi</title></html>"),
    Fault("", status=302, body="<html><title>Moved</title></html>", headers={"location": "https://proxy.example/in"}),
    Fault("", status=200),
)
"""What somebody who stands between us and a service answers in its place: a page, another way, nothing at all."""
_SAID = "Internal error encountered."
OUTAGE = (
    Fault("", status=500, body={"error": {"code": 500, "message": _SAID, "status": "INTERNAL"}}),
    Fault("", status=503, body="<html><title>Error 503 (Service Unavailable)!!1</title></html>"),
    Fault("", status=429, body="<html><title>Error 429 (Too Many Requests)!!1</title></html>"),
    Fault("", kind="drop"),
    Fault("", kind="drop", when="after"),
)
"""How a service in trouble answers: JSON, its front end's HTML, too many, nothing, nothing though it was done."""


@dataclass(frozen=True)
class Rate:
    """A share of the requests that match ``where`` meets one of the faults, each request by its own throw."""

    where: str
    share: float
    faults: tuple[Fault, ...]
    dice: Random = field(repr=False, compare=False)

    def throw(self) -> Fault | None:
        if self.dice.random() >= self.share:
            return None
        return replace(self.dice.choice(self.faults), where=self.where)


@dataclass(frozen=True)
class Met:
    """A request that met a fault; it stands in no journal."""

    request_line: str
    fault: Fault
    at: datetime | None


class Script:
    """The faults still to come, first match first, and then the rates. ``now`` stamps what was met."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._lock = Lock()
        self._now = now
        self._left: list[tuple[Fault, int]] = []
        self._rates: dict[str, Rate] = {}
        self.met: deque[Met] = deque(maxlen=1000)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._left.append((fault, fault.times))

    def at_rate(self, where: str, share: float, faults: Sequence[Fault] = OUTAGE, *, seed: int = 0) -> None:
        """Let a share of the matching requests fail, the same ones for the same seed; 0 ends it.

        A second rate for the same ``where`` takes the place of the first.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"a share lies between 0 and 1, not at {share}")
        with self._lock:
            self._rates.pop(where, None)
            if share:
                self._rates[where] = Rate(where, share, tuple(faults), Random(seed))  # noqa: S311 - repeatable, not secret

    def rates(self) -> list[Rate]:
        with self._lock:
            return list(self._rates.values())

    def clear(self) -> None:
        with self._lock:
            self._left.clear()
            self._rates.clear()

    def take(self, request_line: str) -> Fault | None:
        """The fault meant for this request ("POST /token"), counted down, or None."""
        with self._lock:
            fault = self._scripted(request_line) or self._thrown(request_line)
            if fault is not None:
                self.met.append(Met(request_line, fault, self._now() if self._now else None))
            return fault

    def _scripted(self, request_line: str) -> Fault | None:
        for index, (fault, left) in enumerate(self._left):
            if _meets(fault.where, request_line):
                if left == 1:
                    del self._left[index]
                elif left > 1:
                    self._left[index] = (fault, left - 1)
                return fault
        return None

    def _thrown(self, request_line: str) -> Fault | None:
        for rate in self._rates.values():
            if _meets(rate.where, request_line) and (fault := rate.throw()):
                return fault
        return None


def _meets(where: str, request_line: str) -> bool:
    return fnmatchcase(request_line, where) if "*" in where else where in request_line

"""Faults a test scripts into a stand-in: any status or body, before or after the commit, a hang, a dropped line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """One scripted failure.

    ``where`` is matched as a substring of "METHOD /path". ``when="after"`` lets the request take effect first and
    then answers with the fault: the outcome the caller cannot know. ``kind="hang"`` answers only after ``seconds``;
    ``kind="drop"`` closes the connection without a byte.
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


class Script:
    """The faults still to come, first match first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._left.append((fault, fault.times))

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    def take(self, request_line: str) -> Fault | None:
        """The fault meant for this request ("POST /token"), counted down, or None."""
        with self._lock:
            for index, (fault, left) in enumerate(self._left):
                if fault.where in request_line:
                    if left == 1:
                        del self._left[index]
                    elif left > 1:
                        self._left[index] = (fault, left - 1)
                    return fault
        return None

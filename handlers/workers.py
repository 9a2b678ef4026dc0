"""The threads of a pool, and who of those in line goes first."""

from collections import Counter, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock, Timer
from time import monotonic
from typing import Any

_RUSH = 4
_WITHIN = 0.05
_HELD_AT_MOST = 2.0
_EACH_AT_ONCE = 3


@dataclass(frozen=True, eq=False)
class _Call:
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    since: float
    awaited: bool
    whose: Hashable
    future: "Future[Any]" = field(default_factory=Future)

    def make(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.fn(*self.args)
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the future
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Workers:
    """``number`` threads. Calls that somebody waits for go first.

    The others give way in a rush: threads share one interpreter with the event loop, and one of them at work costs
    the loop up to 5 ms at every read and write, so that 500 commands at once would be acknowledged ten times later.
    While the last four calls came within 50 ms, no other is begun until it is two seconds old.

    Of those that belong to somebody, three at most are under way for each: however much one person asks for, and
    however slow Google is for them, threads are left for everybody else.
    """

    def __init__(self, number: int, name: str, now: Callable[[], float] = monotonic) -> None:
        self._threads = ThreadPoolExecutor(number, thread_name_prefix=name)
        self._now = now
        self._lock = Lock()
        self._awaited: deque[_Call] = deque()
        self._patient: deque[_Call] = deque()
        self._under_way: Counter[Hashable] = Counter()
        self._arrivals: deque[float] = deque(maxlen=_RUSH)
        self._watch: Timer | None = None
        self._ended = False

    def submit(self, fn: Callable[..., Any], *args: Any, awaited: bool, whose: Hashable | None = None) -> "Future[Any]":
        """Have ``fn(*args)`` done; ``awaited`` if somebody waits for what it returns."""
        call = _Call(fn, args, self._now(), awaited, whose)
        with self._lock:
            self._arrivals.append(call.since)
            (self._awaited if awaited else self._patient).append(call)
            held = not awaited and self._rush(call.since) > 0
            if held:
                self._look_again()
        if not held:
            self._threads.submit(self._next)
        return call.future

    def shutdown(self) -> None:
        """Begin nothing more."""
        with self._lock:
            self._ended = True
            left = [*self._awaited, *self._patient]
            self._awaited.clear()
            self._patient.clear()
            self._threads.shutdown(wait=False, cancel_futures=True)
        for call in left:
            call.future.cancel()

    def _next(self) -> None:
        with self._lock:
            call = self._chosen()
        if call:
            call.make()
            self._made(call)

    def _made(self, call: _Call) -> None:
        """If it was somebody's, the next of theirs may begin, which may be all that is left."""
        with self._lock:
            if call.awaited or call.whose is None:
                return
            self._under_way[call.whose] -= 1
            if not self._under_way[call.whose]:
                del self._under_way[call.whose]
            if self._patient and not self._ended:
                self._threads.submit(self._next)

    def _chosen(self) -> _Call | None:
        if self._awaited:
            return self._awaited.popleft()
        if not self._patient:
            return None
        if not self._may_begin():
            self._look_again()
            return None
        call = next((each for each in self._patient if self._under_way[each.whose] < _EACH_AT_ONCE), None)
        if call:
            self._patient.remove(call)
            if call.whose is not None:
                self._under_way[call.whose] += 1
        return call

    def _may_begin(self) -> bool:
        now = self._now()
        return self._rush(now) <= 0 or now - self._patient[0].since >= _HELD_AT_MOST

    def _rush(self, now: float) -> float:
        """Seconds until it is over, if no further call comes."""
        return self._arrivals[0] + _WITHIN - now if len(self._arrivals) == _RUSH else 0.0

    def _look_again(self) -> None:
        if self._watch is None and not self._ended:
            self._watch = Timer(_WITHIN, self._looked)
            self._watch.daemon = True
            self._watch.start()

    def _looked(self) -> None:
        with self._lock:
            self._watch = None
            if self._patient and not self._may_begin():
                self._look_again()
                return
            for _ in self._patient:
                self._threads.submit(self._next)

"""The bounded pool that does the work after Slack was answered: the edge is async, the core is sync."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextvars import ContextVar, copy_context
from threading import Condition
from typing import Any, TypeVar

import structlog

from bot import telemetry
from bot.errors import BotError
from handlers.workers import Workers

T = TypeVar("T")
log = structlog.get_logger()

IN_LINE_EACH = 200
"""How much of one person may be in the pool, most of it waiting."""
ASKED_EACH = 3
"""How many questions of one person may be open. Further ones do not wait: a typeahead's would be outdated by then."""
_WHOSE: ContextVar[Hashable | None] = ContextVar("whose", default=None)


class Busy(BotError):
    """Too much is going on at once just now. Please try again in a minute."""


class TooSlow(BotError):
    """This is taking longer than usual. Please try again in a minute."""

    def __init__(self, future: Future[Any]) -> None:
        super().__init__()
        self.future = future


class Background:
    """At most ``workers`` calls at once and ``waiting`` more in line; what comes on top is turned away, never piled up.

    Each call runs in a copy of its caller's context, so that log lines keep their request id. ``whose`` it is, and what
    it hands over in its turn, is counted, so that nobody takes up the pool alone.
    """

    def __init__(self, workers: int, waiting: int, name: str) -> None:
        self._name = name
        self._limit = workers + waiting
        self._pool = Workers(workers, name)
        self._changed = Condition()
        self._inside = 0
        self._of_one: Counter[tuple[Hashable, bool]] = Counter()
        self._late = 0
        self._open = True
        telemetry.watch(name, lambda: self._inside)

    def hand_over(
        self,
        fn: Callable[..., object],
        *args: Any,
        on_error: Callable[[BaseException], object] | None = None,
        whose: Hashable | None = None,
    ) -> bool:
        """Have ``fn(*args)`` done soon. False, and counted, when there is no room.

        Whatever it raises is passed to ``on_error``; what was not raised on purpose is logged as a bug as well.
        """
        context = copy_context()
        after: Callable[[Future[object]], None] = lambda done: context.run(self._look_after, done, fn, on_error)  # noqa: E731 - it has no other name
        return self._submit(fn, args, whose, after) is not None

    async def ask(self, fn: Callable[..., T], *args: Any, budget: float, whose: Hashable | None = None) -> T:
        """What ``fn(*args)`` returns or raises, without blocking the event loop.

        Raises Busy when there is no room, and TooSlow after ``budget`` seconds: the call then goes on, its future in
        the error's hands.
        """
        future: Future[T] | None = self._submit(fn, args, whose)
        if future is None:
            raise Busy
        waited = asyncio.wrap_future(future)
        # Nobody may be left to hear of a failure: the caller was cancelled, or its budget ran out.
        waited.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, _ = await asyncio.wait({waited}, timeout=budget)
        if done:
            return waited.result()
        self._see_to_the_end_of(future, fn)
        log.warning("too_slow", pool=self._name, call=_name(fn))
        raise TooSlow(future)

    def drain(self, patience: float | None = None) -> bool:
        """Wait until nothing runs and nothing waits; False when ``patience`` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: self._inside == self._late == 0, patience)

    def stop(self, patience: float | None = None) -> None:
        """Take nothing more in, and wait for what is inside."""
        with self._changed:
            self._open = False
        self.drain(patience)
        self._pool.shutdown()

    def _submit(
        self,
        fn: Callable[..., T],
        args: tuple[Any, ...],
        whose: Hashable | None,
        after: "Callable[[Future[T]], None] | None" = None,
    ) -> "Future[T] | None":
        whose, awaited = whose or _WHOSE.get(), after is None
        with self._changed:
            has_room = whose is None or self._of_one[whose, awaited] < (ASKED_EACH if awaited else IN_LINE_EACH)
            if not self._open or self._inside >= self._limit or not has_room:
                log.warning("turned_away", pool=self._name, call=_name(fn))
                return None
            self._inside += 1
            self._of_one[whose, awaited] += 1
        context = copy_context()
        context.run(_WHOSE.set, whose)
        future = self._pool.submit(context.run, fn, *args, awaited=awaited, whose=whose)
        if after is not None:
            future.add_done_callback(after)
        # Last: a call is inside until its failure was dealt with.
        future.add_done_callback(lambda _done: self._leave(whose, awaited=awaited))
        return future

    def _see_to_the_end_of(self, future: "Future[T]", fn: Callable[..., object]) -> None:
        """Nobody waits for this call any more, but a bug in it must not be lost."""
        context = copy_context()

        def ended(late: "Future[T]") -> None:
            context.run(self._look_after, late, fn, None)
            with self._changed:
                self._late -= 1
                self._changed.notify_all()

        with self._changed:
            self._late += 1
        future.add_done_callback(ended)

    def _leave(self, whose: Hashable | None, *, awaited: bool) -> None:
        with self._changed:
            self._inside -= 1
            self._of_one[whose, awaited] -= 1
            if not self._of_one[whose, awaited]:
                del self._of_one[whose, awaited]
            self._changed.notify_all()

    def _look_after(
        self, done: "Future[T]", fn: Callable[..., object], on_error: Callable[[BaseException], object] | None
    ) -> None:
        error = None if done.cancelled() else done.exception()
        if error is None:
            return
        if not isinstance(error, BotError):
            log.error("bug", pool=self._name, call=_name(fn), exc_info=error)
        elif on_error is None:
            log.warning("work_failed", pool=self._name, call=_name(fn), error=type(error).__name__)
        if on_error is not None:
            try:
                on_error(error)
            except Exception:
                # The last place that can hear of it: a worker's callback has no caller.
                log.exception("bug", pool=self._name, call="on_error")


def _name(fn: Callable[..., object]) -> str:
    named = getattr(fn, "func", fn)  # functools.partial carries no name of its own
    return str(getattr(named, "__qualname__", type(named).__name__))

"""Two threads that take turns: who goes on at each point is decided, so that every order of their steps can be had."""

from collections.abc import Callable, Mapping
from threading import Condition, current_thread

Choice = Callable[[Mapping[str, str]], str]
"""Of those who wait, by name, each at its point: who goes on."""
_PATIENCE = 60.0


class Stuck(AssertionError):
    """Whoever had the turn neither came to a point nor ended."""


class Turns:
    """``actors`` by the beginning of their threads' names. Everybody else goes on as they please."""

    def __init__(self, actors: Mapping[str, str], choose: Choice) -> None:
        self._actors = actors
        self._choose = choose
        self._changed = Condition()
        self._active = set(actors.values())
        self._waiting: dict[str, str] = {}
        self._has_it: str | None = None
        self.taken: list[tuple[str, str]] = []
        """Who went on, and from where."""

    def at(self, point: str) -> None:
        """This thread has come to a point, and goes on when it is its turn."""
        actor = self._me()
        if actor is None:
            return
        with self._changed:
            if actor not in self._active:
                return
            self._waiting[actor] = point
            if self._has_it == actor:
                self._has_it = None
            self._hand_on()
            if not self._changed.wait_for(lambda: self._has_it == actor, _PATIENCE):
                raise Stuck(f"{actor} at {point}: {self.taken[-5:]}")

    def during(self, actor: str, work: Callable[[], object]) -> None:
        """``work``, at the end of which this actor leaves."""
        try:
            work()
        finally:
            with self._changed:
                self._active.discard(actor)
                self._waiting.pop(actor, None)
                if self._has_it == actor:
                    self._has_it = None
                self._hand_on()

    def _me(self) -> str | None:
        name = current_thread().name
        return next((actor for prefix, actor in self._actors.items() if name.startswith(prefix)), None)

    def _hand_on(self) -> None:
        if self._has_it is None and self._active and set(self._waiting) == self._active:
            self._has_it = self._choose(dict(self._waiting))
            self.taken.append((self._has_it, self._waiting.pop(self._has_it)))
            self._changed.notify_all()

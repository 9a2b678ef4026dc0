"""Eventual visibility: what is written shows later in lists and in free/busy, as long as a test says."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from tests.sandbox.google.state import State

if TYPE_CHECKING:
    from tests.sandbox.google.event import Event

Reader = Literal["list", "freebusy"]
READERS: frozenset[Reader] = frozenset({"list", "freebusy"})


@dataclass
class _Unseen:
    """A write that some do not see yet: what they see is ``old``."""

    event: "Event"
    old: "Event | None"
    version: int
    shows_at: datetime
    waits: dict[Reader, int]
    """How many questions of each kind are still answered without it."""

    def hidden(self, reader: Reader, now: datetime) -> bool:
        return reader in self.waits and (now < self.shows_at or self.waits[reader] > 0)


@dataclass
class Visibility:
    """How long writes stay unseen from now on. ``events.get`` and etags know of them at once."""

    state: State
    lasts: timedelta = timedelta()
    calls: int = 0
    readers: frozenset[Reader] = READERS
    _unseen: dict[str, list[_Unseen]] = field(default_factory=dict)

    def note(self, event: "Event", old: "Event | None") -> None:
        """A write happened; ``old`` is the event as it was."""
        if self.lasts or self.calls:
            shows_at = self.state.now() + self.lasts
            waits = dict.fromkeys(self.readers, self.calls)
            unseen = _Unseen(event, old and replace(old), event.version, shows_at, waits)
            self._unseen.setdefault(event.calendar.id, []).append(unseen)

    def seen(self, calendar_id: str, events: Iterable["Event"], reader: Reader) -> list["Event"]:
        """The events as this kind of question sees them; asking counts."""
        now = self.state.now()
        waiting = [each for each in self._unseen.get(calendar_id, []) if any(each.hidden(one, now) for one in READERS)]
        self._unseen[calendar_id] = waiting
        old: dict[str, Event | None] = {}
        for each in waiting:
            if each.hidden(reader, now):
                old.setdefault(each.event.id, each.old)
        for each in waiting:
            if reader in each.waits:
                each.waits[reader] -= 1
        shown = (old.get(event.id, event) for event in events)
        return [event for event in shown if event is not None]

    def horizon(self, calendar_id: str) -> int:
        """The version up to which a list tells everything; a sync token must not run ahead of it."""
        now = self.state.now()
        hidden = [each.version for each in self._unseen.get(calendar_id, []) if each.hidden("list", now)]
        return min(hidden, default=self.state.version + 1) - 1

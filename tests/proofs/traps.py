"""The moments of booking.md's table at which a process is killed, and how: its own code is made deadly from outside."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.google.events import GoogleEvents
from bot.services.outbox import Outbox
from bot.services.writing import Writing
from bot.slack.notifier import SlackNotifier
from storage import bookings, operations, words

BOOK, MOVE, CANCEL = "book", "move", "cancel"


@dataclass(frozen=True)
class Trap:
    """Whoever comes to ``name`` while doing ``deed`` dies: before it, or right behind it."""

    deed: str
    owner: Any
    name: str
    before: bool = False

    def is_set(self) -> None:
        """In this process, for good."""
        plain: Callable[..., Any] = getattr(self.owner, self.name)

        def deadly(*args: Any, **more: Any) -> Any:
            answer = None if self.before else plain(*args, **more)
            os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(self.owner, self.name, deadly)


TRAPS = {
    "F0, before anything is stored": Trap(BOOK, bookings, "hold", before=True),
    "F1, stored and not committed": Trap(BOOK, operations, "add"),
    "F2, committed and not yet at Google": Trap(BOOK, Outbox, "carry_out", before=True),
    "F3, at Google and nobody knows": Trap(BOOK, GoogleEvents, "insert"),
    "F4, at Google and verified": Trap(BOOK, Writing, "_confirm", before=True),
    "F4, confirmed and not committed": Trap(BOOK, operations, "done"),
    "F5, confirmed and not answered": Trap(BOOK, Outbox, "carry_out"),
    "F6, claimed to be told": Trap(BOOK, words, "claim"),
    "F6, about to be told": Trap(BOOK, SlackNotifier, "tell", before=True),
    "F6, told and not noted": Trap(BOOK, SlackNotifier, "tell"),
    "F7, the cancelling not committed": Trap(CANCEL, operations, "add"),
    "F7, before the deletion": Trap(CANCEL, GoogleEvents, "delete", before=True),
    "F8, deleted and not noted": Trap(CANCEL, GoogleEvents, "delete"),
    "F9, before the move": Trap(MOVE, GoogleEvents, "move", before=True),
    "F9, moved and not noted": Trap(MOVE, GoogleEvents, "move"),
    "F9, noted and not committed": Trap(MOVE, operations, "done"),
}

"""What is still to be done at Google, in order, by one at a time, until it is done or known to be impossible."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain.appointments import State
from bot.domain.faults import GoogleFault
from bot.errors import AvailabilityUnknown, BotError, NotConnected, ReconnectNeeded, SlotTaken
from bot.ports import Clock
from bot.services.diaries import Each
from bot.services.moving import EventGone, Moving
from bot.services.portraits import Loaded, load
from bot.services.writing import REFUSED, LeaseGone, Writing
from storage import bookings, operations
from storage.database import Database
from storage.operations import CANCEL, MOVE, WRITE, Task
from storage.tables import new_id

log = structlog.get_logger()

BATCH = 20
LEASE = timedelta(minutes=3)
"""Longer than everything that one operation asks of Google, each with its time limit."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(seconds=30)
_MARGIN = timedelta(minutes=2)
"""So long before a promise ends it is begun to take it back: with a Google in trouble that takes a while itself."""
_MINUTE = timedelta(minutes=1)
_STANDS = frozenset({State.CONFIRMED, State.CONFLICT})
"""A conflict's words may be changed; to be moved it is first taken for confirmed."""
BROKEN = frozenset({"broken", "not_connected", "no_linked", "left"})
"""Reasons that whoever is concerned can mend."""


class Result(StrEnum):
    """What became of one attempt."""

    DONE = "done"
    PENDING = "pending"
    TAKEN = "taken"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """``reason`` of what was refused, as a code."""

    result: Result
    reason: str = ""


class Outbox:
    """The request itself and the sweeper do the same; only until something is promised may a request be refused."""

    def __init__(
        self, database: Database, writing: Writing, moving: Moving, clock: Clock, each: Each, max_pending: timedelta
    ) -> None:
        self._database = database
        self._writing = writing
        self._moving = moving
        self._clock = clock
        self._each = each
        self._max_pending = max_pending

    def run(self) -> int:
        """Do what is due. How many operations were tried."""
        done = 0
        while True:
            lease, now = new_id(), self._clock.now()
            with self._database.transaction() as session:
                tasks = operations.claim(session, now, lease, now + LEASE, BATCH)
            if not tasks:
                return done
            for _ in self._each(self._tried, tasks):
                done += 1

    def _tried(self, task: Task) -> Outcome | None:
        try:
            return self.carry_out(task)
        except Exception:
            # one appointment must not keep the others from being written; its lease runs out by itself
            log.exception("bug", operation=task.id)
            return None

    def carry_out(self, task: Task, *, promised: bool = True) -> Outcome:
        """One attempt at one operation, under the caller's lease."""
        with self._database.reading() as session:
            loaded = load(session, task.booking_id)
            first = operations.is_next(session, task)
        if loaded is None:
            return Outcome(Result.DONE)
        if not first:  # what stands before it has to be done first
            return self._again(task, self._clock.now() + _FIRST_PAUSE, "in_turn")
        try:
            return self._done(task, loaded, promised=promised)
        except LeaseGone:
            return Outcome(Result.PENDING, "lease_gone")
        except (BotError, GoogleFault) as error:
            outcome = _outcome(error)
        if outcome.result is Result.PENDING:
            return self._again(task, self._clock.now() + _pause(task.attempts), outcome.reason)
        refused = outcome.result is Result.TAKEN or outcome.reason == REFUSED or not promised
        held_up = None if refused else self._held_up(task, loaded, outcome.reason)
        return held_up or self._refused(task, loaded, outcome, promised=promised)

    def _done(self, task: Task, loaded: Loaded, *, promised: bool) -> Outcome:
        state, now = loaded.row.state, self._clock.now()
        late = promised and now >= loaded.row.deadline - min(_MARGIN, self._max_pending / 5)
        if task.kind == WRITE and state == State.HELD:
            if late:
                self._writing.give_up(task, loaded, loaded.row.reason or "not_in_time")
            else:
                self._writing.write(task, loaded)
        elif task.kind == WRITE and state == State.CANCELLING:
            self._writing.absorb(task, loaded)
        elif task.kind == CANCEL and state == State.CANCELLING:
            self._writing.cancel(task, loaded)
        elif task.kind == MOVE and state in _STANDS and (task.change or loaded.row.move_starts_at is not None):
            self._moved(task, loaded, late=late)
        else:  # something later has made it pointless
            with self._database.transaction() as session:
                operations.done(session, task)
        return Outcome(Result.DONE)

    def _moved(self, task: Task, loaded: Loaded, *, late: bool) -> None:
        try:
            if late:
                self._moving.stays(task, loaded, self._put_back(task, loaded), told=True)
            elif loaded.row.move_starts_at is not None:
                self._moving.move(task, loaded)
            else:
                self._moving.revise(task, loaded)
        except EventGone:
            self._moving.deleted(task, loaded)

    def _put_back(self, task: Task, loaded: Loaded) -> str:
        """Why it stays. Where its calendar cannot be written any more, comparing tells later where it really is."""
        try:
            self._moving.put_back(task, loaded)
        except GoogleFault as fault:
            return fault.verdict.code
        return loaded.row.reason or "not_in_time"

    def _refused(self, task: Task, loaded: Loaded, outcome: Outcome, *, promised: bool) -> Outcome:
        try:
            if task.kind == MOVE:
                self._moving.stays(task, loaded, outcome.reason, told=promised)
            elif task.kind == WRITE and promised:
                self._writing.give_up(task, loaded, outcome.reason)
            elif task.kind == WRITE:
                self._writing.let_go(task, loaded, outcome.reason)
            else:
                return self._held_up(task, loaded, outcome.reason)
        except LeaseGone:
            return Outcome(Result.PENDING, "lease_gone")
        except (BotError, GoogleFault) as error:
            return self._again(task, self._clock.now() + _pause(task.attempts), type(error).__name__)
        return outcome

    def _held_up(self, task: Task, loaded: Loaded, reason: str) -> Outcome:
        """It waits for what is broken. The promise's time runs only while its owner's connection works."""
        now = self._clock.now()
        if reason in BROKEN:
            with self._database.transaction() as session:
                bookings.note(session, loaded.row.id, deadline=now + self._max_pending, reason=reason)
            return self._again(task, now + _MINUTE, reason)
        return self._again(task, now + _pause(task.attempts), reason)

    def _again(self, task: Task, at: datetime, code: str) -> Outcome:
        with self._database.transaction() as session:
            operations.again(session, task, at, code)
        return Outcome(Result.PENDING, code)


def _outcome(error: BotError | GoogleFault) -> Outcome:
    """What a failed attempt means. A Google that does not answer, or faults of ours, pass: then it is tried again."""
    if isinstance(error, SlotTaken):
        return Outcome(Result.TAKEN, "taken")
    if isinstance(error, AvailabilityUnknown):
        return Outcome(Result.UNKNOWN, error.reason)
    if isinstance(error, NotConnected | ReconnectNeeded):
        return Outcome(Result.UNKNOWN, "broken")
    if isinstance(error, GoogleFault):  # of this one calendar
        return Outcome(Result.UNKNOWN, error.verdict.code)
    return Outcome(Result.PENDING, type(error).__name__)


def _pause(attempts: int) -> timedelta:
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(attempts - 1, 10)
    return min(doubled, _LONGEST_PAUSE)

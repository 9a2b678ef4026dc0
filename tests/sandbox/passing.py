"""Time that passes for the bot: its jobs run at every moment at which something is due, and nothing runs in between."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlmodel import col, or_

from handlers.app import Bot
from handlers.jobs import Jobs
from storage.booking_tables import Operation, Word
from storage.database import Database
from storage.rollout_tables import Invitation
from storage.watch_tables import Incident, Probe, Reminder
from tests.sandbox.clock import SandboxClock

_NEVER_LESS, _CALM = timedelta(seconds=20), timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_DUE = (
    col(Probe.probe_at),
    col(Reminder.due_at),
    col(Incident.due_at),
    col(Invitation.due_at),
    col(Operation.due_at),
    col(Word.due_at),
)
_BROKEN = or_(col(Incident.resolved_at).is_(None), col(Incident.todo).is_not(None))


class ByHand(Jobs):
    """The bot's jobs, set off by whoever moves the clock and not by the machine's."""

    def start(self) -> None:
        """Nothing happens by itself."""

    def stop(self) -> None:
        """Nothing did."""


def next_moment(database: Database, now: datetime) -> datetime:
    """When something is due next; a quarter of an hour from now when nothing is, a minute when something is broken."""
    due = [select(func.min(column)).where(column > now).scalar_subquery() for column in _DUE]
    with database.reading() as session:
        *moments, broken = session.connection().execute(select(*due, exists().where(_BROKEN))).one()
    soonest = min([moment for moment in moments if moment is not None], default=now + _CALM)
    return max(now + _NEVER_LESS, min(soonest, now + (_MINUTE if broken else _CALM)))


def next_step(database: Database, now: datetime) -> timedelta:
    """Until that moment, or a minute when something is due already."""
    late = any(is_due(database, column, now) for column in _DUE)
    return _MINUTE if late else next_moment(database, now) - now


def is_due(database: Database, column: Any, now: datetime) -> bool:
    """Whether a job would find anything, by its table's due times: most moments are only one of them's."""
    with database.reading() as session:
        return bool(session.connection().scalar(select(exists().where(col(column) <= now))))


def is_uneasy(database: Database) -> bool:
    """Whether anything is broken, or fails, that the canaries could make more of."""
    with database.reading() as session:
        uneasy = select(exists().where(_BROKEN), exists().where(col(Probe.failures) > 0))
        return any(session.connection().execute(uneasy).one())


def until(end: datetime, clock: SandboxClock, bot: Bot, settles: Callable[[], object]) -> None:
    """Let the time until then pass, with the bot's jobs at every moment on the way that matters, and at the end.

    On the way the canaries sing each quarter of an hour unless something is uneasy: they cost half of a calm day, and
    all that they alone would find in it is that Slack has withdrawn a token.
    """
    sung = clock.now()
    counted_on = sung.date()
    while (moment := next_moment(bot.database, clock.now())) < end:
        advance(clock, moment)
        if is_due(bot.database, Probe.probe_at, moment):
            bot.watching.sweep.run()
        if moment - sung >= (_MINUTE if is_uneasy(bot.database) else _CALM):
            bot.watching.canaries.run()
            sung = moment
        if is_due(bot.database, Reminder.due_at, moment):
            bot.watching.reminders.deliver()
        if is_due(bot.database, Invitation.due_at, moment):
            bot.rolling.invitations.deliver()
            bot.rolling.rollout.finish_what_is_done()
        if is_due(bot.database, Operation.due_at, moment):
            bot.booking.outbox.run()
        if is_due(bot.database, Word.due_at, moment):
            bot.booking.bulletin.deliver()
        if moment.date() > counted_on:
            bot.rolling.tallies.run()
            counted_on = moment.date()
        settles()
    advance(clock, end)
    bot.rolling.tallies.run()
    tick(bot)
    settles()


def tick(bot: Bot) -> None:
    """Everything the clock sets off within a minute, in turn; but Slack's directory is read where a test says so."""
    bot.watching.sweep.run()
    bot.watching.canaries.run()
    bot.watching.reminders.deliver()
    bot.rolling.invitations.deliver()
    bot.rolling.departures.see_off()
    bot.rolling.confirmations.deliver()
    bot.rolling.rollout.finish_what_is_done()
    bot.booking.outbox.run()
    bot.booking.reconciling.run()
    bot.booking.bulletin.deliver()


def advance(clock: SandboxClock, to: datetime) -> None:
    """Let the time until then pass, if it has not already."""
    clock.advance(max(timedelta(), to - clock.now()))

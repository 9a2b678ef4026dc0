"""Time that passes for the bot: its jobs run at every moment at which something is due, and nothing runs in between."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from handlers.app import Bot
from handlers.jobs import Jobs
from storage.database import Database
from storage.rollout_tables import Invitation
from storage.watch_tables import Incident, Probe, Reminder
from tests.sandbox.clock import SandboxClock

_NEVER_LESS, _CALM = timedelta(seconds=20), timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)


class ByHand(Jobs):
    """The bot's jobs, set off by whoever moves the clock and not by the machine's."""

    def start(self) -> None:
        """Nothing happens by itself."""

    def stop(self) -> None:
        """Nothing did."""


def next_moment(database: Database, now: datetime) -> datetime:
    """When something is due next; a quarter of an hour from now when nothing is."""
    with database.reading() as session:
        due = [
            session.exec(select(column).where(column > now).order_by(column).limit(1)).first()
            for column in (col(Probe.probe_at), col(Reminder.due_at), col(Incident.due_at), col(Invitation.due_at))
        ]
        broken = session.exec(select(Incident.id).where(col(Incident.resolved_at).is_(None)).limit(1)).first()
    soonest = min((moment for moment in due if moment is not None), default=now + _CALM)
    return max(now + _NEVER_LESS, min(soonest, now + (_MINUTE if broken else _CALM)))


def tick(bot: Bot) -> None:
    """Everything the clock sets off within a minute, in turn."""
    bot.watching.sweep.run()
    bot.watching.canaries.run()
    bot.watching.reminders.deliver()
    bot.rolling.invitations.deliver()
    bot.rolling.rollout.finish_what_is_done()


def advance(clock: SandboxClock, to: datetime) -> None:
    """Let the time until then pass, if it has not already."""
    clock.advance(max(timedelta(), to - clock.now()))

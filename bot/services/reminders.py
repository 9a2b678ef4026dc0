"""What people are told of an outage: each step once, whatever crashes, and edited when it is over."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.domain.health import Cause
from bot.domain.notices import ConnectLink, Mended, Menus, MessageRef, Trouble, TroubleOver, Unanswered
from bot.domain.people import Who
from bot.domain.reminders import due, is_reported, tomorrow
from bot.errors import BotError, NotAnEmployee, SlackRefusesApp, SlackUnavailable, Unreachable
from bot.ports import Clock, Notifier
from bot.services.calendars import CalendarPicks
from bot.services.connections import Connections
from bot.services.incidents import Incidents, slack_app
from bot.services.monitoring import zone_of
from bot.services.tickets import Tickets
from storage import outages, people
from storage.database import Database
from storage.outages import Owed
from storage.tables import new_id

log = structlog.get_logger()

BATCH = 20
_LEASE = timedelta(minutes=3)
_LATER = timedelta(minutes=1)
"""Slack's history may not show at once what was posted; a message that may be out is looked for after that."""
_BY_LINK = frozenset({Cause.GRANT_DEAD, Cause.SESSION_EXPIRED, Cause.PERMISSION_MISSING, Cause.EXPIRING})
_BY_MENU = frozenset({Cause.CALENDAR_GONE, Cause.LOST_WRITE})


@dataclass(frozen=True)
class Snoozed:
    """Until when, and whether the message says so by now."""

    until: datetime
    is_shown: bool


class Reminders:
    """Delivers what the ledger owes. Safe to run in as many threads and processes as one likes."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        connections: Connections,
        picks: CalendarPicks,
        tickets: Tickets,
        incidents: Incidents,
        clock: Clock,
        redraw: Callable[[Who], object],
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._connections = connections
        self._picks = picks
        self._tickets = tickets
        self._incidents = incidents
        self._clock = clock
        self._redraw = redraw
        self._resting: dict[str, datetime] = {}
        """Workspaces in which Slack has asked us to wait, and until when."""

    def deliver(self) -> int:
        """Do what is due now, until nothing is. How much it was."""
        done = 0
        while claimed := self._claim():
            lease, owed = claimed
            for each in owed:
                self._do(each, lease)
            done += len(owed)
        return done

    def snooze(self, who: Who, reminder_id: str, show: Callable[[datetime], bool]) -> Snoozed | None:
        """Put the next reminder off to tomorrow; None when there is nothing to remind of any more.

        ``show`` has the message say so, and tells whether it does. It is not asked to once the message is to say
        something newer, and while it is at it nobody else is.
        """
        now, lease = self._clock.now(), new_id()
        until = tomorrow(now, self._zone(who))
        with self._database.transaction() as session:
            put_off = outages.snooze(session, reminder_id, (who.team_id, who.user_id), until)
            held = put_off and outages.hold(session, reminder_id, lease, now, now + _LEASE)
        if not put_off:
            return None
        try:
            return Snoozed(until, held and show(until))
        finally:
            with self._database.transaction() as session:
                outages.let_go(session, reminder_id, lease)

    def _claim(self) -> tuple[str, list[Owed]] | None:
        lease, now = new_id(), self._clock.now()
        broken = self._incidents.open_keys()
        with self._database.transaction() as session:
            owed = outages.claim(
                session,
                now=now,
                lease=lease,
                until=now + _LEASE,
                limit=BATCH,
                quiet=self._incidents.stops_looking(broken),
                only_first=self._incidents.is_freezing(broken),
                not_teams=[*teams_of(broken), *(team for team, until in tuple(self._resting.items()) if now < until)],
            )
        return (lease, owed) if owed else None

    def _do(self, owed: Owed, lease: str) -> None:
        who, now = Who(owed.team_id, owed.user_id), self._clock.now()
        resting = self._resting.get(owed.team_id)
        if resting is not None and now < resting:
            self._put_off(owed, lease, resting, untried=owed.tried_at is None)
            return
        act = {
            outages.SEND: self._send,
            outages.UNBUTTON: self._take_button_off,
            outages.SETTLE: self._settle,
            outages.REPORT: self._report,
        }[owed.todo]
        try:
            act(owed, lease, who)
        except SlackRefusesApp as refused:
            self._incidents.meet(slack_app(owed.team_id), refused.code, owed.team_id)
            self._put_off(owed, lease, now + _LATER, untried=owed.tried_at is None)
        except SlackUnavailable as unavailable:
            if unavailable.retry_after:
                self._resting[owed.team_id] = self._clock.now() + timedelta(seconds=unavailable.retry_after)
            wait = max(_LATER if unavailable.lost else timedelta(), timedelta(seconds=unavailable.retry_after or 15))
            self._put_off(owed, lease, now + wait, untried=not unavailable.lost and owed.tried_at is None)
        except (Unreachable, NotAnEmployee):
            log.warning("reminder_undeliverable", reminder=owed.id, user=owed.user_id)
            self._done(owed, lease)
        except LeaseLost:
            log.info("lease_lost", reminder=owed.id)
        except BotError as error:
            log.warning("reminder_put_off", reminder=owed.id, error=type(error).__name__)
            self._put_off(owed, lease, now + _LATER)
        except Exception:
            # one person's row must not keep everybody else's from being told; its lease runs out by itself
            log.exception("bug", reminder=owed.id)

    # --- sending ----------------------------------------------------------------------------------------------------

    def _send(self, owed: Owed, lease: str, who: Who) -> None:
        now = self._clock.now()
        if owed.tried_at is not None:
            found = self._notifier.find(who, owed.id, owed.tried_at - _LATER)
            if found is not None:
                self._sent(owed, found)
                return
            if now < owed.tried_at + _LATER:
                self._put_off(owed, lease, owed.tried_at + _LATER)
                return
        if owed.closed_at is not None:
            self._done(owed, lease)
            return
        cause = Cause(owed.cause)
        if cause in _BY_LINK:
            self._tickets.enclose(who, lambda link: self._told(owed, lease, who, link=link))
        else:
            self._told(owed, lease, who, menus=self._menus(who) if cause in _BY_MENU else None)

    def _told(
        self, owed: Owed, lease: str, who: Who, *, link: ConnectLink | None = None, menus: Menus | None = None
    ) -> MessageRef:
        notice = self._trouble(owed, who, link=link, menus=menus, standing=True)
        with self._database.transaction() as session:
            is_mine = outages.trying(session, owed.id, lease, self._clock.now())
        if not is_mine:
            raise LeaseLost
        message = self._notifier.tell(who, notice, mark=owed.id)
        if not self._sent(owed, message):
            self._notifier.take_back(owed.team_id, message)
            raise LeaseLost
        log.info("person_told", cause=owed.cause, step=owed.step, user=who.user_id)
        if owed.step == 0:
            self._redraw(who)
        return message

    def _trouble(
        self,
        owed: Owed,
        who: Who,
        *,
        link: ConnectLink | None = None,
        menus: Menus | None = None,
        standing: bool = False,
    ) -> Trouble:
        """The message of this step. Only the newest one is ``standing``: it has the button."""
        cause, next_at = Cause(owed.cause), self._next(owed)
        return Trouble(
            status=self._connections.status(who),
            cause=cause,
            since=owed.opened_at,
            step=owed.step,
            url=link.url if link else None,
            menus=menus,
            ends_at=owed.ends_at,
            snooze=owed.id if standing and next_at is not None else None,
            is_last=standing and next_at is None,
        )

    def _menus(self, who: Who) -> Menus | None:
        try:
            return self._picks.menus(who)
        except BotError:
            return None

    def _sent(self, owed: Owed, message: MessageRef) -> bool:
        """Whether this is the message of this step: a process that was stopped meanwhile may have sent a second."""
        now, next_at = self._clock.now(), self._next(owed)
        with self._database.transaction() as session:
            is_the_one = outages.sent(session, owed, message.channel, message.ts, now, next_at)
            if next_at is None and is_reported(Cause(owed.cause)) and owed.closed_at is None:
                outages.report(session, owed, now + timedelta(days=7))
        return is_the_one

    def _next(self, owed: Owed) -> datetime | None:
        return due(Cause(owed.cause), owed.step + 1, owed.opened_at, zone_of(owed.time_zone), owed.ends_at)

    # --- afterwards -------------------------------------------------------------------------------------------------

    def _take_button_off(self, owed: Owed, lease: str, who: Who) -> None:
        self._edit(owed, self._trouble(owed, who))
        self._done(owed, lease)

    def _settle(self, owed: Owed, lease: str, who: Who) -> None:
        status, cause = self._connections.status(who), Cause(owed.cause)
        notice = Mended(status, cause) if owed.healed else TroubleOver(status, cause)
        edited = self._edit(owed, notice)
        if not edited and owed.healed and self._is_newest(owed):
            mark = f"{owed.id}:mended"
            if self._notifier.find(who, mark, owed.closed_at or owed.opened_at) is None:
                self._notifier.tell(who, notice, mark=mark)
        self._done(owed, lease)
        self._redraw(who)

    def _report(self, owed: Owed, lease: str, who: Who) -> None:
        if owed.closed_at is None:
            account = self._connections.status(who).account or ""
            self._incidents.tell_operators(who.team_id, Unanswered(who, account, Cause(owed.cause), owed.opened_at))
        self._done(owed, lease)

    def _edit(self, owed: Owed, notice: Trouble | Mended | TroubleOver) -> bool:
        if not owed.channel or not owed.ts:
            return False
        return self._notifier.edit(owed.team_id, MessageRef(owed.channel, owed.ts), notice)

    def _is_newest(self, owed: Owed) -> bool:
        with self._database.reading() as session:
            standing = outages.standing(session, owed.outage_id)
            return not standing or standing[0].id == owed.id

    def _done(self, owed: Owed, lease: str) -> None:
        with self._database.transaction() as session:
            outages.done(session, owed.id, lease, owed.todo)

    def _put_off(self, owed: Owed, lease: str, until: datetime, *, untried: bool = False) -> None:
        with self._database.transaction() as session:
            outages.put_off(session, owed.id, lease, until, untried=untried)

    def _zone(self, who: Who) -> ZoneInfo:
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            return zone_of(person.time_zone if person else None)


class LeaseLost(BotError):
    """Somebody else is at it now."""


def teams_of(broken: Iterable[str]) -> list[str]:
    """The workspaces in which Slack does not take our token."""
    prefix = slack_app("")
    return [key.removeprefix(prefix) for key in broken if key.startswith(prefix)]

"""Judging connections: what was observed becomes a condition, and only its edges become effects."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from bot.domain.health import (
    Answered,
    Cause,
    Closed,
    Condition,
    Effect,
    Health,
    Healthy,
    Hold,
    Opened,
    Refused,
    Signal,
    Strike,
    Struck,
    transition,
)
from bot.domain.looks import Chosen, Found, found, trouble
from bot.domain.people import Who
from bot.domain.permissions import missing
from bot.domain.reminders import due
from bot.domain.webhooks import Event, about_connection
from bot.ports import MOST_ENTRIES, CalendarEntry, Clock
from bot.services.incidents import MASS, TESTING_MODE, Incidents
from bot.services.webhooks import enqueue
from storage import audit, conditions, connections, outages, people, probes
from storage.conditions import Seen
from storage.database import Database, Session
from storage.tables import Connection

log = structlog.get_logger()

_LOOKS = 5
"""How often a judgement is made anew because another one came in between."""
_WINDOW = timedelta(minutes=15)
_MANY, _SHARE = 5, 0.01
"""So many first refusals within the window are not people's doing (the outages of December 2020 looked like this).

An outage that takes four in a hundred within a quarter of an hour shows as little as one in a hundred by the time the
first of them would be told."""
_TESTING_LIFE, _GIVE_OR_TAKE = timedelta(days=7), timedelta(hours=2)
"""Grants of an app in Google's testing mode die after seven days."""
_PEOPLE_IN_A_PATTERN = 2


def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC for one that we do not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


class Monitoring:
    """``deliver`` sends what is owed to people, soon and behind the caller's back."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        incidents: Incidents,
        deliver: Callable[[], object],
        *,
        confirm_after: timedelta,
        probe_every: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._incidents = incidents
        self._deliver = deliver
        self._confirm_after = confirm_after
        self._probe_every = probe_every

    # --- what people's own requests show ----------------------------------------------------------------------------

    def answered(self, connection_id: str, token_version: int) -> None:
        """Google took this grant, for something that its owner asked for."""
        self.observe(connection_id, token_version, Answered())

    def doubted(self, connection_id: str) -> None:
        """Google refused something that its owner asked for. They see it; whether it is so the next look will tell."""
        with self._database.transaction() as session:
            probes.soon(session, connection_id, self._clock.now())

    def looked(self, who: Who, token_version: int, entries: Iterable[CalendarEntry]) -> None:
        """Somebody's whole calendar list was fetched for them: as good as a look of ours."""
        now, listed = self._clock.now(), list(entries)
        with self._database.transaction() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            row = connections.of(session, person.id) if person else None
            if row is None or row.token_version != token_version or row.grant is None:
                return
            chosen = connections.picks(session, row.id)
            now_found = found(chosen, listed, frozenset(), whole=len(listed) < MOST_ENTRIES)
            self._note(session, row.id, chosen, now_found)
            if row.strike_at is None and trouble(now_found) is None:
                probes.seen(session, row.id, now, now + self._probe_every)
        signal: Signal = Answered() if trouble(now_found) else Healthy(row.refresh_expires_at)
        if self._would_change(row, signal):
            self.observe(row.id, token_version, signal)

    def came_back(self, who: Who, token_version: int, entries: Iterable[CalendarEntry]) -> None:
        """After a reconnect: which chosen calendars are there again. The card that follows names the others."""
        self.looked(who, token_version, entries)
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            row = connections.of(session, person.id) if person else None
            cause = trouble(connections.picks(session, row.id)) if row else None
        if row is not None and cause is not None:
            self.observe(row.id, token_version, Refused(cause, certain=True, told=True))

    # --- judging ----------------------------------------------------------------------------------------------------

    def observe(self, connection_id: str, token_version: int, signal: Signal) -> Condition | None:
        """Judge, save, and have the effects carried out. None when the grant this is about is not held any more."""
        for _ in range(_LOOKS):
            condition, effects, saved = self._judged(connection_id, token_version, signal)
            if saved:
                self._after(effects)
                return condition
        log.warning("judgement_given_up", connection=connection_id)
        return None

    def _judged(
        self, connection_id: str, token_version: int, signal: Signal
    ) -> tuple[Condition | None, tuple[Effect, ...], bool]:
        now = self._clock.now()
        with self._database.transaction() as session:
            row = session.get(Connection, connection_id, populate_existing=True)
            if row is None or row.grant is None or row.token_version != token_version:
                return None, (), True
            if isinstance(signal, Healthy) and missing(row.scopes.split()):
                signal = Answered()  # calendars are listed and chosen without what is not allowed any more
            before = condition_of(row)
            moved = transition(before, signal, now, self._confirm_after, self._hold(session, row, signal, now))
            after = moved.condition
            if after == before and not moved.effects:
                return after, (), True
            saved = conditions.set_condition(
                session,
                Seen(row.id, row.token_version, row.revision),
                now,
                health=after.health,
                cause=after.cause,
                strike_cause=after.strike.cause if after.strike else None,
                strike_at=after.strike.at if after.strike else None,
            )
            if saved:
                self._carry_out(session, row, moved.effects, now)
                self._record(session, row, before, after, now)
        return after, moved.effects, saved

    def _hold(self, session: Session, row: Connection, signal: Signal, now: datetime) -> Hold:
        if not isinstance(signal, Refused) or signal.certain:
            return Hold.NOTHING
        testing = signal.cause is Cause.GRANT_DEAD and _is_testing_age(row.connected_at, row.strike_at or now)
        return self._incidents.hold(session, row.hosted_domain, looks_like_testing=testing)

    def _carry_out(self, session: Session, row: Connection, effects: tuple[Effect, ...], now: datetime) -> None:
        for effect in effects:
            match effect:
                case Struck(again_at):
                    probes.soon(session, row.id, again_at)
                case Closed(healed):
                    outages.close(session, row.id, now, healed=healed)
                    if healed:
                        enqueue(session, row.team_id, Event.HEALED, about_connection(row.person_id, None), now)
                case Opened(cause, ends_at, told):
                    person = people.by_id(session, row.person_id)
                    zone = zone_of(person.time_zone if person else None)
                    next_at = due(cause, 1, now, zone, ends_at) if told else None
                    outages.open(session, row.id, cause, now, ends_at=ends_at, told=told, next_at=next_at)
                    enqueue(session, row.team_id, Event.BROKEN, about_connection(row.person_id, str(cause)), now)

    def _record(self, session: Session, row: Connection, before: Condition, after: Condition, now: datetime) -> None:
        if before.health is after.health:
            return
        log.info("health_changed", connection=row.id, before=str(before.health), after=str(after.health))
        person = people.by_id(session, row.person_id)
        if person is not None and Health.SUSPECT not in (before.health, after.health):
            detail = {"from": str(before.health), "cause": str(after.cause or "")}
            audit.record(
                session,
                now=now,
                team_id=row.team_id,
                user_id=person.user_id,
                action=f"became_{after.health}",
                detail=detail,
            )

    def _after(self, effects: tuple[Effect, ...]) -> None:
        if any(isinstance(effect, Struck) for effect in effects):
            self.review()
        if any(isinstance(effect, Opened | Closed) for effect in effects):
            self._deliver()

    # --- many at once -----------------------------------------------------------------------------------------------

    def review(self) -> None:
        """Whether first refusals come in a number, or at an age, that speaks of a fault of ours or of Google's."""
        now = self._clock.now()
        with self._database.reading() as session:
            struck = conditions.struck_since(session, now - _WINDOW)
            looked_at = probes.probed_since(session, now - _WINDOW) if struck >= _MANY else 0
            young = conditions.dead_grants(session) if struck else []
        if struck and struck >= max(_MANY, _SHARE * looked_at):
            self._incidents.meet(MASS, "mass", self._somewhere(), touched=struck)
        in_pattern = sum(_is_testing_age(given, died) for given, died, _ in young)
        if in_pattern >= _PEOPLE_IN_A_PATTERN:
            self._incidents.meet(TESTING_MODE, "testing_mode", self._somewhere(), touched=in_pattern)

    def calmed_down(self) -> None:
        """Resolve what ``review`` has raised once its reason is gone."""
        now = self._clock.now()
        with self._database.reading() as session:
            struck = len(conditions.struck(session))
            young = conditions.dead_grants(session)
            looked_at = probes.probed_since(session, now - _WINDOW)
        if struck < max(_MANY, _SHARE * looked_at) / 2:
            self._incidents.resolve(MASS)
        if not any(unconfirmed and _is_testing_age(given, died) for given, died, unconfirmed in young):
            self._incidents.resolve(TESTING_MODE)

    def _somewhere(self) -> str:
        with self._database.reading() as session:
            return conditions.some_team(session)

    # --- small ------------------------------------------------------------------------------------------------------

    def note(
        self, connection_id: str, token_version: int, before: Iterable[Chosen], now_found: Iterable[Found]
    ) -> None:
        """Note what a look found of the chosen calendars, if their owner has not chosen anew or reconnected."""
        with self._database.transaction() as session:
            row = session.get(Connection, connection_id)
            if row is not None and row.token_version == token_version:
                self._note(session, connection_id, before, now_found)

    def _note(self, session: Session, connection_id: str, before: Iterable[Chosen], now_found: Iterable[Found]) -> None:
        known = {each.calendar_id: (each.name, each.present, each.writable) for each in before}
        for each in now_found:
            if known.get(each.calendar_id) != (each.name, each.present, each.writable):
                connections.note_pick(
                    session,
                    connection_id,
                    each.calendar_id,
                    present=each.present,
                    writable=each.writable,
                    name=each.name,
                )

    def _would_change(self, row: Connection, signal: Signal) -> bool:
        before = condition_of(row)
        return transition(before, signal, self._clock.now(), self._confirm_after).condition != before


def condition_of(row: Connection) -> Condition:
    """As it is stored."""
    strike = Strike(Cause(row.strike_cause), row.strike_at) if row.strike_cause and row.strike_at else None
    return Condition(Health(row.health), Cause(row.cause) if row.cause else None, strike)


def _is_testing_age(connected_at: datetime, died_at: datetime) -> bool:
    return abs(died_at - connected_at - _TESTING_LIFE) <= _GIVE_OR_TAKE

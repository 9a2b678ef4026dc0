"""Looking at everybody's connection, a few at a time: who is due is claimed, asked after, judged and written back."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Protocol, TypeVar

from bot.domain import pace
from bot.domain.health import Cause, Health, Healthy, Refused, Strike
from bot.domain.looks import Found
from bot.ports import Clock
from bot.services.incidents import Incidents, org
from bot.services.looking import Look, Looker
from bot.services.monitoring import Monitoring
from storage import connections, probes, quotas
from storage.database import Database, Session
from storage.probes import Claimed, PickFacts
from storage.tables import new_id

A = TypeVar("A")
B = TypeVar("B")

BATCH = 200
_UNDER_WAY = 2
"""Batches: while the last looks of one wait for a slow answer, those of the next are begun."""
CALLS_A_MINUTE = 8000
"""Of Google's 10,000 a minute for a project; the others are for what people ask for themselves."""
_LEASE = timedelta(minutes=5)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_ADMINS = frozenset({Cause.ADMIN_POLICY, Cause.SERVICE_OFF})
"""What an administrator may have switched off for all: somebody else of the domain is asked before judging."""


class Each(Protocol):
    """Does the same for many, several at a time."""

    def __call__(self, work: Callable[[A], B], items: Iterable[A]) -> Iterable[B]:
        """Begins at once; the results, in order, as they come."""
        ...


@dataclass(frozen=True)
class Pace:
    """How often, and how much in all."""

    probe_every: timedelta
    confirm_after: timedelta
    daily_calls: int


@dataclass(frozen=True)
class _Batch:
    """Claimed people, and the looks at them, under way."""

    lease: str
    claimed: Sequence[Claimed]
    looks: Iterable[Look]


class Sweep:
    """One look costs a refresh, which proves the grant and no call of Calendar's, and one listing of what changed."""

    def __init__(
        self,
        database: Database,
        looker: Looker,
        monitoring: Monitoring,
        incidents: Incidents,
        clock: Clock,
        rate: Pace,
        each: Each,
    ) -> None:
        self._database = database
        self._looker = looker
        self._monitoring = monitoring
        self._incidents = incidents
        self._clock = clock
        self._rate = rate
        self._each = each
        self._running = Lock()

    def run(self) -> int:
        """Look at whoever is due, until nobody is or an allowance is used up. How many were looked at."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            looked_at, under_way = 0, deque[_Batch]()
            while claimed := self._claim():
                looked_at += len(claimed[1])
                under_way.append(self._begun(*claimed))
                if len(under_way) == _UNDER_WAY:
                    self._finished(under_way.popleft())
            while under_way:
                self._finished(under_way.popleft())
            return looked_at
        finally:
            self._running.release()

    def look_at(self, connection_ids: Sequence[str]) -> dict[str, Look]:
        """Look at these now, due or not. Those that somebody is looking at already are left out."""
        lease, now = new_id(), self._clock.now()
        with self._database.transaction() as session:
            claimed = probes.claim(
                session, now=now, lease=lease, until=now + _LEASE, limit=len(connection_ids), only=connection_ids
            )
        return self._finished(self._begun(lease, claimed, even_if_broken=True))

    def room(self, wanted: int) -> tuple[int, bool]:
        """How many more looks Google's allowances bear now, which count as taken, and whether today's is used up."""
        now = self._clock.now()
        with self._database.transaction() as session:
            granted = self._granted(session, now, wanted)
            return granted, granted < wanted and quotas.used(session, _day(now)) >= self._rate.daily_calls

    def second_opinion(self, *, except_id: str = "", domain: str | None = None) -> Look | None:
        """How somebody else fares, of that Google Workspace domain if one is named; None when there is nobody else."""
        with self._database.reading() as session:
            other = probes.least_recently_tried(session, except_id=except_id, domain=domain)
        return next(iter(self.look_at([other]).values()), None) if other else None

    # --- a batch ----------------------------------------------------------------------------------------------------

    def _claim(self) -> tuple[str, list[Claimed]] | None:
        lease, now = new_id(), self._clock.now()
        if not self._looker.may_go_on():
            return None
        with self._database.transaction() as session:
            claimed = probes.claim(session, now=now, lease=lease, until=now + _LEASE, limit=BATCH)
            if not claimed:
                return None
            asked = [each.connection_id for each in claimed if not self._looker.is_pointless(each)]
            beyond = asked[self._granted(session, now, len(asked)) :]
            if beyond:
                probes.let_go(session, lease, beyond)
        mine = [each for each in claimed if each.connection_id not in beyond]
        return (lease, mine) if mine else None

    def _granted(self, session: Session, now: datetime, wanted: int) -> int:
        granted = quotas.reserve(session, f"google:{now:%Y-%m-%dT%H:%M}", now + _MINUTE, wanted, CALLS_A_MINUTE)
        return quotas.reserve(session, _day(now), now + _DAY, granted, self._rate.daily_calls)

    def _begun(self, lease: str, claimed: Sequence[Claimed], *, even_if_broken: bool = False) -> _Batch:
        """A broken one never keeps the others from being looked at."""

        def look(one: Claimed) -> Look:
            skipped = not even_if_broken and self._looker.is_pointless(one)
            return Look(None, asked=False) if skipped else self._looker.look(one)

        return _Batch(lease, claimed, self._each(look, claimed))

    def _finished(self, batch: _Batch) -> dict[str, Look]:
        """Wait for its looks, judge them, write back."""
        looks = self._seconded(batch.claimed, list(batch.looks))
        judged = [(one, seen, self._judge(one, seen)) for one, seen in zip(batch.claimed, looks, strict=True)]
        now = self._clock.now()
        with self._database.transaction() as session:
            every = pace.period(self._rate.probe_every, probes.active(session), self._rate.daily_calls)
            results = [self._result(one, seen, strike, now, every) for one, seen, strike in judged]
            for alike in {len(each): None for each in results}:
                probes.finish(session, batch.lease, [each for each in results if len(each) == alike])
        return {one.connection_id: seen for one, seen, _ in judged}

    def _result(
        self, one: Claimed, seen: Look, strike: Strike | None, now: datetime, every: timedelta
    ) -> dict[str, Any]:
        """What is written back: more of it, the more was found out."""
        result: dict[str, Any] = {
            "connection_id": one.connection_id,
            "probe_at": self._next(one, seen, strike, now, every),
        }
        if seen.asked:
            result |= {"probed_at": now, "failures": one.failures + 1}
        if seen.signal is not None:
            result |= {"answered_at": now, "failures": 0, "list_token": seen.list_token}
        return result

    def _next(self, one: Claimed, seen: Look, strike: Strike | None, now: datetime, every: timedelta) -> datetime:
        if not seen.asked:
            return now + _MINUTE
        if seen.signal is None:
            asked = seen.verdict.retry_after if seen.verdict else None
            wait = timedelta(seconds=asked) if asked else None
            return pace.after_failure(now, one.failures, one.connection_id, wait, self._rate.probe_every)
        if strike is not None and strike.at + self._rate.confirm_after > now:
            return strike.at + self._rate.confirm_after
        return pace.spread(now, every, one.connection_id)

    # --- judging ------------------------------------------------------------------------------------------------------

    def _seconded(self, claimed: Sequence[Claimed], looks: Sequence[Look]) -> list[Look]:
        """What an administrator may have switched off for all is no person's outage: then it becomes an incident."""
        found_out: dict[str | None, bool] = {}
        judged = []
        for one, seen in zip(claimed, looks, strict=True):
            if not isinstance(seen.signal, Refused) or seen.signal.cause not in _ADMINS or seen.verdict is None:
                judged.append(seen)
                continue
            domain = one.hosted_domain
            if domain not in found_out:
                found_out[domain] = self._keeps_all_out(one, seen.signal.cause)
                if found_out[domain]:
                    self._incidents.meet(org(domain), seen.verdict.code, one.team_id, touched=self._members(domain))
                else:
                    self._incidents.raise_for(one.team_id, seen.verdict)
            judged.append(Look(None, seen.verdict) if found_out[domain] else seen)
        return judged

    def _keeps_all_out(self, one: Claimed, cause: Cause) -> bool:
        if org(one.hosted_domain) in self._incidents.open_keys():
            return True
        with self._database.reading() as session:
            other = probes.least_recently_tried(session, except_id=one.connection_id, domain=one.hosted_domain)
            claimed = probes.peek(session, other) if other else None
        if claimed is None:
            return False
        second = self._looker.look(claimed)
        return isinstance(second.signal, Refused) and second.signal.cause is cause

    def _members(self, domain: str | None) -> int:
        with self._database.reading() as session:
            return connections.members_of(session, domain)

    def _judge(self, one: Claimed, seen: Look) -> Strike | None:
        """Judge it, where that can change anything. The strike that stands after it."""
        if seen.signal is None:
            return None
        if seen.scopes is not None:
            with self._database.transaction() as session:
                connections.set_scopes(session, one.connection_id, one.token_version, " ".join(sorted(seen.scopes)))
        if any(_differs(now, before) for now, before in zip(seen.found, one.picks, strict=False)):
            self._monitoring.note(one.connection_id, one.token_version, one.picks, seen.found)
        settled = one.health == Health.CONNECTED and isinstance(seen.signal, Healthy) and seen.signal.ends_at is None
        if settled:
            return None
        condition = self._monitoring.observe(one.connection_id, one.token_version, seen.signal)
        return condition.strike if condition else None


def _day(now: datetime) -> str:
    return f"google:{now:%Y-%m-%d}"


def _differs(now: Found, before: PickFacts) -> bool:
    return (now.name, now.present, now.writable) != (before.name, before.present, before.writable)

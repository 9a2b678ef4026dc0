"""A connection's state machine. Effects appear only on an edge: a second DM for one outage cannot be expressed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Health(StrEnum):
    """How a connection stands."""

    CONNECTED = "connected"
    SUSPECT = "suspect"
    """Refused once. Nobody is told; it is asked again when the time to confirm has passed."""
    NEEDS_RECONNECT = "needs_reconnect"
    NEEDS_PERMISSION = "needs_permission"
    BLOCKED = "blocked"
    """The person's Google administrator has to act."""
    CALENDAR_GONE = "calendar_gone"
    LOST_WRITE = "lost_write"
    EXPIRING = "expiring"
    """It works, and Google has said when it ends."""
    DISCONNECTED = "disconnected"

    @property
    def works(self) -> bool:
        """Whether calendars can be read and written, as far as we know."""
        return self in (Health.CONNECTED, Health.EXPIRING)


class Cause(StrEnum):
    """Why somebody is told. Named as the verdicts of bot/domain/faults.py are."""

    GRANT_DEAD = "grant_dead"
    SESSION_EXPIRED = "session_expired"
    ADMIN_POLICY = "admin_policy_enforced"
    SERVICE_OFF = "calendar_service_off"
    PERMISSION_MISSING = "permission_missing"
    CALENDAR_GONE = "calendar_gone"
    LOST_WRITE = "lost_write"
    EXPIRING = "expiring"

    @property
    def health(self) -> Health:
        """What a connection is while this lasts."""
        return _HEALTH[self]

    @property
    def depth(self) -> int:
        """A refusal proves that everything deeper works: who says a calendar is gone has taken the grant."""
        return _DEPTH[self]


_HEALTH = {
    Cause.GRANT_DEAD: Health.NEEDS_RECONNECT,
    Cause.SESSION_EXPIRED: Health.NEEDS_RECONNECT,
    Cause.ADMIN_POLICY: Health.BLOCKED,
    Cause.SERVICE_OFF: Health.BLOCKED,
    Cause.PERMISSION_MISSING: Health.NEEDS_PERMISSION,
    Cause.CALENDAR_GONE: Health.CALENDAR_GONE,
    Cause.LOST_WRITE: Health.LOST_WRITE,
    Cause.EXPIRING: Health.EXPIRING,
}
_GRANT, _PERMISSION, _CALENDAR = 2, 1, 0
_DEPTH = {
    Cause.GRANT_DEAD: _GRANT,
    Cause.SESSION_EXPIRED: _GRANT,
    Cause.ADMIN_POLICY: _GRANT,
    Cause.SERVICE_OFF: _GRANT,
    Cause.PERMISSION_MISSING: _PERMISSION,
    Cause.CALENDAR_GONE: _CALENDAR,
    Cause.LOST_WRITE: _CALENDAR,
    Cause.EXPIRING: _CALENDAR,
}

EXPIRES_SOON = timedelta(days=3)
"""From then on the end of a grant is told."""


# --- what is observed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Healthy:
    """Grant, permissions and every chosen calendar were seen to work. ``ends_at``: when Google ends the grant."""

    ends_at: datetime | None = None


@dataclass(frozen=True)
class Answered:
    """Google took the grant; the calendars were not looked at."""


@dataclass(frozen=True)
class Refused:
    """Google refused. ``certain``: nothing has to be confirmed. ``told``: the person is looking at it already."""

    cause: Cause
    certain: bool = False
    told: bool = False


@dataclass(frozen=True)
class Reconnected:
    """A new grant took the place of whatever there was."""


@dataclass(frozen=True)
class Ended:
    """The connection was given up, by its owner or because its owner left."""


Signal = Healthy | Answered | Refused | Reconnected | Ended


class Hold(IntEnum):
    """What an operator's incident keeps from happening to people, because it may be ours."""

    NOTHING = 0
    CONFIRMING = 1
    """First refusals are noted, none is believed: too many came at once."""
    JUDGING = 2
    """Refusals say nothing about people."""


# --- where that leads -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Strike:
    """A first refusal, which proves nothing yet."""

    cause: Cause
    at: datetime


@dataclass(frozen=True)
class Condition:
    """Where a connection stands. ``cause`` is set exactly while an outage is open."""

    health: Health
    cause: Cause | None = None
    strike: Strike | None = None


@dataclass(frozen=True)
class Struck:
    """A first refusal was noted: count it, and ask again when ``again_at`` has come."""

    again_at: datetime


@dataclass(frozen=True)
class Opened:
    """An outage begins: tell its owner once, and remind them."""

    cause: Cause
    ends_at: datetime | None = None
    told: bool = False


@dataclass(frozen=True)
class Closed:
    """The outage is over: no more reminders, and what was sent is edited. ``healed``: everything works again."""

    healed: bool


Effect = Struck | Opened | Closed


@dataclass(frozen=True)
class Transition:
    """The next condition, and what the change asks of us."""

    condition: Condition
    effects: tuple[Effect, ...] = ()


def transition(
    before: Condition, signal: Signal, now: datetime, confirm_after: timedelta, hold: Hold = Hold.NOTHING
) -> Transition:
    """Where a connection goes next. Success always heals; a refusal counts when it is certain or came twice."""
    match signal:
        case Reconnected():
            return _to(before, Condition(Health.CONNECTED), healed=True)
        case Ended():
            return _to(before, Condition(Health.DISCONNECTED), healed=False)
        case _ if before.health is Health.DISCONNECTED:
            return Transition(before)
        case Healthy(ends_at):
            return _healthy(before, ends_at, now)
        case Answered():
            return _answered(before)
        case Refused():
            return _refused(before, signal, now, confirm_after, hold)


def _to(before: Condition, after: Condition, *, healed: bool) -> Transition:
    return Transition(after, (Closed(healed),) if before.cause else ())


def _healthy(before: Condition, ends_at: datetime | None, now: datetime) -> Transition:
    if ends_at is None or ends_at - now > EXPIRES_SOON:
        return _to(before, Condition(Health.CONNECTED), healed=True)
    after = Condition(Health.EXPIRING, Cause.EXPIRING)
    if before.health is Health.EXPIRING:
        return Transition(after)
    closed = _to(before, after, healed=True).effects
    return Transition(after, (*closed, Opened(Cause.EXPIRING, ends_at)))


def _answered(before: Condition) -> Transition:
    """Disproves what a dead grant would explain; of permissions and calendars it says nothing."""
    strike = before.strike if before.strike and before.strike.cause.depth < _GRANT else None
    if before.cause and before.cause.depth == _GRANT:
        return Transition(_with_strike(Condition(Health.CONNECTED), strike), (Closed(healed=True),))
    if before.health is Health.SUSPECT and strike is None:
        return Transition(Condition(Health.CONNECTED))
    return Transition(replace(before, strike=strike))


def _refused(before: Condition, refused: Refused, now: datetime, confirm_after: timedelta, hold: Hold) -> Transition:
    cause = refused.cause
    if before.cause is cause or (before.cause and before.cause.health is cause.health):
        return Transition(replace(before, strike=None))
    if refused.certain:
        return _broken(before, refused)
    if hold is Hold.JUDGING:
        return Transition(before)
    disproved: tuple[Effect, ...] = ()
    if before.cause and before.cause is not Cause.EXPIRING and cause.depth < before.cause.depth:
        # This refusal could not have come if the earlier one still held.
        before, disproved = Condition(Health.CONNECTED), (Closed(healed=True),)
    strike = before.strike
    if strike is None or strike.cause.depth != cause.depth:
        struck = _with_strike(before, Strike(cause, now))
        return Transition(struck, (*disproved, Struck(now + confirm_after)))
    if now - strike.at < confirm_after or hold is Hold.CONFIRMING:
        return Transition(before)
    return _broken(before, refused)


def _broken(before: Condition, refused: Refused) -> Transition:
    after = Condition(refused.cause.health, refused.cause)
    closed = _to(before, after, healed=False).effects
    return Transition(after, (*closed, Opened(refused.cause, told=refused.told)))


def _with_strike(condition: Condition, strike: Strike | None) -> Condition:
    """A strike makes a connected one suspect; who is broken or expiring stays so, and is told of that one first."""
    health = Health.SUSPECT if strike and condition.health is Health.CONNECTED else condition.health
    return replace(condition, health=health, strike=strike)

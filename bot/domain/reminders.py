"""When somebody is reminded of an outage: at once, then less and less, in their own working hours, then no more."""

from datetime import UTC, datetime, time, timedelta, tzinfo

from bot.domain.health import Cause

_OPENS, _CLOSES = time(9), time(17)
_FRIDAY = 4
_DAY = timedelta(days=1)

_FULL = (timedelta(0), timedelta(days=2), timedelta(days=5), *(timedelta(days=5 + 7 * week) for week in (1, 2, 3)))
_SHORT = _FULL[:3]
_ONCE = _FULL[:1]
_LADDERS = {
    Cause.GRANT_DEAD: _FULL,
    Cause.SESSION_EXPIRED: _FULL,
    Cause.PERMISSION_MISSING: _FULL,
    Cause.CALENDAR_GONE: _SHORT,
    Cause.LOST_WRITE: _SHORT,
    Cause.ADMIN_POLICY: _ONCE,
    Cause.SERVICE_OFF: _ONCE,
}
_BEFORE_THE_END = timedelta(days=1)


def due(cause: Cause, step: int, opened_at: datetime, zone: tzinfo, ends_at: datetime | None = None) -> datetime | None:
    """When the step is to be sent, in UTC; None when there is no such step. Step 0 goes at once, at any hour."""
    if step == 0:
        return opened_at
    if cause is Cause.EXPIRING:
        if step > 1 or ends_at is None:
            return None
        last = within_working_hours_before(ends_at - _BEFORE_THE_END, zone)
        return last if last > opened_at else None
    ladder = _LADDERS[cause]
    return within_working_hours(opened_at + ladder[step], zone) if step < len(ladder) else None


def is_reported(cause: Cause) -> bool:
    """Whether an admin hears of it when the last step has passed in vain."""
    return cause in _LADDERS and len(_LADDERS[cause]) > 1


def tomorrow(now: datetime, zone: tzinfo) -> datetime:
    """When "remind me tomorrow" is: the next working day's morning, in UTC."""
    midnight = datetime.combine(now.astimezone(zone).date() + _DAY, time(0), zone)
    return within_working_hours(midnight.astimezone(UTC), zone)


def within_working_hours(moment: datetime, zone: tzinfo) -> datetime:
    """The first moment of Monday to Friday, 9 to 17 o'clock there, that is not before ``moment``; in UTC."""
    local = moment.astimezone(zone)
    day = local.date()
    if local.time() >= _CLOSES:
        day += _DAY
    while day.weekday() > _FRIDAY:
        day += _DAY
    return max(moment.astimezone(UTC), datetime.combine(day, _OPENS, zone).astimezone(UTC))


def within_working_hours_before(moment: datetime, zone: tzinfo) -> datetime:
    """The last moment of working hours that is not after ``moment``; in UTC."""
    local = moment.astimezone(zone)
    day = local.date()
    if local.time() < _OPENS:
        day -= _DAY
    while day.weekday() > _FRIDAY:
        day -= _DAY
    return min(moment.astimezone(UTC), datetime.combine(day, _CLOSES, zone).astimezone(UTC))

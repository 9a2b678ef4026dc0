"""Appointments' times in words: Slack shows each reader their own zone, and another's zone is spelt out. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.appointments import Party
from bot.domain.hours import is_zone
from bot.slack.blocks import Mrkdwn, escape, join, say

_MOST_ZONES = 4
_MINUTE = timedelta(minutes=1)


def from_to(start: datetime, end: datetime, zone: str) -> Mrkdwn:
    """From when to when, in the reader's own zone; where Slack cannot translate it, in ``zone``, which is named."""
    first, last = _on_wall(start, zone), _on_wall(end, zone)
    same_day = first.date() == last.date()
    shows = "{time}" if same_day else "{date_long}, {time}"
    told = f"{last:%H:%M}" if same_day else f"{_dated(last)}, {last:%H:%M}"
    return say("{begins} to {ends}", begins=begins(start, zone), ends=_date(end, shows, f"{told}{_named(zone)}"))


def begins(start: datetime, zone: str) -> Mrkdwn:
    """The day and the time; where Slack cannot translate it, as it is in ``zone``."""
    first = _on_wall(start, zone)
    return _date(start, "{date_long}, {time}", f"{_dated(first)}, {first:%H:%M}")


def days(start: datetime, end: datetime, zone: str) -> Mrkdwn:
    """The same as ``from_to``, without the hours where it is whole days."""
    first, last = _on_wall(start, zone), _on_wall(end, zone)
    if first.time() != time() or last.time() != time() or last <= first:
        return from_to(start, end, zone)
    final = end - _MINUTE
    begin = _date(start, "{date_long}", _dated(first))
    if first.date() == _on_wall(final, zone).date():
        return begin
    return say("{begin} to {final}", begin=begin, final=_date(final, "{date_long}", _dated(_on_wall(final, zone))))


def clock(start: datetime, end: datetime, zone: str) -> Mrkdwn:
    """The same without the day, for a list that has it as a heading."""
    first, last = _on_wall(start, zone), _on_wall(end, zone)
    if first.date() != last.date():
        return from_to(start, end, zone)
    return say(
        "{begins} to {ends}",
        begins=_date(start, "{time}", f"{first:%H:%M}"),
        ends=_date(end, "{time}", f"{last:%H:%M}{_named(zone)}"),
    )


def elsewhere(start: datetime, end: datetime, viewer: Party, parties: Iterable[Party]) -> Mrkdwn:
    """What the others' clocks say then, where they say something else; empty where they do not."""
    mine = _offset(start, viewer.zone)
    zones: dict[str, list[str]] = {}
    for each in parties:
        if each.who is not None and each.who != viewer.who and _offset(start, each.zone) != mine:
            zones.setdefault(each.zone, []).append(each.name)
    return join("\n", (there(start, end, each, viewer.zone, zones[each]) for each in list(zones)[:_MOST_ZONES]))


def there(start: datetime, end: datetime, zone: str, mine: str, names: list[str]) -> Mrkdwn:
    """The same span for those in ``zone``: with the day where it is not the one that it is in ``mine``."""
    first, last = _on_wall(start, zone), _on_wall(end, zone)
    begin = f"{first:%H:%M}" if first.date() == _on_wall(start, mine).date() else f"{_day(first)}, {first:%H:%M}"
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)}, {last:%H:%M}"
    return say("{begin} to {until} for {names} ({city})", begin=begin, until=until, names=some(names), city=city(zone))


def city(zone: str) -> str:
    """As people call it."""
    return zone.rpartition("/")[2].replace("_", " ")


def some(names: list[str], most: int = 3) -> str:
    """A few names, and how many more."""
    shown = [name[:80] for name in names[:most]]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def day_named(day: date, today: date) -> str:
    """A heading."""
    near = {today: "Today", today + timedelta(days=1): "Tomorrow"}
    return f"{near[day]}, {_day(day)}" if day in near else _day(day)


def spelt(span: timedelta) -> str:
    """A length of time."""
    minutes = span // timedelta(minutes=1)
    for many, unit in ((7 * 24 * 60, "week"), (24 * 60, "day"), (60, "hour")):
        if minutes and not minutes % many and (unit != "week" or minutes < 5 * many):
            count = minutes // many
            return f"{count} {unit}{'s' if count > 1 else ''}"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} minutes"


def _date(moment: datetime, shows: str, fallback: str) -> Mrkdwn:
    return Mrkdwn(f"<!date^{int(moment.timestamp())}^{shows}|{escape(fallback)}>")


def _on_wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone) if is_zone(zone) else ZoneInfo("UTC"))


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _dated(day: date) -> str:
    """With its year: it may be read long afterwards."""
    return f"{_day(day)} {day.year}"


def _named(zone: str) -> str:
    return f" ({city(zone) if is_zone(zone) else 'UTC'})"


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset() if is_zone(zone) else None

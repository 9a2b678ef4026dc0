"""Appointments' times in words: Slack shows each reader their own zone, and another's zone is spelt out. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.appointments import Party
from bot.domain.hours import is_zone
from bot.slack.blocks import Mrkdwn, escape, join, say

_MOST_ZONES = 4


def from_to(start: datetime, end: datetime, zone: str) -> Mrkdwn:
    """From when to when, in the reader's own zone; where Slack cannot translate it, in ``zone``, which is named."""
    here = ZoneInfo(zone) if is_zone(zone) else ZoneInfo("UTC")
    first, last = start.astimezone(here), end.astimezone(here)
    same_day = first.date() == last.date()
    shows = "{time}" if same_day else "{date_short_pretty} at {time}"
    told = f"{last:%H:%M}" if same_day else f"{last:%a %d %b %Y, %H:%M}"
    begins = _date(start, "{date_long_pretty} at {time}", f"{first:%a %d %b %Y, %H:%M}")
    return say("{begins} to {ends}", begins=begins, ends=_date(end, shows, f"{told} ({here.key})"))


def clock(start: datetime, end: datetime, zone: str) -> Mrkdwn:
    """The same without the day, for a list that has it as a heading."""
    here = ZoneInfo(zone) if is_zone(zone) else ZoneInfo("UTC")
    first, last = start.astimezone(here), end.astimezone(here)
    if first.date() != last.date():
        return from_to(start, end, zone)
    return say(
        "{begins} to {ends}",
        begins=_date(start, "{time}", f"{first:%H:%M}"),
        ends=_date(end, "{time}", f"{last:%H:%M} ({here.key})"),
    )


def elsewhere(start: datetime, end: datetime, viewer: Party, parties: Iterable[Party]) -> Mrkdwn:
    """What the others' clocks say then, where they say something else; empty where they do not."""
    mine = _offset(start, viewer.zone)
    zones: dict[str, list[str]] = {}
    for each in parties:
        if each.who is not None and each.who != viewer.who and _offset(start, each.zone) != mine:
            zones.setdefault(each.zone, []).append(each.name)
    lines = []
    for zone, names in list(zones.items())[:_MOST_ZONES]:
        first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (start, end))
        until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%a %d %b, %H:%M}"
        lines.append(
            say(
                "For {names} ({city}) it is {first} to {last}.",
                names=some(names),
                city=city(zone),
                first=f"{first:%a %d %b, %H:%M}",
                last=until,
            )
        )
    return join("\n", lines)


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
    return f"{near[day]}, {day:%A} {day.day} {day:%B}" if day in near else f"{day:%A} {day.day} {day:%B}"


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


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset() if is_zone(zone) else None

"""Recurring events: the rules they may have (RFC 5545), and the instances they stand for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]  # it ships no types

from tests.sandbox.google.errors import invalid, required
from tests.sandbox.google.event import Event
from tests.sandbox.google.event_rules import moment, zone
from tests.sandbox.google.model import Json

_LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)[:;].+")
_INSTANCE = re.compile(r"([a-v0-9]{5,1024})_(\d{8}(?:T\d{6}Z)?)")
_SPAN = timedelta(days=730)
"""Without an upper bound the instances end somewhere; Google does not say where."""
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC) + _SPAN, datetime.max.replace(tzinfo=UTC) - _SPAN

Window = tuple[datetime | None, datetime | None]


def check(resource: Json) -> None:
    """Raise what Google answers to a recurrence that cannot be."""
    lines = resource.get("recurrence")
    if not lines:
        return
    for name in ("start", "end"):
        if "dateTime" in resource[name] and "timeZone" not in resource[name]:
            raise required(f"Missing time zone definition for {name} time.")
    rules = [line for line in lines if line.startswith(("RRULE", "RDATE"))]
    if not rules or not all(_LINE.fullmatch(line) for line in lines):
        raise invalid("Invalid recurrence rule.", "recurrence")
    try:
        _rule(tuple(lines), *_begins(resource))
    except (ValueError, KeyError, AttributeError, TypeError):
        raise invalid("Invalid recurrence rule.", "recurrence") from None


def expanded(events: Iterable[Event], window: Window) -> list[Event]:
    """The single events, and of the recurring ones what they stand for in the window; exceptions as they are."""
    kept = list(events)
    exceptions = {event.id for event in kept if "recurringEventId" in event.resource}
    found: list[Event] = []
    for event in kept:
        if event.resource.get("recurrence"):
            found += [one for one in _instances(event, window) if one.id not in exceptions]
        else:
            found.append(event)
    return found


def touches(event: Event, window: Window) -> bool:
    """Whether the event, or for a recurring one any of its instances, lies in the window."""
    if event.resource.get("recurrence"):
        return next(_instances(event, window), None) is not None
    return _inside(event.span(), window)


def series_of(event_id: str) -> str | None:
    """The recurring event that an id like "abcde_20261123T090000Z" belongs to."""
    found = _INSTANCE.fullmatch(event_id)
    return found.group(1) if found else None


def instance(series: Event, event_id: str) -> Event | None:
    """The instance with this id, if the series has it."""
    found = _INSTANCE.fullmatch(event_id)
    if found is None or not series.resource.get("recurrence"):
        return None
    said = found.group(2)
    begins = datetime.strptime(said[:8], "%Y%m%d").replace(tzinfo=UTC)
    near = (begins - timedelta(days=2), begins + timedelta(days=3))
    return next((one for one in _instances(series, near) if one.id == event_id), None)


def _inside(span: tuple[datetime, datetime], window: Window) -> bool:
    after, before = window
    return (after is None or span[1] > after) and (before is None or span[0] < before)


def _instances(series: Event, window: Window) -> Iterator[Event]:
    resource, place = series.resource, series.calendar.time_zone
    begin, whole_days = _begins(resource)
    first, last = series.span()
    length = last - first
    after = max(window[0] or first, _FIRST) - length - timedelta(days=1)
    before = (window[1] or min(max(window[0] or first, first) + _SPAN, _LAST)) + timedelta(days=1)
    rule = _rule(tuple(resource["recurrence"]), begin, whole_days)
    bounds = [each.replace(tzinfo=None) if whole_days else each for each in (after, before)]
    for start in rule.xafter(bounds[0], inc=True):
        if start > bounds[1]:
            return
        one = _instance(series, start, whole_days=whole_days)
        if _inside(one.span(), window) and moment(one.resource["start"], place) < before:
            yield one


def _instance(series: Event, start: datetime, *, whole_days: bool) -> Event:
    old = series.resource
    begins, ends = old["start"], old["end"]
    if whole_days:
        days = datetime.fromisoformat(ends["date"]) - datetime.fromisoformat(begins["date"])
        times = [{"date": each.date().isoformat()} for each in (start, start + days)]
        suffix = start.strftime("%Y%m%d")
    else:
        lasts = series.span()[1] - series.span()[0]
        utc = start.astimezone(UTC)
        spoken = [(utc, begins["timeZone"]), (utc + lasts, ends["timeZone"])]
        times = [{"dateTime": at.astimezone(zone(name)).isoformat(), "timeZone": name} for at, name in spoken]
        suffix = utc.strftime("%Y%m%dT%H%M%SZ")
    resource = {key: value for key, value in old.items() if key != "recurrence"}
    resource |= {"id": f"{series.id}_{suffix}", "recurringEventId": series.id, "originalStartTime": times[0]}
    return replace(series, resource={**resource, "start": times[0], "end": times[1]})


def _begins(resource: Json) -> tuple[datetime, bool]:
    """When the first one begins, on the wall clock of its zone, and whether it lasts whole days."""
    start = resource["start"]
    if "date" in start:
        return datetime.fromisoformat(start["date"]), True
    return moment(start, "UTC").astimezone(zone(start["timeZone"])), False


@lru_cache(maxsize=256)
def _rule(lines: tuple[str, ...], begin: datetime, whole_days: bool) -> rruleset:
    spelt = [line.replace(";VALUE=DATE:", ":") if whole_days else line for line in lines]
    return rrulestr("\n".join(spelt), dtstart=begin, forceset=True)

"""What is in the way of a time, a line a reason; what is in a longer stretch, day by day. Pure."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.agendas import Why
from bot.domain.availability import Block, Kind
from bot.domain.hours import Rules
from bot.domain.intervals import Interval, merged
from bot.slack import hours_views, times
from bot.slack.blocks import Mrkdwn, join, say, short

_MOST_SPANS = 8
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_UNREAD = {
    "notFound": say("Google does not find it any more"),
    "broken": say("Google no longer accepts our access"),
    "missing": say("Google left it out of its answer"),
}


def reasons(seen: Why, rules: Rules) -> list[Mrkdwn]:
    """A line each: first what the person's own rules say, then what stands there, then what is not known."""
    lines = list(dict.fromkeys(_by_rule(each, seen, rules) for each in seen.blocks if _is_rule(each)))
    lines += _by_day(seen)
    return [*lines, *(_unread(name, code, seen) for name, code in dict.fromkeys(seen.unknown))]


def _is_rule(each: Block) -> bool:
    return each.kind in (Kind.OUTSIDE_HOURS, Kind.TOO_SOON, Kind.TOO_FAR)


def _by_rule(each: Block, seen: Why, rules: Rules) -> Mrkdwn:
    whose = say("your") if seen.own else say("their")
    if each.kind is Kind.OUTSIDE_HOURS:
        return say("• Outside {whose} working hours ({hours})", whose=whose, hours=_hours(seen, rules))
    part = _spans([Interval(each.start, each.end)], seen)
    if each.kind is Kind.TOO_SOON:
        return say("• Too little notice for {whom}{part}", whom=say("you") if seen.own else say("them"), part=part)
    return say("• Further ahead than {who} can be booked{part}", who=say("you") if seen.own else say("they"), part=part)


def _hours(seen: Why, rules: Rules) -> Mrkdwn:
    """Of the days that were asked about: when they work, and on which they do not."""
    zone = ZoneInfo(rules.zone)
    first, last = seen.start.astimezone(zone).date(), (seen.end - _MINUTE).astimezone(zone).date()
    asked = sorted({(first + number * _DAY).weekday() for number in range(min((last - first).days + 1, 7))})
    kinds = dict.fromkeys(rules.week[each] for each in asked if rules.week[each])
    closed = times.some([hours_views.NAMES[each] for each in asked if not rules.week[each]], len(asked))
    if not kinds:
        return say("none on {closed}", closed=closed)
    place = say("") if rules.zone == seen.asker.zone else say(" in {city}", city=times.city(rules.zone))
    rest = say(", none on {closed}", closed=closed) if closed else say("")
    told = hours_views.told(next(iter(kinds)))
    if len(kinds) > 1:
        working = [each for each in asked if rules.week[each]]
        told = "; ".join(f"{hours_views.NAMES[each]} {hours_views.told(rules.week[each])}" for each in working)
    return say("{told}{place}{rest}", told=told, place=place, rest=rest)


def _by_day(seen: Why) -> list[Mrkdwn]:
    """What is alike on a day is one line."""
    here = ZoneInfo(seen.asker.zone)
    ours = [each for each in seen.blocks if each.kind is Kind.APPOINTMENT]
    days: dict[date, dict[Mrkdwn, list[Interval]]] = {}
    for each in sorted(seen.blocks, key=lambda block: block.start):
        # an appointment of ours stands in the calendar as well: that is one reason and not two
        in_calendar = each.kind in (Kind.BUSY, Kind.BUFFER)
        if _is_rule(each) or (in_calendar and any(_within(each, our) for our in ours)):
            continue
        day = max(each.start, seen.start).astimezone(here).date()
        spans = days.setdefault(day, {}).setdefault(_named(each, seen), [])
        spans.append(Interval(each.start, each.end))
    lines = []
    for day, found in days.items():
        if _is_long(seen):
            lines.append(say("*{day}*", day=times.day_named(day, seen.now.astimezone(here).date())))
        lines += [say("• {name}{spans}", name=name, spans=_spans(spans, seen)) for name, spans in found.items()]
    return lines


def _named(each: Block, seen: Why) -> Mrkdwn:
    where = say(" in *{calendar}*", calendar=short(each.source, 75)) if each.source and seen.own else say("")
    whose = say("your") if seen.own else say("their")
    match each.kind:
        case Kind.BUFFER:
            return say(
                "Too close to something{where}, with {whose} time between appointments", where=where, whose=whose
            )
        case Kind.APPOINTMENT:
            return say("Another appointment made here, with the time around it")
        case Kind.UNKNOWN:
            return say("Unknown, which is never free")
        case _:
            return say("Busy{where}", where=where)


def _spans(spans: list[Interval], seen: Why) -> Mrkdwn:
    """From when to when; nothing where that is exactly what was asked about."""
    found = merged(spans)
    if found == (Interval(seen.start, seen.end),):
        return say("")
    told = [_span(each, seen) for each in found[:_MOST_SPANS]]
    if len(found) > _MOST_SPANS:
        told.append(say("and {more} more", more=len(found) - _MOST_SPANS))
    return say(": {told}", told=join(", ", told))


def _span(each: Interval, seen: Why) -> Mrkdwn:
    here = ZoneInfo(seen.asker.zone)
    same_day = each.start.astimezone(here).date() == each.end.astimezone(here).date()
    return (times.clock if same_day else times.days)(each.start, each.end, seen.asker.zone)


def _unread(name: str, code: str, seen: Why) -> Mrkdwn:
    if not seen.own:
        return say("• A calendar of theirs could not be read, so nobody knows whether they are free")
    which = say("Your calendar *{name}*", name=short(name, 75)) if name else say("One of your calendars")
    because = _UNREAD.get(code, say("Google did not answer properly for it just now"))
    return say("• {which} could not be read, so it never counts as free: {because}", which=which, because=because)


def _is_long(seen: Why) -> bool:
    here = ZoneInfo(seen.asker.zone)
    return seen.start.astimezone(here).date() != (seen.end - _MINUTE).astimezone(here).date()


def _within(each: Block, our: Block) -> bool:
    return our.start <= each.start and each.end <= our.end

"""The answer to `/calendar free`: a line a day, at most a screenful. Pure."""

from datetime import date, datetime, time, timedelta

from bot.domain.appointments import OpenSlot
from bot.domain.board import Nudging
from bot.domain.planning import Offer, Plan, local, spans
from bot.slack import seats
from bot.slack.blocks import Block, Mrkdwn, actions, button, context, join, mention, say, section
from bot.slack.messages import Message, message
from bot.slack.plans import OPEN, dump
from bot.slack.times import begins, city, day_named, some, spelt

_MOST_DAYS, _MOST_SPANS, _MOST_NAMES = 7, 6, 8
_DAY = timedelta(days=1)


def free(offer: Offer) -> Message:
    """When all who are named are free, or who asks; nothing that is not known is called free."""
    whose = _whose(offer)
    others = seats.zones(offer)
    blocks = [section(whose), *_asked(offer), *seats.trouble(offer)]
    lines = _lines(offer, others)
    if lines:
        blocks += [*lines, context(_below(offer, others))]
    elif not offer.in_the_way and not offer.unread and not (offer.viewer.problem and not offer.seats):
        blocks.append(section(_nothing(offer)))
    if offer.plan.people:
        blocks.append(actions(button("Book a time", OPEN, value=dump(offer.plan), style="primary")))
    return message(_aloud(offer, whose), *blocks)


def nudged(found: Nudging, user_id: str) -> Message:
    """After the button beside somebody."""
    return message(seats.nudged(found, user_id))


def book(plan: Plan) -> Message:
    """After `book` typed to the bot: what was understood. Only a click opens a window."""
    said = _understood(plan)
    return message(said, section(said), actions(button("Book a time", OPEN, value=dump(plan), style="primary")))


def _understood(plan: Plan) -> Mrkdwn:
    people = [mention(each) for each in plan.people[:_MOST_NAMES]]
    if more := len(plan.people) - len(people):
        people.append(say("{more} more", more=more))
    with_whom = say(" with {people}", people=join(", ", people)) if people else Mrkdwn()
    when = Mrkdwn()
    if plan.at:
        when = say(": {when}", when=begins(plan.at, "UTC"))
    elif plan.day:
        when = say(", from {day} on", day=_day(plan.day))
    if not people and not plan.title and not when:
        return say("Let us find a time.")
    title = say("*{title}*", title=plan.title) if plan.title else say("An appointment")
    return say(":calendar: {title}{with_whom}{when}", title=title, with_whom=with_whom, when=when)


def _whose(offer: Offer) -> Mrkdwn:
    if not offer.seats:
        return say(":calendar: *When you are free*")
    names = some([seats.name(each) for each in offer.seats], 5)
    both = (
        say("*When {names} are free*", names=names)
        if len(offer.seats) > 1
        else say("*When {names} is free*", names=names)
    )
    return say(":calendar: {both}", both=both)


def _asked(offer: Offer) -> list[Block]:
    """The very time that was asked for."""
    at, zone = offer.plan.at, offer.viewer.party.zone
    if at is None or offer.in_the_way or offer.unread:
        return []
    ends = at + timedelta(minutes=offer.minutes)
    told = f"{day_named(local(at, zone).date(), offer.today)}, {seats.at(at, zone, zone)}"
    if any(begin <= at and ends <= end for begin, end in spans(offer.slots)):
        return [section(say(":white_check_mark: *{told}* is open.", told=told))]
    return [section(say(":no_entry_sign: *{told}* is not open.", told=told))]


def _lines(offer: Offer, others: list[tuple[str, list[str]]]) -> list[Block]:
    days = list(offer.by_day(offer.viewer.party.zone).items())
    blocks = [section(_line(offer, day, slots, others)) for day, slots in days[:_MOST_DAYS]]
    if len(days) > _MOST_DAYS:
        blocks.append(context(say("and {more} more days", more=len(days) - _MOST_DAYS)))
    return blocks


def _line(offer: Offer, day: date, slots: list[OpenSlot], others: list[tuple[str, list[str]]]) -> Mrkdwn:
    mine = offer.viewer.party.zone
    stretches = spans(slots)
    lines = [say("*{day}:* {open}", day=day_named(day, offer.today), open=_told(stretches, mine, mine))]
    lines += [
        say("{city}: {open}", city=city(zone), open=_told(stretches, zone, mine))
        for zone, _ in others[: seats.MOST_ZONES]
    ]
    return join("\n", lines)


def _told(stretches: list[tuple[datetime, datetime]], zone: str, mine: str) -> str:
    shown = [
        f"{seats.at(start, zone, mine)}–{_until(start, end, zone)}"  # noqa: RUF001 - what stands between times
        for start, end in stretches[:_MOST_SPANS]
    ]
    more = len(stretches) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _until(start: datetime, end: datetime, zone: str) -> str:
    """Midnight of the same night is 24:00."""
    first, last = local(start, zone), local(end, zone)
    if last.date() == first.date():
        return f"{last:%H:%M}"
    return "24:00" if last.date() - first.date() == _DAY and last.time() == time() else f"{last:%a %H:%M}"


def _below(offer: Offer, others: list[tuple[str, list[str]]]) -> Mrkdwn:
    long = spelt(timedelta(minutes=offer.minutes))
    clocks = seats.legend(offer, others)
    own = say(" Your own calendar is looked at when you book.") if offer.plan.people else Mrkdwn()
    return say("{clocks}\nTimes with room for {long}.{own}", clocks=clocks, long=long, own=own)


def _nothing(offer: Offer) -> Mrkdwn:
    why = seats.too_far(offer, offer.seats or [offer.viewer])
    if offer.first == offer.last:
        return say("Nothing is open on {day}.{why}", day=_day(offer.first), why=why)
    return say("Nothing is open from {first} to {last}.{why}", first=_day(offer.first), last=_day(offer.last), why=why)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _aloud(offer: Offer, whose: Mrkdwn) -> Mrkdwn:
    """For notifications, and where blocks are not shown."""
    mine = offer.viewer.party.zone
    days = list(offer.by_day(mine).items())[:_MOST_DAYS]
    if offer.in_the_way or (offer.viewer.problem and not offer.seats):
        names = some([seats.name(each) for each in offer.in_the_way]) or "your own calendar"
        return say("{whose}: nobody knows, because of {names}.", whose=whose, names=names)
    if not days:
        return say("{whose}: nothing to offer.", whose=whose)
    told = "; ".join(f"{_day(day)}: {_told(spans(slots), mine, mine)}" for day, slots in days)
    return say("{whose}: {told} ({city})", whose=whose, told=told, city=city(mine))

"""The answer to `/calendar free`: a line a day, at most a screenful. Pure."""

from datetime import date, datetime, timedelta

from bot.domain.appointments import OpenSlot
from bot.domain.board import Nudging
from bot.domain.planning import Offer, local, spans
from bot.slack import seats
from bot.slack.blocks import Block, Mrkdwn, actions, button, context, join, say, section
from bot.slack.messages import Message, message
from bot.slack.plans import OPEN, dump
from bot.slack.times import city, day_named, some, spelt

_MOST_DAYS, _MOST_SPANS = 7, 6


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


def nudged(found: Nudging) -> Message:
    """After the button beside somebody."""
    return message(say("{said}", said=seats.nudged(found)))


def book(value: str) -> Message:
    """After `book` typed to the bot: only a click opens a window."""
    said = say("Let us find a time.")
    return message(said, section(said), actions(button("Book a time", OPEN, value=value, style="primary")))


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
    lines = [say("*{day}*   {open}", day=day_named(day, offer.today), open=_told(stretches, mine, mine))]
    lines += [
        say("_{city}:_ {open}", city=city(zone), open=_told(stretches, zone, mine))
        for zone, _ in others[: seats.MOST_ZONES]
    ]
    return join("\n", lines)


def _told(stretches: list[tuple[datetime, datetime]], zone: str, mine: str) -> str:
    shown = [f"{seats.at(start, zone, mine)}-{_until(start, end, zone)}" for start, end in stretches[:_MOST_SPANS]]
    more = len(stretches) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _until(start: datetime, end: datetime, zone: str) -> str:
    """Midnight of the same night is 24:00."""
    first, last = local(start, zone), local(end, zone)
    return "24:00" if f"{last:%H:%M}" == "00:00" and last.date() != first.date() else f"{last:%H:%M}"


def _below(offer: Offer, others: list[tuple[str, list[str]]]) -> Mrkdwn:
    long = spelt(timedelta(minutes=offer.minutes))
    clocks = seats.legend(offer, others)
    lines = [clocks, say("room for {long}", long=long)]
    if offer.plan.people:
        lines.append(say("your own calendar counts once you book"))
    return join(" · ", lines)


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
    told = "; ".join(f"{_day(day)} {_told(spans(slots), mine, mine)}" for day, slots in days)
    return say("{whose}: {told} ({zone})", whose=whose, told=told, zone=mine)

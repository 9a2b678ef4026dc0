"""Who is at the table, who cannot be booked and why, and what the clocks of the others say. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.board import Nudging
from bot.domain.planning import Offer, Seat, Unread
from bot.slack.blocks import Block, Mrkdwn, button, context, join, mention, say, section, short
from bot.slack.plans import NUDGE
from bot.slack.summary import CONNECT
from bot.slack.times import city, some, spelt

_NAME = 80
_MOST_ROWS = 6
MOST_ZONES = 2
"""Besides the reader's own; what would be more stands in the last window alone."""
_CAN_BE_ASKED = frozenset({"not_connected", "broken", "no_linked"})
_PROBLEMS = {
    "not_connected": say("has not connected a calendar yet, so nobody knows when they are free."),
    "broken": say("has a calendar connection that is broken just now, so nobody knows when they are free."),
    "no_linked": say("has not chosen a calendar for appointments yet."),
    "left": say("is no active member of this workspace."),
    "stranger": say("is not a member of this workspace, so I cannot see their calendar."),
}
_OWN = {
    "not_connected": (say("*Your own calendar is not connected*, so I cannot tell when you are busy."), "Connect"),
    "broken": (say("*Your own calendar connection is broken*, so I cannot tell when you are busy."), "Reconnect"),
    "no_linked": (say("*You have not chosen a linked calendar yet*: `/calendar calendars`."), ""),
}
_ASKED = "asked-"
"""Begins the names of rows whose button was used."""


def name(seat: Seat) -> str:
    """As they are called, on a line that has room."""
    return short(seat.party.name, _NAME)


def in_bold(seat: Seat) -> Mrkdwn:
    """A person as Slack shows them; by their name where they have no id there."""
    who = seat.party.who
    return mention(who.user_id) if who else say("*{name}*", name=name(seat))


def trouble(offer: Offer, asked: Collection[str] = ()) -> list[Block]:
    """Who cannot be booked and whose calendar could not be read, said plainly, with a way to mend it.

    Those whose ids are ``asked`` have no button any more.
    """
    blocks = [row(each, asked) for each in offer.seats if each.problem][:_MOST_ROWS]
    more = sum(1 for each in offer.seats if each.problem) - len(blocks)
    if more > 0:
        blocks.append(context(say("The same goes for {more} more.", more=more)))
    if offer.viewer.problem in _OWN:
        own, label = _OWN[offer.viewer.problem]
        connect = button(label, CONNECT, style="primary") if label else None
        blocks.append(section(say(":warning: {own}", own=own), connect))
    if offer.unread:
        blocks.append(section(unread(offer.unread)))
    return blocks


def nudged(found: Nudging, user_id: str) -> Mrkdwn:
    """What became of a nudge, for whoever is no admin."""
    who = mention(user_id)
    if found.asked:
        return say("I have asked {who} to connect, and said that you wished for it.", who=who)
    if found.lately:
        return say("{who} was asked less than a day ago already.", who=who)
    return say("I cannot ask {who} just now: they have said no, or there is nothing that they could do.", who=who)


def row(seat: Seat, asked: Collection[str] = ()) -> Block:
    """Why somebody cannot be booked, with a button that asks them to mend it unless they were asked."""
    who, text = seat.party.who, problem(seat)
    if who is None or seat.problem not in _CAN_BE_ASKED:
        return section(text)
    if who.user_id in asked:
        return section(text, block_id=f"{_ASKED}{who.user_id}")
    return section(text, button("Nudge", NUDGE, value=who.user_id), f"seat-{who.user_id}")


def asked_in(blocks: object) -> frozenset[str]:
    """Whose button has been used in a window, as Slack gives its blocks back."""
    names = [each.get("block_id") for each in blocks if isinstance(each, dict)] if isinstance(blocks, list) else []
    return frozenset(each.removeprefix(_ASKED) for each in names if isinstance(each, str) and each.startswith(_ASKED))


def problem(seat: Seat) -> Mrkdwn:
    """Why somebody cannot be booked, in a sentence."""
    return say(
        ":warning: {who} {problem}{needs}",
        who=in_bold(seat),
        problem=_PROBLEMS.get(seat.problem or "", _PROBLEMS["left"]),
        needs=say(" They are optional, so times without them are shown.") if seat.optional else Mrkdwn(),
    )


def unread(calendars: Sequence[Unread]) -> Mrkdwn:
    """Time that is unknown is never called free."""
    named = [each.calendar for each in calendars if each.calendar]
    whose = some(list(dict.fromkeys(short(each.name, _NAME) for each in calendars)))
    if len(named) == len(calendars):  # only the reader is told a calendar's name, of their own
        return say(
            ":warning: Your calendar *{names}* could not be read just now. Whether you are free is *unknown*, so none "
            "of that time is offered. Please try again in a minute.",
            names=some([short(each, _NAME) for each in named]),
        )
    which = say(" (*{names}*)", names=some([short(each, _NAME) for each in named])) if named else Mrkdwn()
    return say(
        ":warning: A calendar of {whose}{which} could not be read just now. Whether they are free is *unknown*, so "
        "none of that time is offered. Please try again in a minute.",
        whose=whose,
        which=which,
    )


def too_far(offer: Offer, people: Iterable[Seat]) -> Mrkdwn:
    """Who can never be booked on these days, because they are too far ahead; empty if nobody is."""
    ahead = offer.first - offer.today
    for each in people:
        if not each.optional and not each.problem and each.horizon is not None and each.horizon < ahead:
            whose = say("You") if each is offer.viewer else say("{name}", name=name(each))
            return say(" {whose} can be booked {long} ahead at most.", whose=whose, long=spelt(each.horizon))
    return Mrkdwn()


def zones(offer: Offer) -> list[tuple[str, list[str]]]:
    """Other clocks that differ from the reader's at any of the times, with whose they are."""
    moments = [slot.start for slot in offer.slots]
    return other_zones(offer.viewer, offer.seats, moments)


def other_zones(viewer: Seat, seats: Iterable[Seat], moments: Sequence[datetime]) -> list[tuple[str, list[str]]]:
    """Zones that say the same at all of the moments are one."""
    mine = _clock(viewer.party.zone, moments)
    found: dict[tuple[str, ...], tuple[str, list[str]]] = {}
    for each in seats:
        theirs = _clock(each.party.zone, moments)
        if each.problem not in ("left", "stranger") and theirs != mine:
            found.setdefault(theirs, (each.party.zone, []))[1].append(name(each))
    return list(found.values())


def legend(offer: Offer, others: Sequence[tuple[str, list[str]]]) -> Mrkdwn:
    """Whose clocks are shown."""
    mine = say("Your time ({city})", city=city(offer.viewer.party.zone))
    if len(others) > MOST_ZONES:
        return say("{mine}. Everybody's own time is shown before you book.", mine=mine)
    told = [say("{city} ({names})", city=city(zone), names=some(names)) for zone, names in others]
    return join(" · ", [mine, *told])


def at(moment: datetime, zone: str, viewers: str) -> str:
    """The time of day there, with the day of the week when it is another day there."""
    there, here = moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo(viewers))
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%a %H:%M}"


def _clock(zone: str, moments: Sequence[datetime]) -> tuple[str, ...]:
    there = ZoneInfo(zone)
    return tuple(f"{moment.astimezone(there):%z}" for moment in moments)

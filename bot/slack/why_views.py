"""Why a time is not open, in words. Of other people never a title, and never which calendar it is. Pure."""

from datetime import timedelta

from bot.domain.agendas import Why
from bot.domain.hours import Rules
from bot.domain.intervals import Interval, subtracted
from bot.domain.planning import Seat
from bot.slack import seats, times
from bot.slack.appointment_messages import HOURS
from bot.slack.blocks import Block, Element, Mrkdwn, actions, button, context, join, mention, say, section, short
from bot.slack.menus import CHANGE_CALENDARS
from bot.slack.messages import Message, message
from bot.slack.summary import CONNECT
from bot.slack.why_reasons import reasons

_DAY = timedelta(days=1)
_MOST = 20
_EXAMPLES = say("`/calendar why tomorrow 15:00`, `/calendar why friday at 10`, `/calendar why @Ana 2026-12-01 09:30`")
_OWN = {
    "not_connected": say("No Google Calendar of yours is connected, so nobody can book you."),
    "broken": say("Your Google connection is broken, so nobody knows when you are free."),
    "no_linked": say("You have not chosen a linked calendar, so there is nowhere to write appointments."),
    "left": say("Slack says that you have left this workspace."),
}


def why(seen: Why, rules: Rules) -> Message:
    """The answer to `why`; ``rules`` are the person's it is about."""
    when = times.days(seen.start, seen.end, seen.asker.zone)
    if seen.end <= seen.now:
        return message(say("{when} is over already. Please ask about a time to come.", when=when))
    if seen.problem is not None:
        return _own_problem(seen.problem) if seen.own else never(Seat(seen.person, seen.problem))
    whom = say("You") if seen.own else _name(seen)
    lines = reasons(seen, rules)
    if not lines:
        verb = say("are") if seen.own else say("is")
        return message(say(":white_check_mark: {whom} {verb} bookable: {when}.", whom=whom, verb=verb, when=when))
    verb = say("are not") if seen.own else say("is not")
    part = say(" at some of these times") if _is_partly_open(seen, rules) else say("")
    head = say(":no_entry: {whom} {verb} bookable{part}: {when}.", whom=whom, verb=verb, part=part, when=when)
    shown = lines[:_MOST]
    if len(lines) > _MOST:
        shown.append(say("• and more"))
    blocks: list[Block] = [section(head), section(join("\n", shown))]
    their = times.elsewhere(seen.start, seen.end, seen.asker, [seen.person])
    if their and seen.end - seen.start < _DAY:
        blocks.append(context(their))
    if seen.own:
        blocks.append(actions(*_remedies(seen)))
    return message(join("\n", [head, *shown]), *blocks)


def never(seat: Seat) -> Message:
    """Somebody else who cannot be booked at all, with a way to ask them to mend it."""
    return message(seats.problem(seat), seats.row(seat))


def one_at_a_time() -> Message:
    """Two names."""
    return message(say("Please ask about one person at a time: {examples}.", examples=_EXAMPLES))


def nobody(name: str) -> Message:
    """A name that Slack did not turn into a person."""
    return message(
        say(
            "I do not know who “{name}” is. Please choose people from the list that Slack shows when you type @.",
            name=short(name, 80),
        )
    )


def not_understood(text: str) -> Message:
    """A time that says too little, or too much."""
    sorry = (
        say("I do not understand “{text}” as a time.", text=short(text, 80)) if text else say("Which time do you mean?")
    )
    return message(
        say("{sorry} Try {examples}.", sorry=sorry, examples=_EXAMPLES),
        section(sorry),
        section(
            say(
                "Try {examples}. A day or a part of it will do as well: `monday morning`, `3 december`, `next week`. "
                "Times are in your own time zone.",
                examples=_EXAMPLES,
            )
        ),
    )


def _own_problem(code: str) -> Message:
    said = say(":no_entry: {said}", said=_OWN.get(code, say("You cannot be booked.")))
    mends = {
        "not_connected": button("Connect", CONNECT, style="primary"),
        "broken": button("Reconnect", CONNECT, style="primary"),
        "no_linked": button("Choose calendars", CHANGE_CALENDARS, style="primary"),
    }
    return message(said, section(said, mends.get(code)))


def _is_partly_open(seen: Why, rules: Rules) -> bool:
    """Whether something of a stretch may be left; a time is open or not."""
    if seen.unknown or seen.end - seen.start <= rules.length:
        return False
    blocked = [Interval(each.start, each.end) for each in seen.blocks]
    return bool(subtracted([Interval(seen.start, seen.end)], blocked))


def _remedies(seen: Why) -> list[Element]:
    made = [button("Working hours", HOURS)]
    if any(code == "broken" for _, code in seen.unknown):
        made.insert(0, button("Reconnect", CONNECT, style="primary"))
    elif seen.unknown:
        made.insert(0, button("Choose calendars", CHANGE_CALENDARS))
    return made


def _name(seen: Why) -> Mrkdwn:
    return mention(seen.person.who.user_id) if seen.person.who else say("{name}", name=short(seen.person.name, 80))

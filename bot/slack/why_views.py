"""Why a time is not open, in words. Of other people never a title, and never which calendar it is. Pure."""

from bot.domain.agendas import Why
from bot.domain.availability import Block as InTheWay
from bot.domain.availability import Kind
from bot.slack import times
from bot.slack.appointment_messages import HOURS
from bot.slack.blocks import Block, Element, Mrkdwn, actions, button, context, join, mention, say, section, short
from bot.slack.menus import CHANGE_CALENDARS
from bot.slack.messages import Message, message
from bot.slack.summary import CONNECT

_MOST = 20
_EXAMPLES = say("`/calendar why tomorrow 15:00`, `/calendar why friday at 10`, `/calendar why @Ana 2026-12-01 09:30`")
_OWN = {
    "not_connected": say("No Google Calendar of yours is connected, so nobody can book you."),
    "broken": say("Your Google connection is broken, so nobody knows when you are free."),
    "no_linked": say("You have not chosen a linked calendar, so there is nowhere to write appointments."),
    "left": say("Slack says that you have left this workspace."),
}
_THEIRS = {
    "not_connected": say("has not connected a Google Calendar"),
    "broken": say("has a broken Google connection, so nobody knows when they are free"),
    "no_linked": say("has not chosen a linked calendar yet"),
    "left": say("has left this workspace"),
}
_UNREAD = {
    "notFound": say("Google does not find it any more"),
    "broken": say("Google no longer accepts our access"),
    "missing": say("Google left it out of its answer"),
}


def why(seen: Why) -> Message:
    """The answer to `why`."""
    when = times.from_to(seen.start, seen.end, seen.asker.zone)
    if seen.end <= seen.now:
        return message(say("{when} is over already. Please ask about a time to come.", when=when))
    whom = say("You") if seen.own else _name(seen)
    if seen.problem is not None:
        return _never(seen)
    lines = _lines(seen)
    if not lines:
        verb = say("are") if seen.own else say("is")
        return message(say(":white_check_mark: {whom} {verb} bookable: {when}.", whom=whom, verb=verb, when=when))
    verb = say("are not") if seen.own else say("is not")
    head = say(":no_entry: {whom} {verb} bookable: {when}.", whom=whom, verb=verb, when=when)
    shown = [say("• {line}", line=line) for line in lines[:_MOST]]
    if len(lines) > _MOST:
        shown.append(say("• and {more} more", more=len(lines) - _MOST))
    blocks: list[Block] = [section(head), section(join("\n", shown))]
    if their := times.elsewhere(seen.start, seen.end, seen.asker, [seen.person]):
        blocks.append(context(their))
    if seen.own:
        blocks.append(actions(*_remedies(seen)))
    return message(join(" ", [head, *(say("{line}.", line=line) for line in lines[:_MOST])]), *blocks)


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
                "Times are meant in your own zone.",
                examples=_EXAMPLES,
            )
        ),
    )


def _never(seen: Why) -> Message:
    code = seen.problem or ""
    if not seen.own:
        how = _THEIRS.get(code, say("cannot be booked"))
        return message(say(":no_entry: {whom} {how}.", whom=_name(seen), how=how))
    said = say(":no_entry: {said}", said=_OWN.get(code, say("You cannot be booked.")))
    mends = {
        "not_connected": button("Connect", CONNECT, style="primary"),
        "broken": button("Reconnect", CONNECT, style="primary"),
        "no_linked": button("Choose calendars", CHANGE_CALENDARS, style="primary"),
    }
    return message(said, section(said, mends.get(code)))


def _lines(seen: Why) -> list[Mrkdwn]:
    ours = [each for each in seen.blocks if each.kind is Kind.APPOINTMENT]
    told = [
        _in_words(each, seen)
        for each in seen.blocks
        # an appointment of ours stands in the calendar as well: that is one reason and not two
        if each.kind not in (Kind.BUSY, Kind.BUFFER) or not any(_within(each, our) for our in ours)
    ]
    return [*told, *(_unread(name, code, seen) for name, code in dict.fromkeys(seen.unknown))]


def _in_words(each: InTheWay, seen: Why) -> Mrkdwn:  # noqa: PLR0911 - one return a kind; mypy holds the match complete
    span = times.from_to(each.start, each.end, seen.asker.zone)
    whose, of_whom = (say("your"), say("you")) if seen.own else (say("their"), say("them"))
    match each.kind:
        case Kind.OUTSIDE_HOURS:
            return say("Outside {whose} working hours: {span}", whose=whose, span=span)
        case Kind.TOO_SOON:
            return say("Too little notice for {whom}: {span}", whom=of_whom, span=span)
        case Kind.TOO_FAR:
            return say("Further ahead than {whom} can be booked: {span}", whom=_subject(seen), span=span)
        case Kind.BUSY:
            return say("Busy{where}: {span}", where=_where(each, seen), span=span)
        case Kind.BUFFER:
            return say(
                "Too close to something{where} ({span}): {whose} buffer around appointments has to stay free",
                where=_where(each, seen),
                span=span,
                whose=whose,
            )
        case Kind.APPOINTMENT:
            return say("Another appointment made here, its buffers included: {span}", span=span)
        case Kind.UNKNOWN:
            return say("Unknown, which is never free: {span}", span=span)


def _unread(name: str, code: str, seen: Why) -> Mrkdwn:
    if not seen.own:
        return say("A calendar of theirs could not be read, so nobody knows whether they are free")
    which = say("Your calendar *{name}*", name=short(name, 75)) if name else say("One of your calendars")
    because = _UNREAD.get(code, say("Google did not answer properly for it just now"))
    return say("{which} could not be read, so it never counts as free: {because}", which=which, because=because)


def _remedies(seen: Why) -> list[Element]:
    made = [button("Working hours", HOURS)]
    if any(code == "broken" for _, code in seen.unknown):
        made.insert(0, button("Reconnect", CONNECT, style="primary"))
    elif seen.unknown:
        made.insert(0, button("Choose calendars", CHANGE_CALENDARS))
    return made


def _where(each: InTheWay, seen: Why) -> Mrkdwn:
    return say(" in *{calendar}*", calendar=short(each.source, 75)) if each.source and seen.own else say("")


def _subject(seen: Why) -> Mrkdwn:
    return say("you") if seen.own else say("they")


def _name(seen: Why) -> Mrkdwn:
    return mention(seen.person.who.user_id) if seen.person.who else say("{name}", name=short(seen.person.name, 80))


def _within(each: InTheWay, our: InTheWay) -> bool:
    return our.start <= each.start and each.end <= our.end

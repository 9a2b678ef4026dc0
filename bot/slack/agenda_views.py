"""The agenda, what lies ahead of somebody who disconnects, and why a time is not open. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.domain.agendas import Agenda
from bot.domain.appointments import Appointment, Party, State
from bot.domain.hours import is_zone
from bot.slack import appointment_messages as appointments
from bot.slack import times
from bot.slack.blocks import Block, Mrkdwn, actions, button, context, divider, join, say, section
from bot.slack.messages import Message, message
from bot.slack.summary import CONNECT

_MOST = 15
"""Two blocks each, and a message has room for 50."""
_MOST_AHEAD = 10
_MOST_AT_HOME = 5
_PROBLEMS: dict[str, tuple[Mrkdwn, str]] = {
    "not_connected": (say("No Google Calendar of yours is connected, so nobody can book you yet."), "Connect"),
    "broken": (say(":warning: Your Google connection is broken, so nobody can book you just now."), "Reconnect"),
    "no_linked": (say(":warning: You have not chosen a linked calendar, so nobody can book you yet."), ""),
}


def agenda(seen: Agenda, note: Mrkdwn | None = None) -> Message:
    """The answer to `agenda`: today and the next 7 days, of what was made here; what was just done comes first."""
    shown, here = seen.appointments[:_MOST], _zone(seen.viewer)
    today = seen.now.astimezone(here).date()
    blocks: list[Block] = [section(note)] if note else []
    blocks.append(section(say("*Your agenda*\nToday and the next 7 days. Only what was booked through me.")))
    blocks += _by_day(shown, seen)
    if not shown:
        blocks.append(section(_nothing()))
    if more := len(seen.appointments) - len(shown):
        blocks.append(context(say("And {more} more; Google Calendar shows them all.", more=more)))
    blocks += _problem(seen.problem)
    blocks.append(divider())
    blocks.append(actions(button("Look again", appointments.AGENDA), button("Working hours", appointments.HOURS)))
    line = _in_a_line(seen, today)
    return message(join(" ", [note, line]) if note else line, *blocks)


def on_home(seen: Agenda | None) -> list[Block]:
    """What is next, for the Home tab; ``seen`` is None for somebody whom we have never met."""
    ahead = [each for each in seen.appointments if each.end > seen.now] if seen else []
    blocks = _by_day(ahead[:_MOST_AT_HOME], seen) if seen and ahead else [section(_nothing())]
    if more := len(ahead[_MOST_AT_HOME:]):
        blocks.append(context(say("And {more} more in the next 7 days: your agenda has them.", more=more)))
    elif ahead:
        blocks.append(context(say("That is all for the next 7 days.")))
    row = [button("Show my agenda", appointments.AGENDA), button("Working hours", appointments.HOURS)]
    return [*blocks, actions(*row)]


def is_agenda(shown: object) -> bool:
    """Whether a message of ours, as Slack gives it back, is an agenda."""
    blocks = shown.get("blocks") if isinstance(shown, dict) else None
    elements = [each for block in blocks or () for each in block.get("elements") or ()]
    return any(each.get("action_id") == appointments.AGENDA for each in elements)


def ahead(viewer: Party, hosted: Sequence[Appointment]) -> Mrkdwn:
    """What lies in the calendar of somebody who is about to disconnect, and what becomes of it."""
    lines = [
        say(
            "• {title}, {when}, with {others}",
            title=appointments.title(each),
            when=times.from_to(each.start, each.end, viewer.zone),
            others=appointments.with_whom(each, viewer) or say("nobody else"),
        )
        for each in hosted[:_MOST_AHEAD]
    ]
    if len(hosted) > _MOST_AHEAD:
        lines.append(say("• and {more} more", more=len(hosted) - _MOST_AHEAD))
    count = say("appointments lie") if len(hosted) > 1 else say("appointment lies")
    return say(
        "*{many} {count} ahead in your calendar*\n{lines}\nThey stay in Google, but I can no longer move or cancel "
        "them. I tell whoever booked them.",
        many=len(hosted),
        count=count,
        lines=join("\n", lines),
    )


def state(appointment: Appointment, zone: str) -> Mrkdwn:
    """What is unusual about it; empty if nothing is."""
    if appointment.state is State.HELD:
        waits = say(": it waits until a broken Google connection is mended") if appointment.reason else say("")
        return say(":hourglass_flowing_sand: not in Google yet{waits}", waits=waits)
    if appointment.state is State.CANCELLING:
        return say(":hourglass_flowing_sand: being cancelled")
    if appointment.state is State.CONFLICT:
        return say(":warning: clash: it overlaps with another appointment")
    if appointment.moving_to is not None:
        to = times.from_to(*appointment.moving_to, zone)
        return say(":hourglass_flowing_sand: moving to {to}, not in Google yet", to=to)
    return Mrkdwn()


def _by_day(shown: Sequence[Appointment], seen: Agenda) -> list[Block]:
    here, blocks = _zone(seen.viewer), list[Block]()
    today = seen.now.astimezone(here).date()
    for day, group in groupby(shown, key=lambda each: max(each.start.astimezone(here).date(), today)):
        blocks.append(context(say("*{day}*", day=times.day_named(day, today))))
        for each in group:
            blocks += _line(each, seen.viewer, seen.now)
    return blocks


def _line(each: Appointment, viewer: Party, now: datetime) -> list[Block]:
    others = appointments.with_whom(each, viewer)
    facts = [
        say("{title}", title=appointments.title(each)),
        say(
            "{when}{others}{meet}",
            when=times.clock(each.start, each.end, viewer.zone),
            others=say(", with {others}", others=others) if others else say(""),
            meet=say(", {meet}", meet=appointments.meeting(each)) if appointments.meeting(each) else say(""),
        ),
        state(each, viewer.zone),
        say("_over_") if each.end <= now else say(""),
    ]
    blocks = [section(join("\n", (fact for fact in facts if fact)))]
    if each.end > now and each.state in (State.HELD, State.CONFIRMED, State.CONFLICT):
        blocks.append(appointments.buttons(each, move=appointments.can_move(each), cancel=True))
    return blocks


def _nothing() -> Mrkdwn:
    return say("Nothing is booked through me for today and the next 7 days.")


def _problem(problem: str | None) -> list[Block]:
    sentence, label = _PROBLEMS.get(problem or "", (say(""), ""))
    if not sentence:
        return []
    return [section(sentence, button(label, CONNECT, style="primary") if label else None)]


def _in_a_line(seen: Agenda, today: date) -> Mrkdwn:
    ahead = [each for each in seen.appointments if each.end > seen.now]
    if not ahead:
        return _nothing()
    first = ahead[0]
    day = times.day_named(max(first.start.astimezone(_zone(seen.viewer)).date(), today), today)
    return say(
        "{count} in the next 7 days. The next: {title}, {day}, {when}.",
        count=f"{len(ahead)} appointment{'s' if len(ahead) > 1 else ''}",
        title=appointments.title(first),
        day=day,
        when=times.clock(first.start, first.end, seen.viewer.zone),
    )


def _zone(viewer: Party) -> ZoneInfo:
    return ZoneInfo(viewer.zone if is_zone(viewer.zone) else str(UTC))

"""What people are told about their appointments, and how one is shown: who, when, where, and what can be done. Pure."""

from datetime import datetime

from bot.domain.appointment_notices import IN_GOOGLE, AppointmentNews, News
from bot.domain.appointments import Appointment, Party, State
from bot.slack import times
from bot.slack.blocks import (
    Block,
    Element,
    Mrkdwn,
    actions,
    button,
    confirm,
    join,
    link,
    mention,
    say,
    section,
    short,
)

MOVE, CANCEL = "appointment_move", "appointment_cancel"
AGENDA, HOURS = "agenda_again", "hours_open"
"""The agenda, drawn anew where it stands; the window of one's working hours."""
_MOST_NAMES = 8
_TITLE = 200
_GOES = (State.CANCELLING, State.CANCELLED, State.FAILED)

# Why something that was accepted could not be done; each is as true for the host as for the others.
_REASONS: dict[str, Mrkdwn] = {
    "taken": say("Something else stands in Google at that time by now."),
    "unknown": say("A calendar could not be read, so nobody knows whether that time was free."),
    "unreadable": say("A calendar could not be read, so nobody knows whether that time was free."),
    "not_in_time": say("Google did not take it in time."),
    "broken": say("The connection to a participant's Google Calendar is broken."),
    "not_connected": say("A participant's Google Calendar is not connected any more."),
    "no_linked": say("A participant has no linked calendar for appointments."),
    "left": say("A participant has left this workspace."),
    "calendar_gone": say("The calendar that it belongs to is not there any more."),
    "not_found": say("The calendar that it belongs to is not to be found any more."),
    "no_write_access": say("The calendar that it belongs to can only be read by now."),
    "deleted_in_google": say("It was deleted in Google."),
}
_OTHERWISE = say("Google did not accept it.")
_OLD = say("There is a newer message about this below.")


def told(news: AppointmentNews) -> tuple[Mrkdwn, list[Block]]:
    """The message: for notifications in a line, and as blocks."""
    head = _headline(news)
    if news.is_old:
        return say("{head} {old}", head=head, old=_OLD), [section(say("{head}\n_{old}_", head=head, old=_OLD))]
    appointment, viewer = news.appointment, news.viewer
    if news.news is News.UNINVITED:
        return head, [section(head)]
    why = _why(news)
    when = times.from_to(appointment.start, appointment.end, viewer.zone)
    was = news.was if news.news is News.MOVED else None
    paragraphs = [head, why, _said_before(news), details(appointment, viewer, was=was)]
    blocks = [section(join("\n", (each for each in paragraphs if each)))]
    if news.can_change:
        blocks.append(buttons(appointment, move=can_move(appointment), cancel=True))
    return say("{head} {when}. {why}", head=head, when=when, why=why), blocks


def details(appointment: Appointment, viewer: Party, *, was: tuple[datetime, datetime] | None = None) -> Mrkdwn:
    """When, where and with whom, a line each."""
    start, end = appointment.start, appointment.end
    lines = [say("*When:* {when}", when=times.from_to(start, end, viewer.zone))]
    if (others := times.elsewhere(start, end, viewer, appointment.parties)) and _stands(appointment):
        lines.append(others)
    if was is not None:
        lines.append(say("*Before:* {was}", was=times.from_to(*was, viewer.zone)))
    if where := _where(appointment):
        lines.append(where)
    lines.append(say("*Who:* {people}", people=with_whom(appointment, viewer, all_of_them=True)))
    return join("\n", lines)


def with_whom(appointment: Appointment, viewer: Party, *, all_of_them: bool = False) -> Mrkdwn:
    """The names of those who take part, of the others alone unless ``all_of_them``: then who reads it comes first."""
    names = [each.name for each in appointment.parties if not _is(each, viewer)]
    if all_of_them and len(names) < len(appointment.parties):
        names.insert(0, "You")
    return say("{names}", names=times.some([short(name, 80) for name in names], _MOST_NAMES))


def title(appointment: Appointment) -> Mrkdwn:
    """In bold, whatever it is."""
    return say("*{title}*", title=short(appointment.title, _TITLE) or "Appointment")


def meeting(appointment: Appointment) -> Mrkdwn:
    """The link of its video meeting, if there is one."""
    return link(appointment.video_url, "Google Meet") if appointment.video_url else Mrkdwn()


def can_move(appointment: Appointment) -> bool:
    """Whether a move would be taken on now."""
    return appointment.state in (State.CONFIRMED, State.CONFLICT) and appointment.moving_to is None


def buttons(appointment: Appointment, *, move: bool, cancel: bool) -> Block:
    """Move and Cancel; the second asks first."""
    shown: list[Element] = []
    if move:
        shown.append(button("Move", MOVE, value=appointment.id))
    if cancel:
        question = confirm(
            "Cancel this appointment?",
            say("{title} disappears from Google, and everybody is told.", title=_short_title(appointment)),
            yes="Cancel it",
            no="Keep it",
        )
        shown.append(button("Cancel", CANCEL, value=appointment.id, confirm=question))
    return actions(*shown) | {"block_id": f"appointment-{appointment.id}"}


def standing(appointment: Appointment, viewer: Party) -> tuple[Mrkdwn, list[Block]]:
    """How it stands, without any news: what a message becomes again when its button did nothing."""
    head = title(appointment)
    when = times.from_to(appointment.start, appointment.end, viewer.zone)
    blocks = [section(join("\n", [head, details(appointment, viewer)]))]
    if appointment.state in (State.HELD, State.CONFIRMED, State.CONFLICT):
        blocks.append(buttons(appointment, move=can_move(appointment), cancel=True))
    return say("{head} {when}", head=head, when=when), blocks


def cancelling(appointment: Appointment) -> Mrkdwn:
    """While Google is asked."""
    return say(":hourglass_flowing_sand: Cancelling {title}…", title=title(appointment))


def after_cancel(appointment: Appointment) -> Mrkdwn:
    """What came of it."""
    name = title(appointment)
    if appointment.state is State.CANCELLED:
        return say(":white_check_mark: {title} is cancelled. Everybody is told.", title=name)
    if appointment.state is State.FAILED:
        return say("{title} never took place in Google, so there is nothing to cancel.", title=name)
    return say(
        ":hourglass_flowing_sand: {title} is being cancelled. Google has not answered yet; I go on trying, and "
        "tell you when it is gone.",
        title=name,
    )


def _headline(news: AppointmentNews) -> Mrkdwn:  # noqa: C901, PLR0911 - one return a kind; mypy holds it complete
    name, who = title(news.appointment), _by(news) or say("A booking system")
    match news.news:
        case News.BOOKED:
            return say(":spiral_calendar_pad: {who} booked {title}.", who=who, title=name)
        case News.MOVED:
            return _moved(news, name, who)
        case News.CHANGED:
            return say(":spiral_calendar_pad: {who} changed {title}.", who=who, title=name)
        case News.INVITED:
            return say(":spiral_calendar_pad: {who} invited you to {title}.", who=who, title=name)
        case News.UNINVITED:
            return say(":information_source: You are not invited to {title} any more.", title=name)
        case News.CANCELLED:
            return say(":x: {who} cancelled {title}.", who=who, title=name)
        case News.FAILED:
            return say(":warning: {title} could not be booked: it is not in Google.", title=name)
        case News.NOT_MOVED:
            return say(":warning: {title} could not be moved: it stays where it was.", title=name)
        case News.NOT_CHANGED:
            return say(":warning: {title} could not be changed: it stays as it was.", title=name)
        case News.CONFLICT:
            return say(":warning: {title} now overlaps with another appointment.", title=name)
        case News.DELETED:
            return say(":x: {title} was deleted in Google, so it is cancelled.", title=name)
        case News.HOST_LEFT:
            return _host_left(news, name)


def _moved(news: AppointmentNews, name: Mrkdwn, who: Mrkdwn) -> Mrkdwn:
    if news.reason == IN_GOOGLE:
        return say(":spiral_calendar_pad: {title} was moved in Google.", title=name)
    return say(":spiral_calendar_pad: {who} moved {title}.", who=who, title=name)


def _host_left(news: AppointmentNews, name: Mrkdwn) -> Mrkdwn:
    if _is(news.appointment.host, news.viewer):
        return say(":information_source: You have disconnected your calendar; {title} stays in it.", title=name)
    host = short(news.appointment.host.name, 80)
    return say(
        ":information_source: {host} has disconnected their calendar; {title} stays in it.", host=host, title=name
    )


def _said_before(news: AppointmentNews) -> Mrkdwn:
    """Of one that says something else now: what it said."""
    lines = []
    if news.was_called:
        lines.append(say("*Title before:* {title}", title=short(news.was_called, _TITLE)))
    if news.was_in:
        lines.append(say("*Place before:* {place}", place=news.was_in))
    return join("\n", lines)


def _why(news: AppointmentNews) -> Mrkdwn:
    if news.news is News.CONFLICT:
        return say("Somebody moved it, or something else, in Google. Please move or cancel one of the two.")
    if news.news is News.HOST_LEFT:
        return say("I can no longer move or cancel it: please do that in Google.")
    if news.news in (News.FAILED, News.NOT_MOVED, News.NOT_CHANGED):
        return _REASONS.get(news.reason, _OTHERWISE)
    if news.news is News.CANCELLED and news.reason:
        says = _REASONS.get(news.reason, _OTHERWISE)
        if _is(news.appointment.host, news.viewer):
            return say("I could not take it out of Google: please delete it there. {says}", says=says)
        return say("I could not take it out of Google; its host has to. {says}", says=says)
    return Mrkdwn()


def _by(news: AppointmentNews) -> Mrkdwn | None:
    if not news.by:
        return None
    mine = news.viewer.who is not None and news.viewer.who.user_id == news.by
    return say("You") if mine else mention(news.by)


def _where(appointment: Appointment) -> Mrkdwn:
    parts = [say("{place}", place=appointment.place)] if appointment.place else []
    if appointment.state in _GOES:
        pass  # nobody meets there any more
    elif met := meeting(appointment):
        parts.append(met)
    elif appointment.video and appointment.state is State.HELD:
        parts.append(say("Google Meet; the link comes with the event"))
    elif appointment.video:
        parts.append(say("Google Meet: the link stands in the event"))
    return say("*Where:* {parts}", parts=join(", ", parts)) if parts else Mrkdwn()


def _short_title(appointment: Appointment) -> Mrkdwn:
    return say("*{title}*", title=short(appointment.title, 60) or "The appointment")


def _stands(appointment: Appointment) -> bool:
    return appointment.state not in (State.CANCELLED, State.FAILED)


def _is(party: Party, viewer: Party) -> bool:
    return party.who is not None and party.who == viewer.who

"""What the people who run the bot read: incidents, and people who do not answer. Each is a text and its blocks."""

from datetime import timedelta

from bot.domain.health import Cause, Health
from bot.domain.notices import Checkup, IncidentSeen, OperatorAlert, Unanswered
from bot.slack.blocks import (
    Block,
    Element,
    Mrkdwn,
    actions,
    button,
    confirm,
    context,
    join,
    mention,
    say,
    section,
    when,
)
from bot.slack.causes import Mends, mends

RELEASE_MESSAGES = "release_messages"
"""Lets people be told in spite of an incident. Its value is the incident."""

Told = tuple[Mrkdwn, list[Block]]

_MOST_OPEN, _MOST_OVER = 15, 5
"""Far below Slack's fifty blocks."""

_STATES: dict[Cause, Mrkdwn] = {
    Cause.GRANT_DEAD: say("Google no longer accepts our access"),
    Cause.SESSION_EXPIRED: say("Google asks for a fresh sign-in, by your session length policy"),
    Cause.ADMIN_POLICY: say("Google says that your organisation's rules keep this app out"),
    Cause.SERVICE_OFF: say("Google Calendar is switched off"),
    Cause.PERMISSION_MISSING: say("a Google permission is missing"),
    Cause.CALENDAR_GONE: say("a chosen calendar is gone"),
    Cause.LOST_WRITE: say("the linked calendar can only be read"),
    Cause.EXPIRING: say("Google's permission ends by itself"),
}
_PEOPLE: dict[Health, Mrkdwn] = {
    Health.CONNECTED: say("connected"),
    Health.SUSPECT: say("refused once, being asked again"),
    Health.NEEDS_RECONNECT: say("to reconnect"),
    Health.NEEDS_PERMISSION: say("with a permission missing"),
    Health.BLOCKED: say("waiting for their Google administrator"),
    Health.CALENDAR_GONE: say("with a chosen calendar gone"),
    Health.LOST_WRITE: say("with a linked calendar that can only be read"),
    Health.EXPIRING: say("connected, but Google's permission ends soon"),
    Health.DISCONNECTED: say("disconnected"),
}


def alert(notice: OperatorAlert) -> Told:
    """An incident as it opens, and as it ends."""
    if notice.resolved_at is not None:
        return _resolved(notice)
    touches = say("{touches}", touches=notice.touches) if notice.touches else say("")
    blocks = [
        section(say(":rotating_light: *{what}*\n{touches}", what=notice.what, touches=touches)),
        section(say("*To mend it*: {mend}", mend=notice.mend)),
    ]
    if notice.release is not None:
        blocks.append(actions(_release(notice.release)))
    if notice.since is not None:
        blocks.append(context(say("Since {since}. This message changes when it is over.", since=when(notice.since))))
    return say("{what} {touches} To mend it: {mend}", what=notice.what, touches=touches, mend=notice.mend), blocks


def unanswered(notice: Unanswered) -> Told:
    """Somebody whose last reminder has passed in vain."""
    by_calendars = mends(notice.cause) is Mends.CALENDARS
    state = say(
        "The calendar of {person} is still not in order: {state} (*{account}*, since {since}).",
        person=mention(notice.who.user_id),
        state=_STATES[notice.cause],
        account=notice.account,
        since=when(notice.since),
    )
    rest = say(
        "They did not answer, and no more reminders are sent. Please speak to them: {command} mends it at any time.",
        command=say("`/calendar calendars`") if by_calendars else say("`/calendar connect`"),
    )
    return say("{state} {rest}", state=state, rest=rest), [section(state), section(rest)]


def checkup(found: Checkup) -> Told:
    """Everything an admin asks of `/calendar doctor`."""
    open_ones = [each for each in found.incidents if each.resolved_at is None]
    over = [each for each in found.incidents if each.resolved_at is not None]
    open_ones.sort(key=lambda each: not each.holds)  # what somebody has to decide is never cut off
    text = say("Nothing is wrong.") if not open_ones else _in_a_line(open_ones)
    blocks = [section(say(":white_check_mark: *Nothing is wrong.*"))] if not open_ones else []
    blocks += [_open(each) for each in open_ones[:_MOST_OPEN]]
    if len(open_ones) > _MOST_OPEN:
        blocks.append(context(say("And {more} more that are open.", more=len(open_ones) - _MOST_OPEN)))
    if over:
        lines = join("\n", map(_over, over[:_MOST_OVER]))
        blocks.append(section(say("*The latest that is over*\n{lines}", lines=lines)))
    return text, [*blocks, section(_people(found)), context(_looks(found))]


def _resolved(notice: OperatorAlert) -> Told:
    text = say(":white_check_mark: *Resolved*: {what}", what=notice.what)
    if notice.since is None or notice.resolved_at is None:
        return text, [section(text)]
    lasted = say(
        "It lasted {length}, from {since}.", length=length(notice.resolved_at - notice.since), since=when(notice.since)
    )
    return say("{text} {lasted}", text=text, lasted=lasted), [section(text), context(lasted)]


def length(lasted: timedelta) -> Mrkdwn:
    """How long something took, as one would say it."""
    minutes = max(0, int(lasted.total_seconds())) // 60
    if minutes == 0:
        return say("less than a minute")
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, say("day")), (hours, say("hour")), (minutes, say("minute"))]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    told = [(count, unit) for count, unit in parts[first : first + 2] if count]
    return join(" ", (say("{count} {unit}{s}", count=count, unit=unit, s=_s(count)) for count, unit in told))


def _release(value: str) -> Element:
    question = confirm(
        "Tell people now?",
        say(
            "Everybody whose message waits because of this is written to now, and asked to mend their connection. "
            "Do this when you are sure that the fault is not ours or Google's: it cannot be taken back."
        ),
        yes="Tell them now",
        no="Keep waiting",
    )
    return button("Tell them now", RELEASE_MESSAGES, value=value, confirm=question)


def _open(incident: IncidentSeen) -> Block:
    touched = say(" It touches {count}.", count=_persons(incident.touched)) if incident.touched else say("")
    waits = say(" Messages to people wait because of it.") if incident.holds else say("")
    text = say(
        ":rotating_light: *{what}*\nSince {since}.{touched}{waits}\n*To mend it*: {mend}",
        what=incident.what,
        since=when(incident.since),
        touched=touched,
        waits=waits,
        mend=incident.mend,
    )
    return section(text, _release(incident.id) if incident.holds else None)


def _over(incident: IncidentSeen) -> Mrkdwn:
    lasted = length((incident.resolved_at or incident.since) - incident.since)
    return say(
        "• {what} It began {since} and lasted {lasted}.", what=incident.what, since=when(incident.since), lasted=lasted
    )


def _in_a_line(incidents: list[IncidentSeen]) -> Mrkdwn:
    first = say("{what} To mend it: {mend}", what=incidents[0].what, mend=incidents[0].mend)
    if len(incidents) == 1:
        return first
    return say("{count} things are wrong. {first}", count=len(incidents), first=first)


def _people(found: Checkup) -> Mrkdwn:
    counts = [(found.counts[health], words) for health, words in _PEOPLE.items() if found.counts.get(health)]
    if not counts:
        return say("*Connections*: nobody has connected a calendar yet.")
    lines = join("\n", (say("• {count} {words}", count=f"{count:,}", words=words) for count, words in counts))
    return say("*Connections*\n{lines}", lines=lines)


def _looks(found: Checkup) -> Mrkdwn:
    answered = (
        say("Google has not answered for anybody yet.")
        if found.answered_at is None
        else say("Google last answered {moment}.", moment=when(found.answered_at))
    )
    if not found.behind:
        return say("{answered} No look at a connection is overdue.", answered=answered)
    overdue = say("1 look") if found.behind == 1 else say("{count} looks", count=f"{found.behind:,}")
    verb = say("is") if found.behind == 1 else say("are")
    return say("{answered} {overdue} at connections {verb} overdue.", answered=answered, overdue=overdue, verb=verb)


def _persons(count: int) -> Mrkdwn:
    return say("1 person") if count == 1 else say("{count} people", count=f"{count:,}")


def _s(count: int) -> Mrkdwn:
    return say("") if count == 1 else say("s")

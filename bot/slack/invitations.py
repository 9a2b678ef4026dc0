"""Rolling out, as people read it: an invitation, a nudge, "not for me", and an admin's progress message."""

from datetime import timedelta

from bot.domain.notices import AccountQuestioned, DeclinedInvitation, Invited, Nudged, RoundProgress
from bot.domain.permissions import REQUESTS
from bot.domain.rollout import Stage
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
from bot.slack.menus import CHANGE_CALENDARS
from bot.slack.operators import length
from bot.slack.summary import CONNECT, CONNECT_OPEN

DECLINE = "decline_invitation"
PAUSE, RESUME, STOP = "round_pause", "round_resume", "round_stop"
"""Each with the round as its value."""

Told = tuple[Mrkdwn, list[Block]]

BAR = 20
_MOST_NAMED = 30
_REASONS = {
    "Unreachable": say("Slack does not let me write to them"),
    "NotAnEmployee": say("no longer a member of this workspace"),
}


def questioned(notice: AccountQuestioned) -> Told:
    """After a change of address in Slack."""
    ask = say("Is *{account}* still your Google account?", account=notice.account)
    why = say("Your address in Slack has changed, so please confirm it once. Until then everything goes on working.")
    blocks = [
        section(say("*Is {account} still your Google account?*\n{why}", account=notice.account, why=why)),
        actions(button("Yes, confirm", CONNECT_OPEN, url=notice.url, style="primary")),
        context(
            say(
                "If it is not, end the connection with `/calendar disconnect`. This link is yours alone, so please do "
                "not pass it on. It works until {until}.",
                until=when(notice.expires_at),
            )
        ),
    ]
    return say("{ask} {why}", ask=ask, why=why), blocks


def invited(notice: Invited) -> Told:
    """The invitation, and its two reminders."""
    title = _title(notice)
    asks = join("\n", (say("• *{asks}*, so that {why}", asks=each.asks, why=each.so_that) for each in REQUESTS))
    until = when(notice.expires_at)
    blocks = [
        section(
            say(
                "*{title}*\nAppointments will show up in your calendar, and nobody can book you while you are busy. "
                "It takes a minute.",
                title=title,
            )
        ),
        section(say("*What we ask Google for*\n{asks}\nPlease tick every box on Google's page.", asks=asks)),
        section(
            say(
                ":lock: We never store the titles, guests or notes of your events. "
                "You can disconnect at any time with `/calendar disconnect`."
            )
        ),
        actions(
            button("Connect Google Calendar", CONNECT_OPEN, url=notice.url, style="primary"),
            button("Not for me", DECLINE, value=notice.decline),
        ),
        context(say("{more}This link is yours alone. It works until {until}.", more=_more(notice.step), until=until)),
    ]
    # Without the address: notifications show on locked screens, and the link is as good as a key.
    return say("{title}. Your personal link is here. It works until {until}.", title=title, until=until), blocks


def nudged(notice: Nudged) -> Told:
    """What an admin's nudge reads like, by what there is to do."""
    by = mention(notice.asked_by)
    account = notice.account or "your Google account"
    match notice.stage:
        case Stage.NO_CALENDAR:
            title = say("Choose a linked calendar")
            what = say("*{account}* is connected, but appointments cannot be written yet.", account=account)
        case Stage.BROKEN if notice.url is None:
            title = say("Choose your calendars again")
            what = say("A calendar of *{account}* that you chose can no longer be used.", account=account)
        case Stage.BROKEN:
            title = say("Reconnect your Google Calendar")
            what = say(
                "The connection to *{account}* no longer works, and nobody can book you. Your choices are kept.",
                account=account,
            )
        case _:
            title = say("Connect your Google Calendar")
            what = say("Appointments will show up in your calendar, and nobody can book you while you are busy.")
    text = say("{title}. {what} {by} asks you to.", title=title, what=what, by=by)
    blocks = [section(say("*{title}*\n{what}\n{by} asks you to.", title=title, what=what, by=by))]
    if notice.url is None:
        return text, [*blocks, actions(button("Choose calendars", CHANGE_CALENDARS, style="primary"))]
    verb = "Reconnect" if notice.stage is Stage.BROKEN else "Connect"
    blocks.append(actions(button(f"{verb} Google Calendar", CONNECT_OPEN, url=notice.url, style="primary")))
    if notice.expires_at is not None:
        until = when(notice.expires_at)
        blocks.append(context(say("This link is yours alone. It works until {until}.", until=until)))
    return text, blocks


def declined(_: DeclinedInvitation) -> Told:
    """What the invitation becomes after "Not for me"."""
    text = say("All right: I will not ask you again. You can connect your Google Calendar whenever you like.")
    return text, [section(text), actions(button("Changed my mind", CONNECT))]


def progress(notice: RoundProgress) -> Told:
    """One live message: the bar, the counts, the time left; at the end, who could not be reached and why."""
    done = notice.sent + notice.skipped + notice.unreachable
    title = _STATES[notice.state]
    counts = _counts(notice)
    blocks = [
        section(say("*{title}*\n{bar}\n{counts}", title=title, bar=bar(done, notice.total), counts=counts)),
    ]
    if notice.state in _BUTTONS:
        blocks.append(actions(*(_button(each, notice.round_id) for each in _BUTTONS[notice.state])))
    if notice.state == "running" and notice.time_left is not None:
        left = max(notice.time_left, timedelta(minutes=1))
        blocks.append(context(say("About {left} left. This message keeps itself up to date.", left=length(left))))
    if notice.unreached:
        blocks.append(section(_unreached(notice)))
    return say("{title}: {counts}", title=title, counts=counts), blocks


def bar(done: int, total: int) -> Mrkdwn:
    """So much of so many. It is full only when nothing is left, and empty only when nothing is done."""
    if not total:
        return say("`{bar}` 0%", bar="░" * BAR)
    filled = min(max(done * BAR // total, int(done > 0)), BAR)
    return say("`{bar}` {percent}%", bar="█" * filled + "░" * (BAR - filled), percent=done * 100 // total)


_STATES = {
    "running": say("Inviting people"),
    "paused": say("Inviting people is paused"),
    "stopped": say("Inviting people was stopped"),
    "finished": say("Everybody is invited"),
}
_BUTTONS = {"running": (PAUSE, STOP), "paused": (RESUME, STOP)}


def _title(notice: Invited) -> Mrkdwn:
    match notice.step, notice.invited_by:
        case 0, "":
            return say("You are invited to connect your Google Calendar")
        case 0, by:
            return say("{by} invites you to connect your Google Calendar", by=mention(by))
        case 1, _:
            return say("A reminder: connect your Google Calendar")
        case _:
            return say("The last reminder: connect your Google Calendar")


def _more(step: int) -> Mrkdwn:
    return say("I will remind you twice at most. ") if step == 0 else say("")


def _counts(notice: RoundProgress) -> Mrkdwn:
    parts = [say("{sent} of {total} invited", sent=f"{notice.sent:,}", total=f"{notice.total:,}")]
    if notice.skipped:
        parts.append(say("{skipped} left out", skipped=f"{notice.skipped:,}"))
    if notice.unreachable:
        parts.append(say("{unreachable} could not be reached", unreachable=f"{notice.unreachable:,}"))
    return join(" · ", parts)


def _unreached(notice: RoundProgress) -> Mrkdwn:
    named = notice.unreached[:_MOST_NAMED]
    lines = [
        say("• {who}: {why}", who=mention(user_id), why=_REASONS.get(reason, say("{reason}", reason=reason)))
        for user_id, reason in named
    ]
    if notice.unreachable > len(named):
        lines.append(say("• and {more} more", more=f"{notice.unreachable - len(named):,}"))
    return say("*Could not be reached*\n{lines}", lines=join("\n", lines))


def _button(action_id: str, round_id: str) -> Element:
    if action_id != STOP:
        return button("Pause" if action_id == PAUSE else "Go on", action_id, value=round_id)
    question = confirm(
        "Stop inviting?",
        say("Whoever has not been invited yet is not invited. Those who were keep their links."),
        yes="Stop",
        no="Keep going",
    )
    return button("Stop", STOP, value=round_id, confirm=question)

"""What a person gets back for a command or a click, shown to them alone."""

from datetime import datetime

from bot.domain.health import Health
from bot.domain.notices import Checkup, Status
from bot.slack import board_views, invite_views, operators, summary
from bot.slack.blocks import Mrkdwn, actions, button, context, join, say, section, when
from bot.slack.causes import account_of
from bot.slack.menus import CHANGE_CALENDARS
from bot.slack.messages import Message, message

_COMMANDS = (
    say("`/calendar connect`: connect your Google Calendar, or reconnect it"),
    say("`/calendar calendars`: choose your linked calendar and your conflict calendars"),
    say("`/calendar status`: how your connection stands"),
    say("`/calendar disconnect`: end the connection"),
    say("`/calendar free @name next week`: when people are free, or you"),
    say("`/calendar book @name friday at 10 Planning`: find a time with people, and book it"),
    say("`/calendar agenda`: your appointments of today and the next 7 days, and your working hours"),
    say("`/calendar why friday 10:00`: why you, or with a @name a colleague, cannot be booked then"),
    say("`/calendar help`: this list"),
)
_ADMINS = (
    say("`/calendar invite`: invite people, each by a personal link (for admins)"),
    say("`/calendar team`: who is there yet, who is not, and why (for admins)"),
    say("`/calendar doctor`: what is wrong with the bot, and with people's connections (for admins)"),
)
ADMINS_ONLY = "This is for the people who run the bot. Yours is `/calendar status`."
SURE = "sure"
"""The value of the button that disconnects without any further question."""


def help_text(*, admin: bool) -> Message:
    """Everything one can type."""
    lines = _typed(admin=admin)
    blocks = [
        section(say("*What you can type*\n{lines}", lines=lines)),
        context(say("Here in our conversation the word alone will do: `status`. The Home tab has it all as a page.")),
    ]
    if admin:
        blocks.append(
            context(
                say("You are an admin: `calendar-bot doctor`, typed where the bot runs, checks every setting of it.")
            )
        )
    return message(lines, *blocks)


def unknown(command: str, *, admin: bool) -> Message:
    """A word that we do not know, and what we do know."""
    sorry = say("I do not know “{command}”.", command=command)
    answer = help_text(admin=admin)
    return message(say("{sorry}\n{help}", sorry=sorry, help=_typed(admin=admin)), section(sorry), *answer.blocks)


def link_sent() -> Message:
    """After `connect`."""
    return message(say(":email: I have sent you a direct message with your personal link."))


def saved(status: Status) -> Message:
    """After the menus were saved from where they cannot be redrawn."""
    says = say("Saved. {status}", status=summary.in_a_line(status))
    return message(says, section(say(":white_check_mark: Saved.")), *summary.saved_picks(status))


def status(status: Status) -> Message:
    """After `status`."""
    says = summary.in_a_line(status)
    if status.health is Health.DISCONNECTED:
        return message(says, summary.connection(status))
    # the connection's own line has the disconnect button while all is well, else the one that mends it
    buttons = []
    if summary.can_choose(status) and status.health not in (Health.CALENDAR_GONE, Health.LOST_WRITE):
        buttons.append(button("Change calendars", CHANGE_CALENDARS))
    if not summary.looks_connected(status):
        buttons.append(summary.disconnect_button(account_of(status)))
    return message(
        says,
        summary.connection(status),
        *summary.since(status),
        *summary.saved_picks(status),
        *summary.ends(status),
        actions(*buttons),
    )


def disconnect_question(status: Status, ahead: Mrkdwn | None = None) -> Message:
    """After `disconnect`: nothing has happened yet. The appointments ahead come first."""
    if status.health is Health.DISCONNECTED:
        return message(say("No Google Calendar is connected, so there is nothing to disconnect."))
    says = say(
        "Disconnect *{account}*? We erase our access and no longer see when you are busy. Your events stay in Google.",
        account=account_of(status),
    )
    return message(
        join("\n", [ahead, says]) if ahead else says,
        *([section(ahead)] if ahead else []),
        section(says),
        actions(
            button("Disconnect", summary.DISCONNECT, value=SURE, style="danger"),
            button("Keep it", summary.KEEP),
        ),
    )


def kept() -> Message:
    """After "Keep it"."""
    return message(say("Nothing was changed: your Google Calendar stays connected."))


def disconnected(account: str, *, revoked: bool = True) -> Message:
    """After a disconnect that was asked for here."""
    return message(summary.disconnected(account, revoked=revoked))


def checkup(found: Checkup) -> Message:
    """After `doctor`."""
    text, blocks = operators.checkup(found)
    return message(text, *blocks)


def admins_only() -> Message:
    """After what only admins may ask for, to everybody else."""
    return message(say("{sentence}", sentence=ADMINS_ONLY))


def open_invite() -> Message:
    """After `invite` typed to the bot: only a click opens a window."""
    return message(
        say("Whom shall I invite?"),
        section(say("Whom shall I invite?")),
        actions(button("Invite people…", invite_views.OPEN, style="primary")),
    )


def open_team() -> Message:
    """After `team` typed to the bot."""
    return message(
        say("Here is the roll-out board."),
        section(say("Who is there yet, who is not, and why?")),
        actions(button("Open the board", board_views.OPEN, style="primary")),
    )


def round_over() -> Message:
    """After a button on a round that has ended."""
    return message(say("These invitations have all been sent or stopped already."))


def released() -> Message:
    """After "Tell them now"."""
    return message(say("The messages that waited are on their way."))


def nothing_waits() -> Message:
    """After "Tell them now", where nobody's message waits any more."""
    return message(say("No message waits for this any more: it is over, or somebody has let them go already."))


def snoozed(moment: datetime) -> Message:
    """After "Remind me tomorrow", which on a Friday is Monday."""
    return message(say("All right. I will remind you again: {moment}.", moment=when(moment)))


def nothing_to_remind() -> Message:
    """After "Remind me tomorrow", where no reminder is to follow."""
    return message(say("I will not remind you of this again. `/calendar status` says how your calendar stands."))


def working() -> Message:
    """While something takes longer than a moment."""
    return message(say(":hourglass_flowing_sand: One moment…"))


def problem(sentence: str) -> Message:
    """Something went wrong, in a sentence that a person can act on."""
    return message(say(":warning: {sentence}", sentence=sentence))


def _typed(*, admin: bool) -> Mrkdwn:
    return join("\n", (*_COMMANDS, *_ADMINS) if admin else _COMMANDS)

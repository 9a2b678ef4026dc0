"""How a connection reads: the parts that messages, the modal and the Home tab have in common."""

from collections.abc import Sequence

from bot.domain.health import Cause, Health
from bot.domain.notices import PickedCalendar, Status, Tick
from bot.slack.blocks import (
    OPTION_LIMIT,
    Block,
    Element,
    Mrkdwn,
    button,
    confirm,
    context,
    day,
    join,
    listed,
    say,
    section,
    short,
    when,
)
from bot.slack.causes import MOST_NAMES, Mends, account_of, cause_of, mends, words
from bot.slack.menus import CHANGE_CALENDARS

CONNECT = "connect"
"""Sends a fresh link by direct message."""
CONNECT_OPEN = "connect_open"
"""Opens a link that was sent already."""
DISCONNECT = "disconnect"
KEEP = "keep_connection"
"""The other answer to "disconnect?"."""

_MOST_TICKS = 12


def disconnect_button(account: str, text: str = "Disconnect") -> Element:
    """Disconnects, after a question."""
    question = confirm(
        "Disconnect Google Calendar?",
        say(
            "We erase our access to *{account}* and no longer see when you are busy. Your events stay in Google.",
            account=short(account, 2 * OPTION_LIMIT),
        ),
        yes="Disconnect",
        no="Keep it",
    )
    return button(text, DISCONNECT, confirm=question)  # quiet: the red one is in the question


def looks_connected(status: Status) -> bool:
    """Connected, as far as anybody is told: one refusal proves nothing."""
    return status.health in (Health.CONNECTED, Health.SUSPECT)


def can_choose(status: Status) -> bool:
    """Whether Google lets us list the calendars that one may choose from."""
    broken = (Health.NEEDS_RECONNECT, Health.NEEDS_PERMISSION, Health.BLOCKED, Health.DISCONNECTED)
    return status.health not in broken


def connection(status: Status, *, with_menus: bool = False) -> Block:
    """How the connection stands, with the one button that matters then: none where the menus follow and mend it."""
    account = account_of(status)
    if looks_connected(status):
        return section(
            say(":white_check_mark: *{account}* is connected.\nNot you?", account=account), disconnect_button(account)
        )
    cause = cause_of(status)
    if cause is None:
        return section(
            say(
                "*No Google Calendar is connected.*\n"
                "Connect yours, and appointments show up in it and nobody can book you while you are busy."
            ),
            button("Connect", CONNECT, style="primary"),
        )
    said = words(status, cause)
    sign = say(":hourglass:") if cause is Cause.EXPIRING else say(":warning:")
    text = say("{sign} *{title}*\n{what}\n{breaks}", sign=sign, title=said.title, what=said.what, breaks=said.breaks)
    if mends(cause) is Mends.OTHERS or (with_menus and mends(cause) is Mends.CALENDARS):
        return section(text)
    action = CHANGE_CALENDARS if mends(cause) is Mends.CALENDARS else CONNECT
    return section(text, button(said.button, action, style="primary"))


def in_a_line(status: Status) -> Mrkdwn:
    """How the connection stands, for a notification."""
    if looks_connected(status):
        return say("{account} is connected. {picks}", account=account_of(status), picks=_picks_in_a_line(status))
    cause = cause_of(status)
    if cause is None:
        return say("No Google Calendar is connected. Type `/calendar connect` to start.")
    how = {
        Mends.CONSENT: say("Type `/calendar connect` to renew it.")
        if cause is Cause.EXPIRING
        else say("Type `/calendar connect` to reconnect."),
        Mends.CALENDARS: say("Type `/calendar calendars` to choose another one."),
        Mends.OTHERS: say("There is nothing for you to do."),
    }
    rest = _picks_in_a_line(status) if cause is Cause.CALENDAR_GONE else say("")
    return say("{what} {rest} {how}", what=words(status, cause).what, rest=rest, how=how[mends(cause)])


def disconnected(account: str, *, revoked: bool) -> Mrkdwn:
    """What a disconnect did; ``revoked`` is False when Google could not be told."""
    done = say(
        ":white_check_mark: *{account}* is disconnected. We erased our access, and no longer see when you are busy.",
        account=account,
    )
    if revoked:
        return done
    return say(
        "{done}\nGoogle could not be told just now, so it may still list us: you can remove us yourself at "
        "<https://myaccount.google.com/connections|your Google account>.",
        done=done,
    )


def saved_picks(status: Status) -> list[Block]:
    """What is chosen, in words, and which of it is not to be found any more."""
    if status.linked is None:
        return [
            section(say(":warning: *No linked calendar yet.* Choose one, so that appointments can be written.")),
            *lost_besides(status),
        ]
    conflicts = [each for each in status.conflicts if each.back]
    blocks = []
    if status.linked.back:
        blocks.append(section(_linked(status.linked)))
    if conflicts:
        names = _names(conflicts)
        text = say("*Conflict calendars*: nobody can book you while one of them is busy\n{names}", names=names)
        blocks.append(section(text))
    elif status.linked.back:
        blocks.append(section(say("*Conflict calendars*: none besides the linked one, which always counts.")))
    return [*blocks, *lost_besides(status)]


def lost_besides(status: Status) -> list[Block]:
    """The same beside ``connection``, which names a few itself when they are what is wrong."""
    said = status.health is Health.CALENDAR_GONE and len(_lost(status)) <= MOST_NAMES
    return [] if said else lost_picks(status)


def lost_picks(status: Status) -> list[Block]:
    """Saved picks that are not to be found any more, by name."""
    lost = _lost(status)
    if not lost:
        return []
    text = say(":warning: *Not found again in this account*: please choose others\n{names}", names=_names(lost))
    return [section(text)]


def _lost(status: Status) -> list[PickedCalendar]:
    return [each for each in (status.linked, *status.conflicts) if each is not None and not each.back]


def self_test(ticks: Sequence[Tick], *, testing: bool) -> list[Block]:
    """The self-test, problems first when there are too many lines to show."""
    if testing:
        return [context(say(":hourglass_flowing_sand: Testing that everything works…"))]
    if not ticks:
        return []
    shown = sorted(ticks, key=lambda tick: tick.problem is None) if len(ticks) > _MOST_TICKS else list(ticks)
    lines = [_tick(tick) for tick in shown[:_MOST_TICKS]]
    rest = shown[_MOST_TICKS:]
    failed = sum(tick.problem is not None for tick in rest)
    if failed:
        lines.append(say(":warning: and {failed} more with a problem", failed=failed))
    elif rest:
        lines.append(say(":white_check_mark: and {more} more", more=len(rest)))
    return [section(join("\n", lines))]


def since(status: Status) -> list[Block]:
    """Since when it stands like this."""
    if looks_connected(status):
        lines = [say("Connected since {day}.", day=day(status.connected_at))] if status.connected_at else []
        if status.health is Health.SUSPECT:
            lines.append(say("Google refused us once just now; I am checking again. There is nothing for you to do."))
    else:
        broken = status.since is not None and cause_of(status) not in (None, Cause.EXPIRING)
        lines = [say("Since {moment}.", moment=when(status.since))] if broken and status.since else []
    return [context(join(" ", lines))] if lines else []


def ends(status: Status) -> list[Block]:
    """When Google's permission ends by itself, if it does and that is not said already."""
    if status.refresh_expires_at is None or not looks_connected(status):
        return []
    moment = day(status.refresh_expires_at)
    return [context(say(":hourglass: Google's permission ends on {day}. Reconnect before then.", day=moment))]


def _tick(tick: Tick) -> Mrkdwn:
    label = short(tick.label, 2 * OPTION_LIMIT)
    if tick.problem is None:
        return say(":white_check_mark: {label}", label=label)
    return say(":warning: *{label}*: {problem}", label=label, problem=short(tick.problem, 160))


def _linked(linked: PickedCalendar) -> Mrkdwn:
    name = _names([linked])
    if linked.writable:
        return say("*Linked calendar*: appointments are written here\n{name}", name=name)
    return say(
        ":warning: *Linked calendar*: it can only be read, so appointments cannot be written here\n{name}", name=name
    )


def _names(calendars: Sequence[PickedCalendar]) -> Mrkdwn:
    return listed([each.name for each in calendars])


def _short(calendar: PickedCalendar) -> str:
    return short(calendar.name, OPTION_LIMIT)


def _picks_in_a_line(status: Status) -> Mrkdwn:
    """What is chosen, for a notification."""
    if status.linked is None:
        return say("No linked calendar is chosen yet.")
    if not status.linked.back:
        return say("The linked calendar {name} was not found again.", name=_short(status.linked))
    if not status.linked.writable:
        return say("The linked calendar {name} can only be read.", name=_short(status.linked))
    count = sum(each.back for each in status.conflicts)
    also = say("") if not count else say(", {count} more can block bookings", count=count)
    return say("Appointments go to {name}{also}.", name=_short(status.linked), also=also)

"""An outage, told to its owner, and what becomes of that message. Each is a text and its blocks."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.health import Cause, Health
from bot.domain.notices import Mended, Trouble, TroubleOver
from bot.slack import menus, summary
from bot.slack.blocks import (
    OPTION_LIMIT,
    Block,
    Element,
    Mrkdwn,
    actions,
    button,
    context,
    join,
    say,
    section,
    short,
    when,
)
from bot.slack.causes import Mends, Words, account_of, mends, words

REMIND_TOMORROW = "remind_tomorrow"
"""Asks for the next reminder on the next working day. Its value is the notice's ``snooze``."""

Told = tuple[Mrkdwn, list[Block]]


def trouble(notice: Trouble) -> Told:
    """What is wrong, what it breaks, the one button, and since when."""
    said = words(notice.status, notice.cause, notice.ends_at)
    still = say("This is still open.") if notice.step else say("")
    text = say("{title}. {what} {still} {breaks}", title=said.title, what=said.what, still=still, breaks=said.breaks)
    blocks = [
        section(say("*{title}*\n{what} {still}", title=said.title, what=said.what, still=still)),
        section(said.breaks),
        *_to_click(notice, said),
        context(_small_print(notice)),
    ]
    return text, blocks


def mended(notice: Mended) -> Told:
    """All is well again."""
    well = notice.status.health.works or notice.status.health is Health.SUSPECT
    rest = say("There is nothing to do.") if well else say("See `/calendar status` for what is still open.")
    text = say(":white_check_mark: {done} {rest}", done=_done(notice), rest=rest)
    return text, [section(text)]


def snoozed(shown: object, until: datetime) -> Told | None:
    """A reminder as Slack gives it back, put off: the other buttons stay, with their links. None if it is none."""
    blocks = shown.get("blocks") if isinstance(shown, Mapping) else None
    kept = [_without_later(block) for block in blocks] if isinstance(blocks, list) else []
    if not isinstance(shown, Mapping) or kept == blocks:
        return None
    says = say("*Put off*: I will remind you again {moment}.", moment=when(until))
    text = Mrkdwn(shown.get("text") or "")  # Slack gives back what it was given, escaped
    return join(" ", [text, says]), [*(block for block in kept if block.get("elements") != []), context(says)]


def over(notice: TroubleOver) -> Told:
    """It ended otherwise: there is nothing to click any more."""
    account = account_of(notice.status)
    text = (
        say("This is over: *{account}* is no longer connected, and that is all right.", account=account)
        if notice.status.health is Health.DISCONNECTED
        else say("This message about *{account}* is out of date: please see my newest one.", account=account)
    )
    return text, [section(text)]


def _without_later(block: Block) -> Block:
    if block.get("type") != "actions":
        return block
    return block | {"elements": [each for each in block["elements"] if each.get("action_id") != REMIND_TOMORROW]}


def _to_click(notice: Trouble, said: Words) -> list[Block]:
    later = [] if notice.snooze is None else [button("Remind me tomorrow", REMIND_TOMORROW, value=notice.snooze)]
    if notice.menus is not None:
        return [*menus.in_message(notice.menus), menus.below(notice.menus, *later)]
    row = [*_one_button(notice, said), *later]
    return [actions(*row)] if row else []


def _one_button(notice: Trouble, said: Words) -> list[Element]:
    if mends(notice.cause) is Mends.OTHERS or _is_replaced(notice):
        return []
    if mends(notice.cause) is Mends.CALENDARS:
        return [button(said.button, menus.CHANGE_CALENDARS, style="primary")]
    if notice.url is None:  # no link could be made for it just now: the click asks for one
        return [button(said.button, summary.CONNECT, style="primary")]
    return [button(said.button, summary.CONNECT_OPEN, url=notice.url, style="primary")]


def _is_replaced(notice: Trouble) -> bool:
    """A later step took its place. The last one has no later step."""
    if notice.url is not None or notice.menus is not None or notice.snooze is not None:
        return False
    return mends(notice.cause) is Mends.CONSENT or (mends(notice.cause) is Mends.CALENDARS and not notice.is_last)


def _small_print(notice: Trouble) -> Mrkdwn:
    parts = [say("*{account}*", account=account_of(notice.status))]
    if notice.cause is not Cause.EXPIRING:
        parts.append(say("since {since}", since=when(notice.since)))
    line = join(" · ", parts)
    if _is_replaced(notice):
        return say("{line}\nThe button is in my newest message.", line=line)
    if not notice.is_last:
        return line
    how = {
        Mends.CONSENT: say("This is my last reminder. `/calendar connect` works whenever you like."),
        Mends.CALENDARS: say("This is my last reminder. `/calendar calendars` works whenever you like."),
        Mends.OTHERS: say("I will not remind you of this, and this message changes when it is over."),
    }
    return say("{line}\n{last}", line=line, last=how[mends(notice.cause)])


def _done(notice: Mended) -> Mrkdwn:
    account = account_of(notice.status)
    match notice.cause:
        case Cause.GRANT_DEAD | Cause.SESSION_EXPIRED:
            return say("*Reconnected*: {account}.", account=account)
        case Cause.EXPIRING:
            return say("*Renewed*: {account}.", account=account)
        case Cause.PERMISSION_MISSING:
            return say("*Allowed again*: everything we need in {account}.", account=account)
        case Cause.ADMIN_POLICY | Cause.SERVICE_OFF:
            return say("*Google lets us in again*: {account}.", account=account)
        case Cause.CALENDAR_GONE | Cause.LOST_WRITE:
            return _in_order(notice)


def _in_order(notice: Mended) -> Mrkdwn:
    linked = notice.status.linked
    if linked is None or not linked.back or not linked.writable:
        return say("*Your calendars are in order again.*")
    name = short(linked.name, OPTION_LIMIT)
    return say("*Your calendars are in order again.* Appointments go to *{name}* now.", name=name)

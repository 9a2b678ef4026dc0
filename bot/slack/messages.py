"""Every notice of the ports as a Slack message. Pure: a value in, text and blocks out."""

from dataclasses import dataclass
from typing import Any

from bot.domain.appointment_notices import AppointmentNews
from bot.domain.notices import (
    AccountQuestioned,
    Card,
    ConnectLink,
    ConsentRefused,
    DeclinedInvitation,
    Disconnected,
    ForeignAttempt,
    Invited,
    LinkReplaced,
    LinkUsed,
    Mended,
    Menus,
    Notice,
    Nudged,
    OperatorAlert,
    RoundProgress,
    Trouble,
    TroubleOver,
    Unanswered,
    WeeklyDigest,
)
from bot.domain.permissions import REQUESTS
from bot.domain.reasons import reason
from bot.slack import appointment_messages, digest, invitations, menus, operators, summary, troubles
from bot.slack.blocks import Block, Mrkdwn, actions, button, context, join, mrkdwn, say, section, when

TEXT_LIMIT = 2000
"""Far below what Slack takes; the text is what notifications and screen readers say."""


@dataclass(frozen=True)
class Message:
    """A message as Slack takes it. The text says it all where blocks are not shown."""

    text: str
    blocks: tuple[Block, ...] = ()

    @property
    def payload(self) -> dict[str, Any]:
        """The two keys of every call that posts."""
        return {"text": self.text, "blocks": list(self.blocks)}


def message(text: Mrkdwn, *blocks: Block) -> Message:
    """A message; without blocks the text is its one paragraph."""
    said = " ".join(part for part in mrkdwn(text, TEXT_LIMIT)["text"].split(" ") if part)  # parts may be empty
    return Message(said.strip(), blocks or (section(text),))


def render(notice: Notice) -> Message:  # noqa: PLR0911 - one return a notice; mypy holds the match complete
    """What we say."""
    match notice:
        case ConnectLink():
            return _connect_link(notice)
        case LinkReplaced():
            return message(say(":link: This link was replaced by a newer one. Please use the newest message."))
        case LinkUsed():
            return message(
                say(":white_check_mark: This link has done its work: *{account}* is connected.", account=notice.account)
            )
        case Card():
            return _card(notice)
        case ConsentRefused():
            return _refused(notice)
        case ForeignAttempt():
            return _foreign(notice)
        case Disconnected():
            return _disconnected(notice)
        case AccountQuestioned() | Invited() | Nudged() | DeclinedInvitation() | RoundProgress() | WeeklyDigest():
            text, blocks = _rolled_out(notice)
            return message(text, *blocks)
        case Trouble() | Mended() | TroubleOver() | Unanswered() | OperatorAlert() | AppointmentNews():
            text, blocks = _happened(notice)
            return message(text, *blocks)


def _rolled_out(
    notice: AccountQuestioned | Invited | Nudged | DeclinedInvitation | RoundProgress | WeeklyDigest,
) -> tuple[Mrkdwn, list[Block]]:
    match notice:
        case AccountQuestioned():
            return invitations.questioned(notice)
        case Invited():
            return invitations.invited(notice)
        case Nudged():
            return invitations.nudged(notice)
        case DeclinedInvitation():
            return invitations.declined(notice)
        case RoundProgress():
            return invitations.progress(notice)
        case WeeklyDigest():
            return digest.digest(notice)


def _happened(
    notice: Trouble | Mended | TroubleOver | Unanswered | OperatorAlert | AppointmentNews,
) -> tuple[Mrkdwn, list[Block]]:
    match notice:
        case AppointmentNews():
            return appointment_messages.told(notice)
        case Trouble():
            return troubles.trouble(notice)
        case Mended():
            return troubles.mended(notice)
        case TroubleOver():
            return troubles.over(notice)
        case Unanswered():
            return operators.unanswered(notice)
        case OperatorAlert():
            return operators.alert(notice)


def _connect_link(link: ConnectLink) -> Message:
    again = link.account is not None
    verb = say("Reconnect") if again else say("Connect")
    until = when(link.expires_at)
    why = (
        say("Sign in with *{account}* once more. Your calendar choices are kept.", account=link.account)
        if again
        else say("Appointments will show up in your calendar, and nobody can book you while you are busy.")
    )
    asks = join("\n", (say("• *{asks}*, so that {why}", asks=each.asks, why=each.so_that) for each in REQUESTS))
    return message(
        # Without the address: notifications show on locked screens, and the link is as good as a key.
        say("{verb} your Google Calendar: your personal link is here. It works until {until}.", verb=verb, until=until),
        section(say("*{verb} your Google Calendar*\n{why}", verb=verb, why=why)),
        section(say("*What we ask Google for*\n{asks}\nPlease tick every box on Google's page.", asks=asks)),
        section(
            say(
                ":lock: We never store the titles, guests or notes of your events. "
                "You can disconnect at any time with `/calendar disconnect`."
            )
        ),
        actions(button(f"{verb} Google Calendar", summary.CONNECT_OPEN, url=link.url, style="primary")),
        context(
            say("This link is yours alone, so please do not pass it on. It works until {until}.", until=until),
        ),
    )


def _card(card: Card) -> Message:
    top = [summary.connection(card.status)]
    if card.note:
        top.append(section(say("{note}", note=card.note)))
    if card.menus is not None:
        return _card_to_choose(card, card.menus, top)
    return message(
        say("{status} {test}", status=summary.in_a_line(card.status), test=_test_in_a_line(card)),
        *top,
        *summary.saved_picks(card.status),
        *summary.self_test(card.ticks, testing=card.testing),
        *summary.ends(card.status),
        *(
            [actions(button("Change calendars", menus.CHANGE_CALENDARS))]
            if summary.looks_connected(card.status)
            else []
        ),
    )


def _card_to_choose(card: Card, offered: Menus, top: list[Block]) -> Message:
    problems = join(" ", (say("{sentence}", sentence=sentence) for sentence in offered.problems.values()))
    return message(
        say("{status} Choose below. {problems}", status=summary.in_a_line(card.status), problems=problems),
        *top,
        *(() if card.note else summary.lost_besides(card.status)),
        *menus.in_message(offered),
        menus.below(offered),
    )


def _test_in_a_line(card: Card) -> Mrkdwn:
    if card.testing:
        return say("Testing that everything works…")
    if any(tick.problem is not None for tick in card.ticks):
        return say("The test found something to look at.")
    return say("The test found everything in order.") if card.ticks else say("")


def _refused(refused: ConsentRefused) -> Message:
    why = reason(refused.reason)
    used = say("You used *{account}*.", account=refused.account) if refused.account else say("")
    missing = join(
        "\n", (say("• *{asks}*: without it, {breaks}", asks=each.asks, breaks=each.breaks) for each in refused.missing)
    )
    blocks = [section(say("*{title}*\n{sentence} {used}", title=why.title, sentence=why.sentence, used=used))]
    if missing:
        blocks.append(section(missing))
    blocks.append(section(say("{what_to_do}", what_to_do=why.what_to_do)))
    if why.can_try_again:
        blocks.append(actions(button("Send me a fresh link", summary.CONNECT)))
    names = join("; ", (say("{asks}", asks=each.asks) for each in refused.missing))
    return message(
        say(
            "{title}. {sentence} {used} {names} {what_to_do}",
            title=why.title,
            sentence=why.sentence,
            used=used,
            names=say("Missing: {names}.", names=names) if names else say(""),
            what_to_do=why.what_to_do,
        ),
        *blocks,
    )


def _foreign(attempt: ForeignAttempt) -> Message:
    says = say(
        "The calendar link of *{name}* was opened with your account. Nothing was connected.",
        name=attempt.started_by,
    )
    return message(
        says,
        section(say(":warning: {says}", says=says)),
        section(
            say(
                "If that was you: please use your own link. If it was not, there is nothing to undo here, but be wary "
                "of calendar links that other people send you."
            )
        ),
        actions(button("Send me my own link", summary.CONNECT)),
    )


def _disconnected(notice: Disconnected) -> Message:
    says = summary.disconnected(notice.account, revoked=notice.revoked)
    return message(says, section(says), actions(button("Connect again", summary.CONNECT)))

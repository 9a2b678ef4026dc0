"""The modal and the Home tab. Pure: values in, views out."""

from collections.abc import Sequence
from typing import Any

from bot.domain.health import Health
from bot.domain.notices import Menus, Status, Tick
from bot.slack import appointment_messages, my_data, summary
from bot.slack import menus as calendar_menus
from bot.slack.blocks import Block, actions, context, divider, header, plain, say, section
from bot.slack.causes import account_of

View = dict[str, Any]

CALENDARS = "calendars"
"""The modal's callback id."""

_MODAL_TITLE_LIMIT = 24


def loading_view() -> View:
    """What opens at once, because a trigger lives for three seconds only."""
    return _modal([section(say(":hourglass_flowing_sand: Asking Google for your calendars…"))])


def calendars_view(menus: Menus, status: Status) -> View:
    """The menus, with Save if there is something to save."""
    account = say("Calendars of *{account}*", account=account_of(status))
    blocks = [context(account), *summary.lost_picks(status), *calendar_menus.in_modal(menus)]
    return _modal(blocks, submit="Save" if calendar_menus.can_link(menus) else None)


def saving_view() -> View:
    """While the picks are saved and tried out."""
    return _modal([section(say(":hourglass_flowing_sand: Saving…"))])


def saved_view(status: Status, ticks: Sequence[Tick] = (), *, testing: bool = False) -> View:
    """What was saved, and what the self-test found."""
    return _modal(
        [
            section(say(":white_check_mark: *Saved*")),
            *summary.saved_picks(status),
            *summary.self_test(ticks, testing=testing),
        ],
        close="Done",
    )


def problem_view(sentence: str) -> View:
    """Why there is nothing to choose."""
    return _modal([section(say(":warning: {sentence}", sentence=sentence))], close="Close")


def home_view(status: Status, menus: Menus | None, problem: str | None, note: str | None = None) -> View:
    """The Home tab."""
    blocks = [header("Your Google Calendar")]
    if problem:
        blocks.append(section(say(":warning: {problem}", problem=problem)))
    if note:
        blocks.append(section(say("{note}", note=note)))
    offered = menus if summary.can_choose(status) else None
    blocks.append(summary.connection(status, with_menus=offered is not None))
    blocks += [*summary.since(status), *summary.ends(status)]
    if status.health is not Health.DISCONNECTED:
        blocks += [divider(), header("Calendars"), *_calendars(status, offered)]
    blocks += [divider(), *appointment_messages.on_home(), divider(), *_receipt(status)]
    return {"type": "home", "blocks": blocks}


def _calendars(status: Status, menus: Menus | None) -> list[Block]:
    if menus is None:
        return summary.saved_picks(status)
    return [
        *summary.lost_besides(status),
        *calendar_menus.in_message(menus),
        calendar_menus.below(menus),
    ]


def _receipt(status: Status) -> list[Block]:
    """What is kept about a person, what never is, and how to have it or to be rid of it."""
    blocks = my_data.on_home()
    if status.health is Health.DISCONNECTED:
        return blocks
    if summary.looks_connected(status):
        # the connection's own line carries the disconnect button already
        return [*blocks, context(say("The Disconnect button above erases the key at once."))]
    return [*blocks, actions(summary.disconnect_button(account_of(status), "Disconnect Google Calendar"))]


def _modal(blocks: list[Block], *, submit: str | None = None, close: str = "Cancel") -> View:
    view: View = {
        "type": "modal",
        "callback_id": CALENDARS,
        "title": plain("Calendars", _MODAL_TITLE_LIMIT),
        "close": plain(close, _MODAL_TITLE_LIMIT),
        "blocks": blocks,
    }
    return view | ({"submit": plain(submit, _MODAL_TITLE_LIMIT)} if submit else {})

"""The modal and the Home tab. Pure: values in, views out."""

from collections.abc import Sequence
from typing import Any

from bot.domain.agendas import Agenda
from bot.domain.health import Health
from bot.domain.notices import Menus, Status, Tick
from bot.slack import agenda_views, my_data, summary
from bot.slack import menus as calendar_menus
from bot.slack.blocks import Block, actions, button, context, divider, header, plain, say, section
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


def home_view(status: Status, menus: Menus | None, problem: str | None, agenda: Agenda | None = None) -> View:
    """The Home tab: how the connection stands, what is next, what was chosen. What is still to choose comes first."""
    blocks = [header("Your Google Calendar")]
    if problem:
        blocks.append(section(say(":warning: {problem}", problem=problem)))
    offered = menus if summary.can_choose(status) else None
    blocks.append(summary.connection(status, with_menus=offered is not None))
    blocks += [*summary.since(status), *summary.ends(status)]
    parts = [[header("Appointments"), *agenda_views.on_home(agenda)]]
    if status.health is not Health.DISCONNECTED:
        calendars = [header("Calendars"), *_calendars(status, offered)]
        parts.insert(0 if offered and status.linked is None else 1, calendars)
    for part in (*parts, _receipt(status)):
        blocks += [divider(), *part]
    return {"type": "home", "blocks": blocks}


def _calendars(status: Status, menus: Menus | None) -> list[Block]:
    if menus is None:
        # where the choice itself is what is wrong, the connection's own line has the button
        here = summary.can_choose(status) and status.health not in (Health.CALENDAR_GONE, Health.LOST_WRITE)
        change = [actions(button("Change calendars", calendar_menus.CHANGE_CALENDARS))] if here else []
        return [*summary.saved_picks(status), *change]
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

"""The two calendar menus: drawn alike in the card, the modal and the Home tab, and read back the same way."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bot.domain.notices import Menus
from bot.domain.picks import Choice
from bot.slack.blocks import Block, Element, actions, button, context, field, option, say, section, select

LINKED = "linked"
CONFLICTS = "conflicts"
PICK_LINKED = "pick_linked"
PICK_CONFLICTS = "pick_conflicts"

SAVE_PICKS = "save_picks"
CHANGE_CALENDARS = "change_calendars"
"""Opens the modal."""

MOST_OPTIONS = 100
"""What a static menu and an answer to a typed query may hold; with more calendars the menus ask us as one types."""

MOST_CONFLICTS = 100
"""What a menu can show as chosen. More would be lost the next time somebody saves."""


class Selection(NamedTuple):
    """What the menus said. None means untouched: what is saved stays as it is."""

    linked: str | None
    conflicts: tuple[str, ...] | None


def read(values: object) -> Selection:
    """The selection in a payload's `state.values`, whatever somebody made of it."""
    linked = _part(_part(_part(values, LINKED), PICK_LINKED), "selected_option")
    conflicts = _part(_part(_part(values, CONFLICTS), PICK_CONFLICTS), "selected_options")
    return Selection(
        _value(linked),
        None
        if not isinstance(conflicts, list)
        else tuple(dict.fromkeys(value for value in map(_value, conflicts) if value)),
    )


def touched(actions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Choices as they are told one by one, in the form of `state.values`."""
    blocks = {PICK_LINKED: LINKED, PICK_CONFLICTS: CONFLICTS}
    return {blocks[name]: {name: each} for each in actions if (name := each.get("action_id")) in blocks}


def options_answer(choices: Iterable[Choice]) -> dict[str, Any]:
    """The answer to a typed query."""
    return {"options": _options(choices)[:MOST_OPTIONS]}


def can_link(menus: Menus) -> bool:
    """Whether there is a calendar that appointments may be written to."""
    return any(choice.writable for choice in menus.choices)


def in_message(menus: Menus) -> list[Block]:
    """The menus as paragraphs with a menu beside them; without a writable calendar, an explanation instead."""
    if not can_link(menus):
        return _explained(menus)
    return [
        section(say("*Linked calendar*\nAppointments are written here."), _linked(menus), LINKED),
        *_problem(menus, LINKED),
        section(say("*Conflict calendars*\n{hint}", hint=_CONFLICTS_HINT), _conflicts(menus), CONFLICTS),
        *_problem(menus, CONFLICTS),
        *_search_hint(menus),
    ]


def in_modal(menus: Menus) -> list[Block]:
    """The menus as inputs, under which Slack can show errors."""
    if not can_link(menus):
        return _explained(menus)
    return [
        field(LINKED, "Linked calendar", _linked(menus), hint="Appointments are written here."),
        *_problem(menus, LINKED),
        field(CONFLICTS, "Conflict calendars", _conflicts(menus), hint=_CONFLICTS_HINT, optional=True),
        *_problem(menus, CONFLICTS),
        *_search_hint(menus),
    ]


def below(menus: Menus, *others: Element) -> Block:
    """The button under the menus, and whatever else stands in its row."""
    if can_link(menus):
        return actions(button("Save", SAVE_PICKS, style="primary"), *others)
    return actions(button("Look again", CHANGE_CALENDARS), *others)


_CONFLICTS_HINT = "While one of these is busy, nobody can book you. The linked calendar always counts."


def _linked(menus: Menus) -> Element:
    offered = [choice for choice in menus.choices if choice.writable]
    chosen = [choice for choice in offered if choice.key == menus.picks.linked]
    first = _options(chosen)
    return _menu("", PICK_LINKED, "Choose a calendar", menus, offered, initial_option=first[0] if first else None)


def _conflicts(menus: Menus) -> Element:
    wanted = set(menus.picks.conflicts)
    chosen = [choice for choice in menus.choices if choice.key in wanted]
    return _menu(
        "multi_",
        PICK_CONFLICTS,
        "Choose calendars",
        menus,
        menus.choices,
        initial_options=_options(chosen)[:MOST_CONFLICTS],
        max_selected_items=MOST_CONFLICTS,
    )


def _menu(
    many: str, action_id: str, placeholder: str, menus: Menus, offered: Sequence[Choice], **chosen: object
) -> Element:
    if len(menus.choices) > MOST_OPTIONS:
        # 0 makes Slack ask as soon as the menu is opened, so that it is never empty
        return select(f"{many}external_select", action_id, placeholder, min_query_length=0, **chosen)
    return select(f"{many}static_select", action_id, placeholder, options=_options(offered), **chosen)


def _options(choices: Iterable[Choice]) -> list[Element]:
    return [option(choice.label, choice.key) for choice in choices]


def _problem(menus: Menus, name: str) -> list[Block]:
    sentence = menus.problems.get(name)
    return [context(say(":warning: {sentence}", sentence=sentence))] if sentence else []


def _search_hint(menus: Menus) -> list[Block]:
    if len(menus.choices) <= MOST_OPTIONS:
        return []
    hint = say(":mag: You have {count} calendars: type a few letters to find one.", count=len(menus.choices))
    return [context(hint)]


def _explained(menus: Menus) -> list[Block]:
    if menus.choices:
        why = say(
            "*No calendar to write to*\nWe can see {count} of your calendars, and you may only look at them. Create a "
            "calendar of your own in Google Calendar, or ask for the right to make changes to events, then look again.",
            count=len(menus.choices),
        )
    else:
        why = say(
            "*No calendars found*\nGoogle lists no calendar for this account. Open Google Calendar once, or create a "
            "calendar there, then look again."
        )
    return [section(why), *_problem(menus, LINKED), *_problem(menus, CONFLICTS)]


def _part(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _value(chosen: object) -> str | None:
    value = _part(chosen, "value")
    return value if isinstance(value, str) and value else None

"""The modal of `/calendar invite`: whom, then what that comes to, then off they go. Pure: values in, views out."""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.rollout import Audience, Choice, Left
from bot.slack.blocks import Block, Element, Mrkdwn, actions, button, context, field, join, option, say, section, select
from bot.slack.modals import modal, problem, wait
from bot.slack.views import View

FORM, PREVIEW = "invite", "invite_send"
"""The callback ids: the first is sent to be counted, the second to be sent."""
AUDIENCE, GROUPS, CHANNELS, PEOPLE, OPTIONS = (
    "invite_audience",
    "invite_groups",
    "invite_channels",
    "invite_people",
    "invite_options",
)
BACK = "invite_back"
OPEN = "invite_open"
"""The button that opens it, where a command typed as a message cannot."""

_TITLE = "Invite people"
_MOST = 100
_MOST_OPTIONS = 100
_GUESTS, _AGAIN = "guests", "again"
_FIELDS = {Audience.GROUP: GROUPS, Audience.CHANNEL: CHANNELS, Audience.PEOPLE: PEOPLE}
_AUDIENCES = {
    Audience.EVERYONE: "Everyone in this workspace",
    Audience.GROUP: "User groups",
    Audience.CHANNEL: "The members of channels",
    Audience.PEOPLE: "People I choose",
}
_LEFT = {
    Left.CONNECTED: say("are connected already"),
    Left.INVITED: say("were invited already"),
    Left.DECLINED: say("said “Not for me”"),
    Left.GUESTS: say("are guests"),
    Left.BOTS: say("are bots"),
    Left.GONE: say("have left"),
}


def loading() -> View:
    """What opens at once."""
    return wait(_TITLE, FORM, "One moment…")


def counting() -> View:
    """While a large directory is read."""
    return wait(_TITLE, FORM, "Counting. In a large workspace Slack takes a few minutes to list everybody…")


def starting() -> View:
    """While a large round is written down."""
    return wait(_TITLE, PREVIEW, "Starting…")


def refused(sentence: str) -> View:
    """Why nobody is invited."""
    return problem(_TITLE, FORM, sentence)


def form(choice: Choice) -> View:
    """Whom to invite. Another audience shows another field."""
    audiences = {each: option(text, each.value) for each, text in _AUDIENCES.items()}
    radio: Element = {
        "type": "radio_buttons",
        "action_id": AUDIENCE,
        "options": list(audiences.values()),
        "initial_option": audiences[choice.audience],
    }
    # Slack tells us of a choice in an input only where dispatch_action says so
    blocks = [field(AUDIENCE, "Whom?", radio) | {"dispatch_action": True}, *_chosen(choice), _options(choice)]
    return modal(_TITLE, FORM, blocks, submit="Preview", close="Cancel")


def read(values: object) -> Choice:
    """What stands in the form, whatever somebody made of it."""
    audience = _part(_part(_entry(values, AUDIENCE), "selected_option"), "value")
    chosen = Audience(audience) if isinstance(audience, str) and audience in set(Audience) else Audience.EVERYONE
    ticked = {_part(each, "value") for each in _list(_entry(values, OPTIONS), "selected_options")}
    ids: tuple[str, ...] = ()
    match chosen:
        case Audience.GROUP:
            found = [_part(each, "value") for each in _list(_entry(values, GROUPS), "selected_options")]
            ids = tuple(each for each in found if isinstance(each, str))
        case Audience.CHANNEL:
            ids = _ids(_entry(values, CHANNELS), "selected_conversations")
        case Audience.PEOPLE:
            ids = _ids(_entry(values, PEOPLE), "selected_users")
    return Choice(chosen, ids[:_MOST], with_guests=_GUESTS in ticked, again=_AGAIN in ticked)


def field_of(choice: Choice) -> str:
    """The block in which it was chosen, for an error under it."""
    return _FIELDS.get(choice.audience, AUDIENCE)


def groups_answer(groups: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a typed query: names by id."""
    return {"options": [option(name, group_id) for group_id, name in groups.items()][:_MOST_OPTIONS]}


def preview(choice: Choice, invited: int, left_out: Mapping[Left, int]) -> View:
    """What the choice comes to, with counts. Nothing has happened yet."""
    blocks = [section(_would(invited))]
    lines = [
        say("• {count} {why}", count=f"{left_out[left]:,}", why=words)
        for left, words in _LEFT.items()
        if left_out.get(left)
    ]
    if lines:
        blocks.append(section(say("*Not invited*\n{lines}", lines=join("\n", lines))))
    if invited:
        blocks.append(
            context(
                say(
                    "They go out at Slack's pace, about {pace} a minute. You see how far they are in our direct "
                    "messages, where you can pause or stop them.",
                    pace=45,
                )
            )
        )
    blocks.append(actions(button("Choose others", BACK)))
    submit = None if not invited else f"Send {invited:,}" if invited > 1 else "Send it"
    return modal(_TITLE, PREVIEW, blocks, submit=submit, close="Cancel", metadata=dump(choice))


def sent(count: int) -> View:
    """They are on their way."""
    said = (
        say("The invitation is on its way.")
        if count == 1
        else say("{count} invitations are on their way.", count=f"{count:,}")
    )
    where = say("Look into our direct messages to see how far they are.")
    return modal(
        _TITLE, PREVIEW, [section(say(":white_check_mark: *{said}*\n{where}", said=said, where=where))], close="Done"
    )


def dump(choice: Choice) -> str:
    """A choice as it goes along with a view, which is shorter than Slack's 3000 characters."""
    return json.dumps([choice.audience, list(choice.ids), choice.with_guests, choice.again], separators=(",", ":"))


def load(metadata: object) -> Choice:
    """The choice that came along. It says what was chosen, and proves nothing about who chose it."""
    try:
        audience, ids, with_guests, again = json.loads(str(metadata))
        chosen = tuple(str(each) for each in ids)
        return Choice(Audience(audience), chosen[:_MOST], with_guests=bool(with_guests), again=bool(again))
    except (ValueError, TypeError):
        return Choice(Audience.PEOPLE)


def _chosen(choice: Choice) -> list[Block]:
    ids = list(choice.ids) or None
    match choice.audience:
        case Audience.GROUP:
            menu = select(
                "multi_external_select", GROUPS, "Choose user groups", min_query_length=0, max_selected_items=_MOST
            )
            return [field(GROUPS, "User groups", menu)]
        case Audience.CHANNEL:
            menu = select(
                "multi_conversations_select",
                CHANNELS,
                "Choose channels",
                filter={"include": ["public", "private"], "exclude_bot_users": True},
                max_selected_items=_MOST,
                initial_conversations=ids,
            )
            hint = "For a private channel, invite Calendar Bot to it first."
            return [field(CHANNELS, "Channels", menu, hint=hint)]
        case Audience.PEOPLE:
            menu = select("multi_users_select", PEOPLE, "Choose people", max_selected_items=_MOST, initial_users=ids)
            return [field(PEOPLE, "People", menu)]
    return []


def _options(choice: Choice) -> Block:
    guests = option("Guests too", _GUESTS)
    again = option("Also whoever is connected, was invited or declined", _AGAIN)
    ticked = [each for each, holds in ((guests, choice.with_guests), (again, choice.again)) if holds]
    boxes: Element = {"type": "checkboxes", "action_id": OPTIONS, "options": [guests, again]}
    return field(OPTIONS, "Who else?", boxes | ({"initial_options": ticked} if ticked else {}), optional=True)


def _would(invited: int) -> Mrkdwn:
    if not invited:
        return say("*Nobody would be invited.*")
    if invited == 1:
        return say("*1 person is invited*, by a direct message with a personal link.")
    return say("*{count} people are invited*, each by a direct message with a personal link.", count=f"{invited:,}")


def _entry(values: object, name: str) -> object:
    """Block and action have the same name."""
    return _part(_part(values, name), name)


def _part(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _list(value: object, name: str) -> list[Any]:
    found = _part(value, name)
    return found if isinstance(found, list) else []


def _ids(value: object, name: str) -> tuple[str, ...]:
    return tuple(each for each in _list(value, name) if isinstance(each, str))

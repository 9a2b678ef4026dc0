"""The modal of one's working hours, and what was chosen in it. Pure.

A day has one window here. One that was stored with more keeps them all unless that day is changed.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.agendas import Hours
from bot.domain.hours import MINUTES, Rules, RulesRefused, Window
from bot.slack import times
from bot.slack.blocks import Block, Element, Mrkdwn, context, field, join, option, say, section, select
from bot.slack.modals import modal, problem, wait
from bot.slack.views import View

HOURS = "hours"
"""The callback id."""
FIELD = "hours_field"
"""Every field of it; their blocks tell them apart."""
DAYS, ZONE = "hours_days", "hours_zone"

_TITLE = "Working hours"
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_USUAL: Window = (9 * 60, 17 * 60)
_MINUTE = timedelta(minutes=1)
_HOUR, _DAY = 60, 24 * 60
# What is offered for each, in minutes; what somebody has stored is offered besides.
_OFFERED: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "buffer_before": ("Kept free before appointments", "", (0, 5, 10, 15, 20, 30, 45, 60, 90, 120)),
    "buffer_after": ("Kept free after appointments", "", (0, 5, 10, 15, 20, 30, 45, 60, 90, 120)),
    "notice": (
        "Shortest notice",
        "Nobody books you for anything that begins sooner than this.",
        (0, 15, 30, 60, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY),
    ),
    "horizon": (
        "How far ahead",
        "Nobody books you for anything later than this.",
        (7 * _DAY, 14 * _DAY, 30 * _DAY, 60 * _DAY, 90 * _DAY, 180 * _DAY, 365 * _DAY),
    ),
    "length": ("Length of appointments", "Unless somebody asks for another.", (15, 20, 25, 30, 45, 50, 60, 90, 120)),
    "step": ("Start times every", "", (5, 10, 15, 20, 30, 60)),
}


def loading() -> View:
    """What opens at once, because a trigger lives for three seconds only."""
    return wait(_TITLE, HOURS, "One moment…")


def saving() -> View:
    """While it takes longer than Slack waits."""
    return wait(_TITLE, HOURS, "Saving…")


def refused(sentence: str) -> View:
    """Why there is nothing to choose."""
    return problem(_TITLE, HOURS, sentence)


def form(hours: Hours) -> View:
    """Everything one can choose, as it stands."""
    rules = hours.rules
    blocks: list[Block] = [*_zone(hours), _days(rules)]
    for number, windows in enumerate(rules.week):
        blocks += _day(number, windows)
    blocks += [_span(name, getattr(rules, name)) for name in _OFFERED]
    return modal(_TITLE, HOURS, blocks, submit="Save", close="Cancel")


def saved(hours: Hours) -> View:
    """What counts from now on."""
    rules = hours.rules
    lines = [say("{day}: {windows}", day=NAMES[number], windows=told(each)) for number, each in enumerate(rules.week)]
    city = times.city(rules.zone)
    return modal(
        _TITLE,
        HOURS,
        [
            section(say(":white_check_mark: *Saved.* You can be booked at these times ({city}):", city=city)),
            section(join("\n", lines)),
            section(_terms(rules)),
            context(say("What is booked already stays as it is.")),
        ],
        close="Done",
    )


def told(windows: Sequence[Window]) -> str:
    """A day's hours."""
    return ", ".join(f"{_clock(first)} to {_clock(last)}" for first, last in windows) or "not bookable"


def _terms(rules: Rules) -> Mrkdwn:
    """What is none is left out."""
    parts = [
        say("{length} each", length=times.spelt(rules.length)),
        say("start times every {step}", step=times.spelt(rules.step)),
    ]
    if rules.buffer_before:
        parts.append(say("{before} free before", before=times.spelt(rules.buffer_before)))
    if rules.buffer_after:
        parts.append(say("{after} free after", after=times.spelt(rules.buffer_after)))
    if rules.notice:
        parts.append(say("at least {notice} notice", notice=times.spelt(rules.notice)))
    parts.append(say("at most {horizon} ahead", horizon=times.spelt(rules.horizon)))
    return say("{parts}.", parts=join(", ", parts))


def read(values: object, before: Rules) -> Rules:
    """What the modal holds, over what was stored. Raises RulesRefused."""
    state = values if isinstance(values, dict) else {}
    ticked = {each.get("value") for each in _of(state, DAYS).get("selected_options") or ()}
    week = [_windows(state, number, str(number) in ticked, before.week[number]) for number in range(len(NAMES))]
    zone = str((_of(state, ZONE).get("selected_option") or {}).get("value") or before.zone)
    spans = {name: _chosen(state, name, getattr(before, name)) for name in _OFFERED}
    return Rules.checked(zone, week, **spans)


def errors(refused: RulesRefused) -> dict[str, str]:
    """The sentences by the field under which they belong."""
    found = {}
    for name, sentence in refused.problems.items():
        if name == "week":
            number = next((index for index, day in enumerate(NAMES) if sentence.startswith(day)), 0)
            found[_till(number)] = sentence
        else:
            found[f"hours_{name}"] = sentence
    return found


def _zone(hours: Hours) -> list[Block]:
    mine, rules = hours.slack_zone, hours.rules
    if rules.zone == mine:
        return [context(say("Times are in *{city} time*, as in your Slack profile.", city=times.city(mine)))]
    kept = option(rules.zone, rules.zone)
    choices = [option(f"{mine}, as in your Slack profile", mine), kept]
    element = select("static_select", FIELD, "Time zone", options=choices, initial_option=kept)
    return [field(ZONE, "Time zone", element, hint="Your Slack profile says another one by now.")]


def _days(rules: Rules) -> Block:
    options = [option(name, str(number)) for number, name in enumerate(NAMES)]
    ticked = [options[number] for number, windows in enumerate(rules.week) if windows]
    element: Element = {"type": "checkboxes", "action_id": FIELD, "options": options}
    if ticked:
        element["initial_options"] = ticked
    return field(DAYS, "Working days", element, hint="On other days nobody can book you.", optional=True)


def _day(number: int, windows: Sequence[Window]) -> list[Block]:
    first = windows[0] if windows else _USUAL
    more = f"And {told(windows[1:])}: kept unless you change this day." if len(windows) > 1 else None
    name = NAMES[number]
    return [
        field(_from(number), f"{name} from", _picker(first[0])),
        field(_till(number), f"{name} to", _picker(first[1]), hint=more),
    ]


def _picker(minutes: int) -> Element:
    return select("timepicker", FIELD, "Time", initial_time=_clock(minutes % MINUTES))


def _span(name: str, span: timedelta) -> Block:
    label, hint, offered = _OFFERED[name]
    stored = span // _MINUTE
    options = {each: option(_named(each), str(each)) for each in sorted({*offered, stored})}
    element = select("static_select", FIELD, label, options=list(options.values()), initial_option=options[stored])
    return field(f"hours_{name}", label, element, hint=hint or None)


def _named(minutes: int) -> str:
    return times.spelt(timedelta(minutes=minutes)) if minutes else "None"


def _windows(state: Mapping[str, Any], number: int, ticked: bool, before: Sequence[Window]) -> Sequence[Window]:
    if not ticked:
        return ()
    chosen = _minutes(state, _from(number)), _minutes(state, _till(number)) or MINUTES  # midnight ends the day
    return before if before and chosen == before[0] else (chosen,)


def _minutes(state: Mapping[str, Any], block_id: str) -> int:
    hours, _, minutes = str(_of(state, block_id).get("selected_time") or "").partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdecimal() and minutes.isdecimal() else 0


def _chosen(state: Mapping[str, Any], name: str, before: timedelta) -> timedelta:
    value = (_of(state, f"hours_{name}").get("selected_option") or {}).get("value")
    return int(value) * _MINUTE if isinstance(value, str) and value.isdecimal() and len(value) < 7 else before  # noqa: PLR2004 - years


def _of(state: Mapping[str, Any], block_id: str) -> dict[str, Any]:
    """The one element of a block."""
    block = state.get(block_id)
    element = block.get(FIELD) if isinstance(block, dict) else None
    return element if isinstance(element, dict) else {}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _from(number: int) -> str:
    return f"hours_from_{number}"


def _till(number: int) -> str:
    return f"hours_to_{number}"

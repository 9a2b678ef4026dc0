"""The window of `/calendar book`: whom, how long, and the open times of a week as buttons. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.appointments import LONGEST_TITLE, MOST_PEOPLE, OpenSlot
from bot.domain.planning import LENGTHS, Chosen, Offer, local
from bot.slack import seats
from bot.slack.blocks import (
    Block,
    Element,
    Mrkdwn,
    actions,
    button,
    context,
    divider,
    join,
    option,
    say,
    section,
    select,
    short,
)
from bot.slack.modals import modal
from bot.slack.plans import (
    AGAIN,
    DAY,
    EARLIER,
    LATER,
    LENGTH,
    MOST_SLOTS_A_DAY,
    OPTIONAL,
    PEOPLE,
    SLOTS,
    WINDOW,
    dump,
)
from bot.slack.times import city, day_named, from_to, some, spelt
from bot.slack.views import View

BOOK, MOVE = "Book a time", "Move an appointment"
_LABEL = 75


def times(offer: Offer, note: str = "", *, asked: Collection[str] = (), now: Chosen | None = None) -> View:
    """Everything that is open; ``note`` says what has just happened, ``now`` how what is to be moved stands.

    Those whose ids are ``asked`` have been asked to connect from this window.
    """
    plan = offer.plan
    blocks = [section(say("{note}", note=note))] if note else []
    if now and now.was:
        here = now.was[0]
        offer = replace(offer, slots=tuple(each for each in offer.slots if each.start != here))
    blocks += _moved(offer, now) if plan.moves else _people(offer)
    blocks += seats.trouble(offer, asked)
    if plan.people and offer.in_the_way:
        blocks += [divider(), *_nothing(offer)]
    elif plan.people or plan.moves:
        blocks += [divider(), _days(offer), *_open(offer)]
    else:
        blocks.append(context(say("Choose whom you want to meet, and the times open to all of you appear here.")))
    title = MOVE if plan.moves else BOOK
    return modal(title, WINDOW, blocks, close="Cancel", metadata=dump(plan))


def _people(offer: Offer) -> list[Block]:
    plan = offer.plan
    required = _menu(PEOPLE, "Choose people", list(plan.people))
    optional = _menu(OPTIONAL, "Nobody", list(plan.optional))
    return [
        section(say("*With*"), required, PEOPLE),
        section(say("*Optional*"), optional, OPTIONAL),
        section(say("*How long*"), _lengths(offer.minutes), LENGTH),
    ]


def _menu(action_id: str, placeholder: str, chosen: list[str]) -> Element:
    return select(
        "multi_users_select", action_id, placeholder, initial_users=chosen or None, max_selected_items=MOST_PEOPLE - 1
    )


def _lengths(minutes: int) -> Element:
    offered = {each: option(_spelt(each), str(each)) for each in sorted({*LENGTHS, minutes})}
    return select("static_select", LENGTH, "How long", options=list(offered.values()), initial_option=offered[minutes])


def _moved(offer: Offer, now: Chosen | None) -> list[Block]:
    names = some([seats.name(each) for each in offer.seats]) if offer.seats else "nobody else"
    title = short(now.title, LONGEST_TITLE) if now else ""
    what = say(
        "*{title}* with {names}, {long}.",
        title=title or "Appointment",
        names=names,
        long=_spelt(offer.minutes),
    )
    if now is None or now.was is None:
        return [section(what)]
    stands = from_to(*now.was, offer.viewer.party.zone)
    return [section(say("{what}\nNow: {stands}. Move it to:", what=what, stands=stands))]


def _days(offer: Offer) -> Block:
    """The block's name changes with the day: otherwise Slack would keep showing the one that was picked before."""
    picker = select("datepicker", DAY, "Day", initial_date=offer.first.isoformat())
    turning = [picker]
    if offer.first > offer.today:
        turning.append(button("Earlier", EARLIER))
    turning += [button("Later", LATER), button("Look again", AGAIN)]
    return actions(*turning) | {"block_id": f"days-{offer.first.isoformat()}"}


def _open(offer: Offer) -> list[Block]:
    if not offer.slots:
        return _nothing(offer)
    others = seats.zones(offer)
    blocks = [context(_above(offer, others))]
    zone, at = offer.viewer.party.zone, offer.plan.at
    asked = local(at, zone).date() if at else None
    # Of another week than the one that was asked for it says nothing.
    if at and asked and offer.first <= asked <= offer.last and all(each.start != at for each in offer.slots):
        told = f"{day_named(asked, offer.today)}, {seats.at(at, zone, zone)}"
        blocks.append(section(say(":no_entry_sign: *{told}* is not open. These times are:", told=told)))
    for day, slots in offer.by_day(zone).items():
        blocks.append(section(say("*{day}*", day=day_named(day, offer.today))))
        shown = slots[:MOST_SLOTS_A_DAY]
        row = actions(*(_button(offer, day, slot, number, others) for number, slot in enumerate(shown)))
        blocks.append(row | {"block_id": f"slots-{day.isoformat()}"})
        if len(slots) > len(shown):
            blocks.append(context(say("and {more} later that day", more=len(slots) - len(shown))))
    return blocks


def _nothing(offer: Offer) -> list[Block]:
    if offer.in_the_way:
        way_out = Mrkdwn() if offer.plan.moves else say(" Whoever is *optional* does not have to be free.")
        said = say("Without their calendars there is nothing to offer.{way_out}", way_out=way_out)
    elif offer.unread:
        return []
    else:
        said = say(
            "*Nothing is open to all of you* from {first} to {last}.{why}",
            first=_short_day(offer.first),
            last=_short_day(offer.last),
            why=seats.too_far(offer, offer.everybody) or say(" Try *Later*, or a shorter time."),
        )
    return [section(said)]


def _above(offer: Offer, others: list[tuple[str, list[str]]]) -> Mrkdwn:
    lines = [seats.legend(offer, others)]
    if any(each.optional for each in offer.seats):
        lines.append(say("★ all who are optional can come too"))
    return join(" · ", lines)


def _button(offer: Offer, day: date, slot: OpenSlot, number: int, others: list[tuple[str, list[str]]]) -> Element:
    mine = offer.viewer.party.zone
    shown = others if len(others) <= seats.MOST_ZONES else []
    text = " · ".join([seats.at(slot.start, mine, mine), *(seats.at(slot.start, zone, mine) for zone, _ in shown)])
    all_come = sum(1 for each in offer.seats if each.optional)
    star = " ★" if all_come and slot.optional == all_come else ""
    asked = slot.start == offer.plan.at
    made = button(
        text + star, SLOTS[number], value=str(int(slot.start.timestamp())), style="primary" if asked else None
    )
    aloud = f"{day:%A} {day.day} {day:%B}, {seats.at(slot.start, mine, mine)} {city(mine)}"
    return made | {"accessibility_label": short(aloud, _LABEL)}


def _short_day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _spelt(minutes: int) -> str:
    return spelt(timedelta(minutes=minutes))

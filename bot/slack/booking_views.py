"""The booking window before and after a time is chosen: waiting, confirming, and what came of it. Pure."""

from bot.domain.appointments import LONGEST_PLACE, LONGEST_TITLE, Appointment, State
from bot.domain.people import Who
from bot.domain.planning import Chosen, Plan, Seat
from bot.slack import modals, seats
from bot.slack.appointment_messages import title as titled
from bot.slack.blocks import (
    Block,
    Element,
    Mrkdwn,
    actions,
    button,
    context,
    field,
    join,
    option,
    picture,
    say,
    section,
    short,
)
from bot.slack.modals import modal
from bot.slack.plans import BACK, PLACE, TITLE, VIDEO, WINDOW, dump
from bot.slack.slot_views import BOOK, MOVE
from bot.slack.times import city, from_to, there
from bot.slack.views import View

_MOST_NAMES = 8
_MEET = "meet"


def loading() -> View:
    """What opens at once."""
    return modals.wait(BOOK, WINDOW, "Looking for times…")


def working() -> View:
    """While Google is asked."""
    return modals.wait(BOOK, WINDOW, "Asking Google…")


def refused(sentence: str, plan: Plan | None = None) -> View:
    """Why it cannot go on; with the plan there is a way back."""
    blocks = [section(say(":warning: {sentence}", sentence=sentence))]
    if plan is None:
        return modal(BOOK, WINDOW, blocks)
    blocks.append(actions(button("Choose another time", BACK)))
    return modal(MOVE if plan.moves else BOOK, WINDOW, blocks, metadata=dump(plan))


def confirm(chosen: Chosen, week: tuple[str, str] | None = None) -> View:
    """Who, when on everybody's clock, and where; nothing has happened yet. ``week`` is Slack's file, and its words."""
    plan = chosen.plan
    head = [say("*{title}*", title=short(chosen.title, LONGEST_TITLE))] if plan.moves else []
    lines = join("\n", [*head, _when(chosen), *_elsewhere(chosen), *_who(chosen)])
    blocks = [section(lines, button("Choose another time", BACK))]
    blocks += [context(_optional_trouble(each)) for each in chosen.seats if each.optional and each.problem][:5]
    if not plan.moves:
        blocks += _fields(chosen)
    if week:
        blocks.append(picture(*week))
    title, submit = (MOVE, "Move it") if plan.moves else (BOOK, "Book")
    return modal(title, WINDOW, blocks, submit=submit, close="Cancel", metadata=dump(plan, chosen.start))


def done(appointment: Appointment, viewer: Who, plan: Plan) -> View:
    """What came of it: booked, moved, or on its way."""
    start, end = appointment.moving_to or (appointment.start, appointment.end)
    zone = next((each.zone for each in appointment.parties if each.who == viewer), "UTC")
    when, name = from_to(start, end, zone), titled(appointment)
    pending = appointment.state is State.HELD or appointment.moving_to is not None
    if appointment.state not in (State.HELD, State.CONFIRMED):
        return refused("This appointment is over, or was cancelled meanwhile.")
    if pending:
        said = say(
            ":hourglass_flowing_sand: *{title}* is held for you, and nobody else can have that time.\n{when}\n"
            "Google has not answered yet. I go on trying, and tell you in our direct messages how it ends.",
            title=short(appointment.title, LONGEST_TITLE),
            when=when,
        )
        return modal(MOVE if plan.moves else BOOK, WINDOW, [section(said)], close="Done")
    head = say("Moved") if plan.moves else say("Booked")
    said = say(":white_check_mark: *{head}:* {title}\n{when}", head=head, title=name, when=when)
    mine = appointment.host.who == viewer
    told = say(
        "It is in {whose} Google Calendar. Everybody is told here, and Google {sends} the invitations.",
        whose=say("your") if mine else say("{host}'s", host=short(appointment.host.name, 80)),
        sends=say("updates") if plan.moves else say("sends"),
    )
    blocks = [section(said), context(told)]
    return modal(MOVE if plan.moves else BOOK, WINDOW, blocks, close="Done")


def _when(chosen: Chosen) -> Mrkdwn:
    zone = chosen.viewer.party.zone
    when = say("*{when}*  ({city})", when=from_to(chosen.start, chosen.end, zone), city=city(zone))
    if chosen.was is None:
        return when
    return say("{when}\n_instead of {was}_", when=when, was=from_to(*chosen.was, zone))


def _elsewhere(chosen: Chosen) -> list[Mrkdwn]:
    others = seats.other_zones(chosen.viewer, chosen.seats, [chosen.start])
    mine = chosen.viewer.party.zone
    return [say(":clock3: {there}", there=there(chosen.start, chosen.end, zone, mine, names)) for zone, names in others]


def _who(chosen: Chosen) -> list[Mrkdwn]:
    must = [seats.in_bold(each) for each in chosen.seats if not each.optional]
    may = [seats.in_bold(each) for each in chosen.seats if each.optional]
    lines = [say(":busts_in_silhouette: You and {who}", who=_listed(must))] if must else []
    if may:
        lines.append(say(":grey_question: {who}, optional", who=_listed(may)))
    return lines


def _listed(people: list[Mrkdwn]) -> Mrkdwn:
    shown = join(", ", people[:_MOST_NAMES])
    more = len(people) - _MOST_NAMES
    return say("{shown} and {more} more", shown=shown, more=more) if more > 0 else shown


def _optional_trouble(seat: Seat) -> Mrkdwn:
    return say("I cannot tell whether {who} is free; they are invited all the same.", who=seats.in_bold(seat))


def _fields(chosen: Chosen) -> list[Block]:
    plan = chosen.plan
    title: Element = {"type": "plain_text_input", "action_id": TITLE, "max_length": LONGEST_TITLE}
    title["initial_value"] = short(chosen.title, LONGEST_TITLE)
    place: Element = {"type": "plain_text_input", "action_id": PLACE, "max_length": LONGEST_PLACE}
    if plan.place:
        place["initial_value"] = short(plan.place, LONGEST_PLACE)
    meet = option("Add a Google Meet link", _MEET)
    video: Element = {"type": "checkboxes", "action_id": VIDEO, "options": [meet]}
    if plan.video:
        video["initial_options"] = [meet]
    return [
        field(TITLE, "Title", title),
        field(PLACE, "Where", place, hint="A room, an address, or a link of your own.", optional=True),
        field(VIDEO, "Video", video, optional=True),
    ]

"""Whether what somebody wishes for may be accepted, and the rows it becomes."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.domain.appointments import (
    LONGEST,
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_GUESTS,
    MOST_PEOPLE,
    SHORTEST,
    Role,
    State,
    Wish,
    is_address,
    is_on_grid,
)
from bot.domain.availability import Diary, Kind, why
from bot.domain.changes import Change, Words
from bot.errors import AvailabilityUnknown, NotBookable
from bot.services.diaries import Bookable
from bot.services.portraits import Loaded
from storage.booking_tables import Attendance, Booking
from storage.tables import new_id

_MINUTE = timedelta(minutes=1)
_BROKEN = "broken"
_PROBLEMS = {
    "left": "{} is not in Slack any more.",
    "not_connected": "{} has not connected a calendar yet.",
    "broken": "{}'s calendar connection is broken just now, so nobody knows when they are free.",
    "no_linked": "{} has not chosen a calendar for appointments yet.",
}
_RULES = {
    Kind.OUTSIDE_HOURS: "That is outside {}'s working hours.",
    Kind.TOO_SOON: "{} needs more notice than that.",
    Kind.TOO_FAR: "That is further ahead than {} can be booked.",
}


@dataclass(frozen=True)
class Request:
    """Who asks, what they call this request, and a hash of what they ask for."""

    requester: str
    key: str
    digest: str


def digest(wish: Wish) -> str:
    """The same for the same wish."""
    return hashlib.sha256(json.dumps(asdict(wish), default=str, sort_keys=True).encode()).hexdigest()


def check(wish: Wish, people: Mapping[str, Bookable], now: datetime) -> None:
    """``people`` are those of the workspace whom the wish names. Raises NotBookable, AvailabilityUnknown."""
    for refused, sentence, field in _shape(wish):
        if refused:
            raise NotBookable("invalid", sentence, field=field)
    for person_id in wish.everybody:
        if person_id not in people:
            raise NotBookable("unknown_person", "There is no such person in this workspace.", field="people")
    for person_id in wish.people:
        problem = people[person_id].problem
        if problem == _BROKEN:
            raise AvailabilityUnknown(problem)
        if problem is not None:
            raise NotBookable(problem, _PROBLEMS[problem].format(people[person_id].party.name), field="people")
    may_be_at(wish.start, wish.end, [people[person_id] for person_id in wish.people], now)


def may_be_at(start: datetime, end: datetime, people: Sequence[Bookable], now: datetime) -> None:
    """Raises NotBookable unless everybody's own rules allow that time."""
    for refused, sentence, field in _times(start, end, now):
        if refused:
            raise NotBookable("invalid", sentence, field=field)
    for one in people:
        for block in why(Diary(one.rules, ()), start, end, now, sources=()):
            if block.kind in _RULES:
                raise NotBookable(block.kind, _RULES[block.kind].format(one.party.name), field="start")


def rows(
    wish: Wish, people: Mapping[str, Bookable], request: Request, now: datetime, deadline: datetime
) -> tuple[Booking, list[Attendance]]:
    """The appointment, held, and everybody's part in it."""
    host = people[wish.people[0]]
    booking = Booking(
        id=new_id(),
        team_id=wish.team_id,
        host_id=host.id,
        booker_id=wish.booker,
        requester=request.requester,
        idempotency_key=request.key,
        request_hash=request.digest,
        title=wish.title,
        place=wish.place,
        video=wish.video,
        starts_at=wish.start,
        ends_at=wish.end,
        state=State.HELD,
        calendar_id=host.linked or "",
        deadline=deadline,
        created_at=now,
        changed_at=now,
    )
    roles = dict.fromkeys(wish.optional, Role.OPTIONAL)
    if wish.booker:
        roles[wish.booker] = Role.BOOKER
    roles |= dict.fromkeys(wish.people[1:], Role.REQUIRED) | {host.id: Role.HOST}
    order = dict.fromkeys((*wish.people, *([wish.booker] if wish.booker else []), *wish.optional))
    parties = [_attendance(booking.id, number, people[each], roles[each]) for number, each in enumerate(order)]
    there = {address for each in order for address in _addresses(people[each])}
    for email in _folded(wish.guests, there):
        parties.append(Attendance(booking_id=booking.id, email=email, role=Role.OPTIONAL, position=len(parties)))
    return booking, parties


def words(loaded: Loaded) -> Words:
    """What an appointment says now."""
    row, optional = loaded.row, [part for part, _ in loaded.parties if part.role == Role.OPTIONAL]
    return Words(
        title=row.title,
        place=row.place,
        video=row.video,
        optional=tuple((part.person_id, part.email) for part in optional if part.person_id),
        guests=tuple(part.email for part in optional if part.email and not part.person_id),
    )


def revised(loaded: Loaded, said: Words, change: Change, people: Mapping[str, Bookable]) -> Words:
    """What it is to say instead of what it ``said``. Raises NotBookable, with the field that is to blame."""
    must = [part for part, _ in loaded.parties if part.role != Role.OPTIONAL]
    wish = Wish(
        team_id=loaded.row.team_id,
        start=loaded.row.starts_at,
        end=loaded.row.ends_at,
        people=tuple(part.person_id for part in must if part.person_id and part.role != Role.BOOKER),
        title=said.title if change.title is None else change.title,
        optional=tuple(key for key, _ in said.optional) if change.optional is None else change.optional,
        guests=said.guests if change.guests is None else change.guests,
        place=said.place if change.place is None else change.place,
        video=said.video if change.video is None else change.video,
    )
    for refused, sentence, field in _shape(wish):
        if refused:
            raise NotBookable("invalid", sentence, field="optional" if field == "people" else field)
    known = dict(said.optional)
    asked = [each for each in dict.fromkeys(wish.optional) if each != loaded.row.booker_id]
    if not set(asked) <= known.keys() | people.keys():
        raise NotBookable("unknown_person", "There is no such person in this workspace.", field="optional")
    optional = [(each, known[each] if each in known else _address(people[each])) for each in asked]
    named = [email for _, email in optional]
    for part, one in loaded.parties:
        if part.person_id and part.role != Role.OPTIONAL:
            named += [part.email, one.email if one else None]
    there = {email.lower() for email in named if email}
    for one_id in (*(part.person_id or "" for part in must), *asked):
        there |= _addresses(people[one_id]) if one_id in people else set()
    guests = _folded(wish.guests, there)
    return Words(
        title=wish.title,
        place=wish.place,
        video=wish.video,
        optional=said.optional if set(asked) == known.keys() else tuple(optional),
        guests=said.guests if _lower(guests) == _lower(said.guests) else guests,
    )


def _attendance(booking_id: str, position: int, one: Bookable, role: Role) -> Attendance:
    return Attendance(
        booking_id=booking_id,
        person_id=one.id,
        email=None if role is Role.HOST else _address(one),
        role=role,
        position=position,
        before=one.rules.buffer_before // _MINUTE,
        after=one.rules.buffer_after // _MINUTE,
    )


def _address(one: Bookable) -> str | None:
    """Where Google's invitations go."""
    return one.account or one.party.email


def _addresses(one: Bookable) -> set[str]:
    """All that we know to be theirs, as they are compared."""
    return {email.lower() for email in (one.account, one.party.email) if email}


def _folded(guests: Sequence[str], there: Collection[str]) -> tuple[str, ...]:
    """Each address once, however it is written, and nobody's who takes part anyway."""
    first = {email.lower(): email for email in reversed(guests)}
    return tuple(email for key, email in reversed(first.items()) if key not in there)


def _lower(guests: Sequence[str]) -> set[str]:
    return {email.lower() for email in guests}


def _shape(wish: Wish) -> Sequence[tuple[bool, str, str]]:
    return (
        (not wish.people, "Choose at least one person.", "people"),
        (
            len({*wish.people, *wish.optional}) > MOST_PEOPLE,
            f"At most {MOST_PEOPLE} people can be booked together.",
            "people",
        ),
        (len(set(wish.people)) != len(wish.people), "Somebody is named twice.", "people"),
        (bool(set(wish.people) & set(wish.optional)), "Somebody is both required and optional.", "optional"),
        (len(wish.guests) > MOST_GUESTS, f"At most {MOST_GUESTS} guests can be invited.", "guests"),
        (
            not all(map(is_address, wish.guests)),
            "A guest is invited by an e-mail address, such as kim@customer.example.",
            "guests",
        ),
        (not wish.title.strip(), "Give it a title.", "title"),
        (len(wish.title) > LONGEST_TITLE, f"The title can have at most {LONGEST_TITLE} characters.", "title"),
        (len(wish.place) > LONGEST_PLACE, f"The place can have at most {LONGEST_PLACE} characters.", "place"),
    )


def _times(start: datetime, end: datetime, now: datetime) -> Sequence[tuple[bool, str, str]]:
    return (
        (not (is_on_grid(start) and is_on_grid(end)), "Times have to be on whole five minutes.", "start"),
        (not SHORTEST <= end - start <= LONGEST, "It has to last between five minutes and a day.", "end"),
        (start < now, "That is in the past.", "start"),
    )

"""Looking for a time with other people, and booking or moving to it. Everything is checked against who asks."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.appointments import LONGEST_TITLE, Appointment, Openings, Role, Wish
from bot.domain.people import Who
from bot.domain.planning import (
    DAYS_SHOWN,
    MOST_DAYS_AHEAD,
    Asked,
    Chosen,
    Offer,
    Plan,
    Seat,
    Unread,
    local,
    read,
    split,
)
from bot.domain.when import When, parsed
from bot.errors import NoSuchAppointment, NotBookable
from bot.ports import Clock
from bot.services.appointments import Appointments
from bot.services.availability import Availability
from bot.services.seating import STRANGER, Seating

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_LONGEST_LOOK = timedelta(days=31)
_NOBODY = "Please choose somebody to meet."
_FAR = "That is further ahead than anybody can be booked."
_OVER = "That is over already. Please ask about a time to come."
_WHO = "I do not know who “{}” is. Please choose people from the list that Slack shows when you type @."
_UNCLEAR = "I do not understand “{}” as a time. Try “tomorrow”, “next week”, “friday at 10” or “2026-12-01 14:30”."


class Planning:
    """Times are the reader's own: days begin at their midnight."""

    def __init__(
        self,
        availability: Availability,
        seating: Seating,
        appointments: Appointments,
        clock: Clock,
    ) -> None:
        self._availability = availability
        self._seating = seating
        self._appointments = appointments
        self._clock = clock

    # --- looking ----------------------------------------------------------------------------------------------------

    def free(self, asker: Who, text: str) -> Offer:
        """When all who are named are free, or who asks. Raises NotBookable for a time that is not understood."""
        asked = read(text)
        known = self._seating.of([asker, *self._whos(asker, asked.people)])
        viewer, now = known[asker], self._clock.now()
        when = self._when(asked, viewer.party.zone)
        start, end = _days_of(when, now, viewer.party.zone)
        if end <= now:
            raise NotBookable("invalid", _OVER, field="when")
        named = [known[each] for each in self._whos(asker, asked.people)]
        plan = Plan(
            tuple(each for each in asked.people if each != asker.user_id),
            at=when.start if when and when.has_time else None,
        )
        return self._offer(plan, viewer, named, named or [viewer], [], (start, end), when)

    def plan(self, asker: Who, text: str) -> Plan:
        """What the words of `book` ask for."""
        asked = read(text)
        zone = self._seating.of([asker])[asker].party.zone
        spoken = split(asked.words, self._clock.now(), zone)
        people = tuple(each for each in asked.people if each != asker.user_id)
        title = spoken.left.strip(" \"'“”")[:LONGEST_TITLE]
        if spoken.when is None:
            return Plan(people, title=title)
        at = spoken.when.start if spoken.when.has_time else None
        return Plan(people, title=title, day=local(spoken.when.start, zone).date(), at=at)

    def offer(self, asker: Who, plan: Plan) -> Offer:
        """What is open to all who have to come, on the days of the plan."""
        if plan.moves:
            return self._offer_move(asker, plan)
        viewer, seats = self._seats(asker, plan)
        required = [each for each in seats if not each.optional]
        if required and not viewer.problem:
            required.append(viewer)
        optional = [each for each in seats if each.optional]
        return self._offer(plan, viewer, seats, required, optional, self._days(plan, viewer))

    def _offer_move(self, asker: Who, plan: Plan) -> Offer:
        found = self._mine(asker, plan.moves)
        people = [each.who for each in found.parties if each.who]
        known = self._seating.of([asker, *people])
        seats = [
            replace(known[each.who], optional=each.role is Role.OPTIONAL)
            for each in found.parties
            if each.who and each.who != asker
        ]
        blocking = [
            known[each.who]
            for each in found.parties
            if each.who and (each.role is Role.HOST or (each.role is not Role.OPTIONAL and not known[each.who].problem))
        ]
        plan = replace(plan, people=(), optional=(), minutes=(found.end - found.start) // _MINUTE)
        return self._offer(plan, known[asker], seats, blocking, [], self._days(plan, known[asker]))

    def _offer(
        self,
        plan: Plan,
        viewer: Seat,
        seats: Sequence[Seat],
        required: Sequence[Seat],
        optional: Sequence[Seat],
        span: tuple[datetime, datetime],
        when: When | None = None,
    ) -> Offer:
        start, end = span
        zone = _zone(viewer)
        others = tuple(each for each in seats if each.party.who != viewer.party.who)
        minutes = plan.minutes or self._seating.usual(required)
        plan = replace(plan, minutes=minutes, day=local(start, zone).date())
        made = Offer(
            plan,
            viewer,
            others,
            first=local(start, zone).date(),
            last=local(end - _MINUTE, zone).date(),
            today=local(self._clock.now(), zone).date(),
            minutes=minutes,
            asked=when,
        )
        if not required or any(each.problem for each in required):
            return made
        ids = [each.party.person_id or "" for each in required]
        beside = [each.party.person_id for each in optional if each.party.person_id and not each.problem]
        team_id = viewer.party.who.team_id if viewer.party.who else ""
        moving = self._appointments.get(team_id, plan.moves) if plan.moves else None
        found = self._availability.openings(team_id, ids, start, end, minutes * _MINUTE, optional=beside, moving=moving)
        return replace(made, slots=found.slots, unread=_unread(found, viewer))

    # --- booking ----------------------------------------------------------------------------------------------------

    def chosen(self, asker: Who, plan: Plan, start: datetime) -> Chosen:
        """One time, as it would be booked. Whether it is still open is seen when it is."""
        if plan.moves:
            found = self._mine(asker, plan.moves)
            known = self._seating.of([asker, *[each.who for each in found.parties if each.who]])
            seats = [known[each.who] for each in found.parties if each.who and each.who != asker]
            end = start + (found.end - found.start)
            return Chosen(plan, known[asker], tuple(seats), start, end, found.title, (found.start, found.end))
        viewer, seats = self._seats(asker, plan)
        if not any(not each.optional for each in seats):
            raise NotBookable("invalid", _NOBODY, field="people")
        minutes = plan.minutes or self._seating.usual(seats)
        *names, last = [each.party.name for each in (viewer, *seats)]
        title = plan.title.strip() or f"{', '.join(names)} and {last}"
        return Chosen(plan, viewer, tuple(seats), start, start + minutes * _MINUTE, title[:LONGEST_TITLE])

    def book(self, asker: Who, plan: Plan, start: datetime, key: str) -> Appointment:
        """Book the plan, or move its appointment, to that time. Raises what Appointments raises."""
        made = self.chosen(asker, plan, start)
        if plan.moves:
            return self._appointments.move(asker.team_id, plan.moves, made.start, made.end, by=asker.user_id)
        if stranger := next((each for each in (made.viewer, *made.seats) if each.problem == STRANGER), None):
            raise NotBookable(
                STRANGER,
                f"{stranger.party.name} is not a member of this workspace, so I cannot book them.",
                field="people",
            )
        wish = Wish(
            asker.team_id,
            made.start,
            made.end,
            tuple(each.party.person_id or "" for each in made.seats if not each.optional),
            made.title,
            booker=made.viewer.party.person_id,
            optional=tuple(each.party.person_id or "" for each in made.seats if each.optional),
            place=plan.place,
            video=plan.video,
        )
        return self._appointments.book(wish, requester=f"slack:{asker.team_id}", idempotency_key=key)

    def _mine(self, asker: Who, appointment_id: str) -> Appointment:
        found = self._appointments.get(asker.team_id, appointment_id)
        if all(each.who != asker for each in found.parties):
            raise NoSuchAppointment
        return found

    # --- people and days --------------------------------------------------------------------------------------------

    def _seats(self, asker: Who, plan: Plan) -> tuple[Seat, list[Seat]]:
        people = [each for each in dict.fromkeys(plan.people) if each != asker.user_id]
        optional = [each for each in dict.fromkeys(plan.optional) if each != asker.user_id and each not in people]
        known = self._seating.of([asker, *self._whos(asker, [*people, *optional])])
        seats = [known[each] for each in self._whos(asker, people)]
        seats += [replace(known[each], optional=True) for each in self._whos(asker, optional)]
        return known[asker], seats

    @staticmethod
    def _whos(asker: Who, user_ids: Collection[str]) -> list[Who]:
        return [Who(asker.team_id, each) for each in user_ids]

    def _when(self, asked: Asked, zone: str) -> When | None:
        if not asked.words:
            return None
        if unknown := next((each for each in asked.words.split() if each.startswith("@")), None):
            raise NotBookable("invalid", _WHO.format(unknown[:80]), field="people")
        when = parsed(asked.words, self._clock.now(), zone)
        if when is None:
            raise NotBookable("invalid", _UNCLEAR.format(asked.words[:80]), field="when")
        if when.start > self._clock.now() + MOST_DAYS_AHEAD * _DAY:
            raise NotBookable("too_far", _FAR, field="when")
        return when

    def _days(self, plan: Plan, viewer: Seat) -> tuple[datetime, datetime]:
        zone = _zone(viewer)
        today = local(self._clock.now(), zone).date()
        first = min(max(plan.day or today, today), today + MOST_DAYS_AHEAD * _DAY)
        return _midnight(first, zone), _midnight(first + DAYS_SHOWN * _DAY, zone)


def _days_of(when: When | None, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """What is looked at: the stretch that was asked for, the day of a time, or a week from now."""
    if when is None:
        return now, _midnight(local(now, zone).date() + DAYS_SHOWN * _DAY, zone)
    if not when.has_time:
        return when.start, min(when.end, when.start + _LONGEST_LOOK)
    day = local(when.start, zone).date()
    return _midnight(day, zone), _midnight(day + _DAY, zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _zone(viewer: Seat) -> str:
    return viewer.party.zone


def _unread(found: Openings, viewer: Seat) -> tuple[Unread, ...]:
    names = {each.party.person_id: each.party.name for each in found.standings}
    own = viewer.party.person_id
    return tuple(
        dict.fromkeys(
            Unread(names.get(each.person_id, ""), each.calendar if each.person_id == own else None)
            for each in found.unsure
        )
    )

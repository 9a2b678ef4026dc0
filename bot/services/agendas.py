"""What somebody may see and do about their own appointments and hours, checked each time against who asks."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.agendas import Agenda, Hours, Why
from bot.domain.appointments import Appointment, Party, Role
from bot.domain.hours import DEFAULT, Rules
from bot.domain.people import Who
from bot.domain.when import parsed
from bot.errors import NoSuchAppointment, NotConnected
from bot.ports import Clock
from bot.services.appointments import Appointments
from bot.services.availability import Availability
from bot.services.diaries import Bookable, Diaries

AHEAD = timedelta(days=8)
"""Today and the next seven days."""


class Agendas:
    """Strangers' appointments do not exist here."""

    def __init__(self, appointments: Appointments, availability: Availability, diaries: Diaries, clock: Clock) -> None:
        self._appointments = appointments
        self._availability = availability
        self._diaries = diaries
        self._clock = clock

    def of(self, who: Who) -> Agenda:
        """From the person's own midnight on. Raises NotConnected for somebody we have never met."""
        person, now = self._person(who), self._clock.now()
        zone = ZoneInfo(person.party.zone)
        midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
        ends = (midnight + AHEAD).astimezone(UTC)
        found = self._appointments.agenda(person.id, midnight.astimezone(UTC), ends)
        return Agenda(person.party, tuple(found), now, person.problem)

    def hosted(self, who: Who) -> tuple[Party, Sequence[Appointment]] | None:
        """What lies in their calendar and is still ahead; None if there is nothing."""
        known = self._diaries.by_who([who])
        if not known:
            return None
        ahead = self._appointments.hosted(known[0].id)
        return (known[0].party, ahead) if ahead else None

    def mine(self, who: Who, appointment_id: str) -> tuple[Party, Appointment]:
        """An appointment as one who takes part in it sees it. Raises NoSuchAppointment for everybody else."""
        found = self._appointments.get(who.team_id, appointment_id)
        viewer = next((each for each in found.parties if each.who == who), None)
        if viewer is None:
            raise NoSuchAppointment
        return viewer, found

    def cancel(self, who: Who, appointment_id: str) -> Appointment:
        """Raises NoSuchAppointment for whoever does not take part in it, and for what is over."""
        _, found = self.mine(who, appointment_id)
        if found.end <= self._clock.now():
            raise NoSuchAppointment("That appointment is over, so there is nothing to cancel.")
        return self._appointments.cancel(who.team_id, appointment_id, by=who.user_id)

    def why(self, who: Who, about: Who, text: str) -> Why | None:
        """Why they are not bookable at the time that was typed; None if that is no time.

        A moment stands for their usual length from then on. Raises NotConnected when we have never met who asks.
        """
        asker, now = self._person(who).party, self._clock.now()
        when = parsed(text, now, asker.zone)
        if when is None:
            return None
        known = self._diaries.by_who([about])
        length = (known[0].rules if known else DEFAULT).length
        start, end = (when.start, when.start + length) if when.has_time else (max(when.start, now), when.end)
        if not known:
            stranger = Party(about.user_id, None, Role.REQUIRED, who=about, zone=asker.zone)
            return Why(stranger, asker, start, end, now, (), "not_connected", ())
        person = known[0]
        if end <= now:
            return Why(person.party, asker, when.start, end, now, (), None, ())
        found = self._availability.why(who, person, start, end)
        unsure = found.unsure or ((("", found.unknown),) if found.unknown and not person.problem else ())
        return Why(person.party, asker, start, end, now, found.blocks, person.problem, unsure)

    def hours(self, who: Who) -> Hours:
        """Their rules as they are now. Raises NotConnected for somebody we have never met."""
        person = self._person(who)
        return Hours(person.rules, person.party.zone)

    def save_hours(self, who: Who, rules: Rules) -> Hours:
        """From now on they are booked so. Raises NotConnected for somebody we have never met."""
        person = self._person(who)
        self._diaries.save_rules(person.id, rules, self._clock.now())
        return Hours(rules, person.party.zone)

    def _person(self, who: Who) -> Bookable:
        known = self._diaries.by_who([who])
        if not known:
            raise NotConnected
        return known[0]

"""When people can be booked together, and why somebody cannot be booked at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.appointments import Appointment, Openings, Standing, Unsure
from bot.domain.availability import Block, Diary, slots, why
from bot.domain.intervals import Interval, subtracted
from bot.domain.people import Who
from bot.ports import Clock
from bot.services.diaries import Bookable, Diaries, Seen


@dataclass(frozen=True)
class Reasons:
    """Why somebody is not bookable then; no blocks and no ``unknown``: they are."""

    person: Bookable
    own: bool
    """Whether the one who asks is the person: only they are told which calendar it is."""
    blocks: tuple[Block, ...]
    unknown: str | None = None
    """Why their time is unknown, if it is."""
    unsure: tuple[tuple[str, str], ...] = ()
    """The same by calendar, each with its reason; only the person is told the names."""


@dataclass(frozen=True)
class Picture:
    """What a picture of somebody's week shows. Busy time has no names in it."""

    person: Bookable
    busy: Sequence[Interval]
    unknown: str | None


class Availability:
    """Asks Google live, each time."""

    def __init__(self, diaries: Diaries, clock: Clock) -> None:
        self._diaries = diaries
        self._clock = clock

    def people(self, team_id: str, email: str | None, after: str | None, limit: int) -> list[Standing]:
        """People of the workspace and whether they can be booked, in the order of their ids."""
        return [each.standing for each in self._diaries.page(team_id, email, after, limit)]

    def known(self, people: Sequence[Who]) -> list[Bookable]:
        """The people that Slack knows so; those we have never met are left out."""
        return self._diaries.by_who(people)

    def openings(
        self,
        team_id: str,
        required: Sequence[str],
        start: datetime,
        end: datetime,
        length: timedelta | None = None,
        *,
        optional: Sequence[str] = (),
        moving: Appointment | None = None,
    ) -> Openings:
        """The slots open to all of ``required``; none while one of them cannot be booked at all.

        What an appointment takes up that is to be moved is open to it.
        Raises ValueError for times and lengths that cannot be. People of other workspaces do not exist here.
        """
        now = self._clock.now()
        people = self._diaries.of(team_id, [*required, *optional])
        standings = tuple(people[each].standing for each in (*required, *optional) if each in people)
        unfit = [each for each in required if each not in people or people[each].problem]
        start = max(start, now)
        able = [people[each] for each in (*required, *optional) if each in people and not people[each].problem]
        if unfit or start >= end or not able:
            return Openings((), standings)
        seen = self._diaries.see(able, start, end)
        diaries = self._diaries_of(able, seen, start, end, moving)
        found = slots(
            [diaries[each] for each in required],
            start=start,
            end=end,
            now=now,
            length=length or people[required[0]].rules.length,
            optional=[diaries[each] for each in optional if each in diaries],
        )
        unsure = tuple(Unsure(one.id, name, reason) for one in able for name, reason in _unsure(one, seen[one.id]))
        return Openings(found, standings, unsure)

    def why(self, asker: Who, person: Bookable, start: datetime, end: datetime) -> Reasons:
        """Every reason why they cannot be booked then. Another one's calendars stay unnamed."""
        own = person.who == asker
        if person.problem:
            return Reasons(person, own, (), person.problem)
        wide = person.rules.buffer_before, person.rules.buffer_after
        seen = self._diaries.see([person], start - wide[0], end + wide[1])[person.id]
        ours = self._diaries.cells([person], start - wide[0], end + wide[1])[person.id]
        sources = [
            (person.calendars.get(calendar_id, ""), [Interval(a, b) for a, b in busy.intervals if a < b])
            for calendar_id, busy in seen.busy.items()
        ]
        if not own:
            sources = [("", [span for _, spans in sources for span in spans])]
        diary = Diary(person.rules, [*seen.intervals, *ours])
        blocks = why(diary, start, end, self._clock.now(), sources=sources, appointments=ours)
        unsure = tuple((name or "" if own else "", reason) for name, reason in _unsure(person, seen))
        return Reasons(person, own, blocks, seen.unknown, unsure)

    def picture(self, person: Bookable, start: datetime, end: datetime) -> Picture:
        """Their busy time as it is now."""
        if person.problem:
            return Picture(person, (), person.problem)
        seen = self._diaries.see([person], start, end)[person.id]
        return Picture(person, [*seen.intervals, *self._diaries.cells([person], start, end)[person.id]], seen.unknown)

    def _diaries_of(
        self,
        people: Collection[Bookable],
        seen: Mapping[str, Seen],
        start: datetime,
        end: datetime,
        moving: Appointment | None,
    ) -> dict[str, Diary]:
        ours = self._diaries.cells(people, start, end, but=moving.id if moving else "")
        own = [Interval(moving.start, moving.end)] if moving else []
        whole = [Interval(start, end)]
        return {
            one.id: Diary(
                one.rules,
                [*subtracted(seen[one.id].intervals, own), *ours[one.id]],
                whole if seen[one.id].unknown else (),
            )
            for one in people
        }


def _unsure(one: Bookable, seen: Seen) -> list[tuple[str | None, str]]:
    if seen.problem:
        return [(None, seen.problem)]
    return [(one.calendars.get(each, each), busy.unknown) for each, busy in seen.busy.items() if busy.unknown]

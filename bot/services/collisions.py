"""Whether a time is free at Google, asked live: before something is written there, and once more after it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.appointment_ports import Events, EventState
from bot.domain.intervals import Interval, clipped, merged, subtracted
from bot.errors import AvailabilityUnknown, GoogleUnavailable, SlotTaken
from bot.ports import Busy
from bot.services.connections import Connections
from bot.services.diaries import Bookable, Diaries
from bot.services.portraits import Loaded

_FREE_KINDS = frozenset({"workingLocation", "birthday"})


class Collisions:
    """Nothing here is remembered: an answer is old when it has been used."""

    def __init__(self, diaries: Diaries, connections: Connections, events: Events) -> None:
        self._diaries = diaries
        self._connections = connections
        self._events = events

    def people(self, loaded: Loaded) -> dict[str, Bookable]:
        """Whose time counts. A booker whose connection does not work comes all the same, on their own word.

        So do those who have disconnected, or left, since it was accepted: only what is connected can be asked.
        """
        ids = [part.person_id for part in loaded.blocking if part.person_id]
        found = self._diaries.of(loaded.row.team_id, ids)
        return {
            person_id: one
            for person_id, one in found.items()
            if one.problem is None or person_id == loaded.row.host_id or not self._may_be_skipped(one, loaded)
        }

    @staticmethod
    def _may_be_skipped(one: Bookable, loaded: Loaded) -> bool:
        return one.id == loaded.row.booker_id or one.problem in ("not_connected", "left")

    def look(self, loaded: Loaded, start: datetime, end: datetime, people: Mapping[str, Bookable]) -> None:
        """Raises SlotTaken or AvailabilityUnknown unless all of them are free, their buffers included.

        What our own event covers now, before it is moved, does not count.
        """
        buffers = {part.person_id: (part.before, part.after) for part in loaded.blocking}
        widest = [timedelta(minutes=max((each[side] for each in buffers.values()), default=0)) for side in (0, 1)]
        own = [Interval(loaded.row.starts_at, loaded.row.ends_at)] if loaded.row.etag else []
        for one in people.values():
            if one.problem is not None:
                raise AvailabilityUnknown(one.problem)
        seen = self._diaries.see(list(people.values()), start - widest[0], end + widest[1])
        for person_id, answer in seen.items():
            if answer.unknown is not None:
                raise AvailabilityUnknown(answer.problem or "unreadable")
            before, after = buffers[person_id]
            wanted = Interval(start - timedelta(minutes=before), end + timedelta(minutes=after))
            if any(each.overlaps(wanted) for each in subtracted(answer.intervals, own)):
                raise SlotTaken

    def came_in_between(
        self, loaded: Loaded, event: EventState, start: datetime, end: datetime, people: Mapping[str, Bookable]
    ) -> bool:
        """Whether something of others stands in the way of what we have just written. Raises what Google's calls raise.

        A calendar that is busy for exactly our time holds a copy of our own event: an invitation.
        """
        row, ours = loaded.row, Interval(start, end)
        standing = self._connections.call(
            loaded.host, partial(_within, self._events, calendar_id=row.calendar_id, start=start, end=end)
        )
        if any(each.id != event.id and _blocks(each, ours) for each in standing):
            return True
        for one, answer in self._diaries.see(list(people.values()), start, end).items():
            if answer.unknown is not None:
                raise GoogleUnavailable
            for calendar_id, busy in answer.busy.items():
                if (one, calendar_id) != (row.host_id, row.calendar_id) and _is_foreign(busy, ours):
                    return True
        return False

    def came_later(
        self, loaded: Loaded, event: EventState, people: Mapping[str, Bookable], known: Mapping[str, Sequence[Interval]]
    ) -> bool:
        """The same a while after, when every invitation stands in a calendar, and hides what else is there.

        Where appointments and invitations lie each event is looked at; elsewhere free/busy has to do. ``known`` is what
        other appointments of ours take up, by person: how those came to overlap is told with them.
        """
        row, ours = loaded.row, Interval(loaded.row.starts_at, loaded.row.ends_at)
        for one in people.values():
            mine = {row.calendar_id} if one.id == row.host_id else set[str]()
            mine |= one.calendars.keys() & {one.linked, one.account}
            for calendar_id in sorted(mine):
                ask = partial(_within, self._events, calendar_id=calendar_id, start=ours.start, end=ours.end)
                for each in self._connections.call(one.who, ask):
                    is_ours = each.id == event.id or "bk" in each.marks
                    is_known = any((each.start, each.end) == (span.start, span.end) for span in known[one.id])
                    if _blocks(each, ours) and not is_ours and not is_known:
                        return True
            if one.calendars.keys() <= mine:
                continue
            for calendar_id, busy in self._diaries.see([one], ours.start, ours.end)[one.id].busy.items():
                if calendar_id not in mine and _is_foreign(busy, ours):
                    return True
        return False


def _within(events: Events, token: object, *, calendar_id: str, start: datetime, end: datetime) -> list[EventState]:
    return list(events.within(token, calendar_id, start, end))  # type: ignore[arg-type]  # partial hides its type


def _blocks(event: EventState, ours: Interval) -> bool:
    if event.status == "cancelled" or event.transparent or event.declined_by_owner or event.kind in _FREE_KINDS:
        return False
    return event.start is not None and event.end is not None and event.start < ours.end and event.end > ours.start


def _is_foreign(busy: Busy, ours: Interval) -> bool:
    inside = clipped(merged([Interval(a, b) for a, b in busy.intervals if a < b]), ours.start, ours.end)
    return bool(inside) and tuple(inside) != (ours,)

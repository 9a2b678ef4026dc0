"""The week around a chosen time, as all who have to come have it: for a picture, which names nothing anybody does."""

from datetime import datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.domain.hours import working
from bot.domain.intervals import Interval, merged, subtracted
from bot.domain.planning import Chosen, local
from bot.domain.weeks import Week, shown_days
from bot.errors import BotError
from bot.services.diaries import Bookable, Diaries

log = structlog.get_logger()

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_MOST_NAMES = 3


class Brought(NamedTuple):
    """A picture that Slack has, by its id there, and the same in words."""

    file_id: str
    words: str


class Pictures(Protocol):
    """Draws weeks, and brings them to Slack."""

    def week(self, team_id: str, week: Week) -> Brought:
        """Once as long as nothing changes. Raises what Slack's calls do: SlackUnavailable, SlackRefusesApp."""
        ...


class Weeks:
    """Asks Google live. Without its picture a window says as much, so that none is ever waited for in vain."""

    def __init__(self, diaries: Diaries, pictures: Pictures) -> None:
        self._diaries = diaries
        self._pictures = pictures

    def picture(self, team_id: str, chosen: Chosen) -> Brought | None:
        """Busy is what is busy for anybody, free what is free for everybody, not known what is not for somebody."""
        seats = [each for each in (*chosen.seats, chosen.viewer) if not each.optional and not each.problem]
        people = self._diaries.by_who([each.party.who for each in seats if each.party.who])
        if not people:
            return None
        try:
            return self._pictures.week(team_id, self._week(people, chosen))
        except BotError as error:
            log.warning("week_not_brought", team=team_id, error=type(error).__name__)
            return None

    def _week(self, people: list[Bookable], chosen: Chosen) -> Week:
        zone = chosen.viewer.party.zone
        day = local(chosen.start, zone).date()
        monday = datetime.combine(day - day.weekday() * _DAY, time(), ZoneInfo(zone))
        whole = Interval(monday, datetime.combine(monday.date() + _WEEK, time(), ZoneInfo(zone)))
        seen = self._diaries.see(people, whole.start, whole.end)
        ours = self._diaries.cells(people, whole.start, whole.end)
        busy = [span for one in people for span in (*seen[one.id].intervals, *ours[one.id])]
        closed = [span for one in people for span in subtracted([whole], working(one.rules, whole.start, whole.end))]
        open_hours = subtracted([whole], merged(closed))
        unknown = (whole,) if any(seen[one.id].unknown for one in people) else ()
        proposed = Interval(chosen.start, chosen.end)
        days = shown_days(day, zone, [*open_hours, proposed])
        return Week(_title(people, chosen), zone, days, tuple(open_hours), tuple(merged(busy)), unknown, proposed)


def _title(people: list[Bookable], chosen: Chosen) -> str:
    names = ["you" if one.who == chosen.viewer.party.who else one.party.name for one in people]
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]

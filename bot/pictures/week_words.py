"""A week's picture for those who do not see it: its text alternative."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.intervals import Interval, clipped, merged, subtracted
from bot.domain.weeks import Week, stretches
from bot.pictures.lettering import drawable
from bot.pictures.points import spanned
from bot.pictures.week_grid import HOUR, turns

_LONGEST = 2000
"""What Slack takes for an image block."""
_LONGEST_TITLE = 150
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


def week_words(week: Week) -> str:
    """The proposed time, then day by day what is free, busy and not known: by the clock, or how long in all."""
    text = ""
    for free, other in ((_by_clock, _by_clock), (_by_clock, _in_hours), (_in_hours, _in_hours)):
        text = " ".join(_sentences(week, free, other))
        if len(text) <= _LONGEST:
            break
    return text


def headline(week: Week) -> str:
    """Which days, and whose clock."""
    return f"{spanned(week.days[0], week.days[-1])}, {week.zone.rpartition('/')[2].replace('_', ' ')} time"


def turned(by: timedelta) -> str:
    """A change of the clocks, in a few words."""
    return f"clocks {'forward' if by > _NOTHING else 'back'} {_lasting(abs(by))}"


def proposal(slot: Interval, zone: str) -> str:
    """The day and the times of the proposed slot, on the wall there."""
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (slot.start, slot.end))
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{_named(end.date())}, {end:%H:%M}"
    return f"{_named(start.date())}, {start:%H:%M} to {last}"


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of the zone, and the moments that belong to it."""

    date: date
    zone: ZoneInfo
    parts: tuple[Interval, ...]

    def of(self, spans: Sequence[Interval]) -> tuple[Interval, ...]:
        """What of the spans lies on the day."""
        return merged(inside for part in self.parts for inside in clipped(spans, part.start, part.end))

    def clock(self, moment: datetime) -> str:
        """The time there; of an hour that comes twice, it tells the second."""
        local = moment.astimezone(self.zone)
        if local.date() > self.date:
            return "24:00"
        return f"{local:%H:%M}{' (the second)' if local.fold else ''}"


_Told = Callable[[_Day, Sequence[Interval]], str]


def _sentences(week: Week, free: _Told, other: _Told) -> Iterator[str]:
    title = drawable(week.title)[:_LONGEST_TITLE].rstrip()
    when = f"{headline(week)}."
    yield f"{title}, {when}" if title else when
    if week.proposed:
        yield f"Proposed: {proposal(week.proposed, week.zone)}."
    changes = {turn.day: turned(turn.by) for turn in turns(week)}
    taken = merged(week.busy)
    for number, date_ in enumerate(week.days):
        parts = tuple(stretch.time for stretch in stretches(date_, week.zone))
        day = _Day(date_, ZoneInfo(week.zone), parts)
        working, busy = day.of(week.working), day.of(taken)
        unknown = subtracted(day.of(week.unknown), busy)
        open_times = subtracted(working, [*busy, *unknown])
        facts = [changes[number]] if number in changes else []
        if not parts:
            facts.append("skipped by the calendar there")
        elif open_times:
            facts.append(f"free {free(day, open_times)}")
        else:
            facts.append("nothing free" if working else "no working hours")
        facts += [f"{name} {other(day, times)}" for name, times in (("busy", busy), ("not known", unknown)) if times]
        yield f"{_named(date_)}: {'; '.join(facts)}."


def _by_clock(day: _Day, spans: Sequence[Interval]) -> str:
    if tuple(spans) == merged(day.parts):
        return "all day"
    return ", ".join(f"{day.clock(span.start)} to {day.clock(span.end)}" for span in spans)


def _in_hours(_: _Day, spans: Sequence[Interval]) -> str:
    return _lasting(sum((span.end - span.start for span in spans), _NOTHING))


def _named(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _lasting(span: timedelta) -> str:
    hours, minutes = span // HOUR, span % HOUR // _MINUTE
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)

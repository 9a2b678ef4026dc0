"""Weeks to draw: the ordinary one, the odd ones, and any."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.intervals import Interval
from bot.domain.weeks import Week

MONDAY = date(2026, 11, 23)
LISBON = "Europe/Lisbon"
ZONES = (LISBON, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana")


def local(zone: str, day: date, first: float, last: float) -> Interval:
    """From and to in hours of that day's clock there."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall has no zone until it is given one
    start, end = (midnight + timedelta(hours=hour) for hour in (first, last))
    return Interval(start.replace(tzinfo=ZoneInfo(zone)), end.replace(tzinfo=ZoneInfo(zone)))


def week(
    *busy: tuple[int, float, float],
    zone: str = LISBON,
    monday: date = MONDAY,
    days: int = 5,
    works: tuple[float, float] | None = (9, 17),
    works_days: int = 5,
    unknown: tuple[tuple[int, float, float], ...] = (),
    proposed: tuple[int, float, float] | None = None,
    title: str = "Ana's week",
) -> Week:
    """A week whose times are the number of a day, and from and to on its clock."""
    shown = [monday + timedelta(days=number) for number in range(days)]

    def at(number: int, first: float, last: float) -> Interval:
        return local(zone, monday + timedelta(days=number), first, last)

    return Week(
        title,
        zone,
        shown,
        [at(number, *works) for number in range(works_days)] if works else [],
        [at(*each) for each in busy],
        [at(*each) for each in unknown],
        at(*proposed) if proposed else None,
    )


MEETINGS = (
    *((0, 9, 9.5), (0, 11, 12), (0, 13.5, 15), (1, 10, 11), (1, 11, 12.5), (1, 15, 15.25)),
    *((2, 9, 12), (2, 14, 16), (3, 0, 24), (4, 9.5, 10), (4, 12, 13), (4, 16, 18.5)),
)
CASES = {
    "ordinary": week(*MEETINGS, unknown=((2, 12.5, 17),), proposed=(1, 13, 13.5)),
    "seven days": week(
        *MEETINGS, (5, 10, 12), zone="America/New_York", days=7, proposed=(4, 10.5, 11.5), title="Ben's week"
    ),
    "empty": week(),
    "nobody works": week(works=None),
    "full": week(*((day, 0, 24) for day in range(5)), proposed=(2, 11, 11.25)),
    "not known": week(unknown=((0, 0, 24 * 7),), days=7, proposed=(6, 9, 10)),
    "packed": week(
        *((day, 8 + n * 0.5, 8.25 + n * 0.5) for day in range(7) for n in range(26)), days=7, proposed=(3, 12.25, 12.5)
    ),
    "clocks go back": week(
        *((6, 0.5, 1.5), (6, 3, 4)),
        monday=date(2026, 10, 19),
        days=7,
        works=(0, 8),
        works_days=7,
        unknown=((5, 2, 3),),
        proposed=(6, 5, 5.5),
    ),
    "clocks go forward": week(
        (6, 0.5, 4), zone="Europe/Berlin", monday=date(2026, 3, 23), days=7, works=(0, 8), works_days=7
    ),
    "a skipped day": week((3, 10, 12), zone="Pacific/Apia", monday=date(2011, 12, 26), days=7),
    "around the clock": week((1, 3, 4), (2, 20, 26), works=(0, 24), proposed=(2, 3, 3.25)),
    "over midnight": week((0, 20, 23), works=(16, 24), proposed=(1, 23.5, 24.5)),
}


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Any week, in zones whose clocks change by an hour, by half, at midnight, and by a whole day."""
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.one_of(st.dates(date(2009, 1, 1), date(2028, 1, 1)), st.sampled_from([date(2011, 12, 30)])))
    monday = day - timedelta(days=day.weekday())
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    minutes = st.integers(-2000, 12_000), st.one_of(st.integers(0, 300), st.integers(0, 12_000))

    def span(pair: tuple[int, int]) -> Interval:
        start = midnight + timedelta(minutes=pair[0])
        return Interval(start, start + timedelta(minutes=pair[1]))

    spans = st.lists(st.tuples(*minutes).map(span), max_size=12)
    shown = [monday + timedelta(days=number) for number in range(draw(st.integers(5, 7)))]
    proposed = st.one_of(st.none(), st.tuples(minutes[0], st.integers(5, 480)).map(span))
    return Week(draw(st.text(max_size=90)), zone, shown, draw(spans), draw(spans), draw(spans), draw(proposed))

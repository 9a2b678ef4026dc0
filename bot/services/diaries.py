"""Who can be booked, and when they are busy: their rules, our own appointments, and Google's free/busy, asked live."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.domain.appointments import GRID, Party, Role, Standing
from bot.domain.faults import GoogleFault
from bot.domain.health import Health
from bot.domain.hours import DEFAULT, Rules, is_zone
from bot.domain.intervals import Interval, in_utc
from bot.domain.people import Who
from bot.errors import BotError, ReconnectNeeded
from bot.ports import Busy, Calendars
from bot.services.connections import Connections
from storage import bookable, bookings
from storage.bookable import Known
from storage.database import Database

log = structlog.get_logger()

A = TypeVar("A")
B = TypeVar("B")

MOST_DAYS = timedelta(days=90)
"""Google answers for no longer at once."""


class Each(Protocol):
    """Does the same for many, several at a time."""

    def __call__(self, work: Callable[[A], B], items: Iterable[A]) -> Iterable[B]:
        """The results, in order."""
        ...


@dataclass(frozen=True)
class Bookable:
    """Somebody who may take part, as they are stored."""

    party: Party
    rules: Rules
    problem: str | None
    """not_connected, broken, no_linked or left; None: they can be booked."""
    linked: str | None
    """Where their appointments are written."""
    account: str | None
    """The Google account: invitations go there."""
    calendars: Mapping[str, str]
    """The chosen calendars' names by their ids, the linked one among them."""

    @property
    def id(self) -> str:
        """Ours."""
        return self.party.person_id or ""

    @property
    def who(self) -> Who:
        """In Slack."""
        if self.party.who is None:
            raise LookupError("an outsider has no calendar here")
        return self.party.who

    @property
    def standing(self) -> Standing:
        """As it is shown."""
        return Standing(self.party, self.problem)


@dataclass(frozen=True)
class Seen:
    """What Google said of one person's calendars, each busy or unknown."""

    busy: Mapping[str, Busy]
    problem: str | None = None
    """Why nothing is known at all: broken, or unreadable."""

    @property
    def unknown(self) -> str | None:
        """Why some of their time is unknown, if it is."""
        return self.problem or next((each.unknown for each in self.busy.values() if each.unknown), None)

    @property
    def intervals(self) -> list[Interval]:
        """All that is busy."""
        return [Interval(start, end) for each in self.busy.values() for start, end in each.intervals if start < end]


class Diaries:
    """Reads people and their calendars; keeps nothing."""

    def __init__(self, database: Database, connections: Connections, calendars: Calendars, each: Each) -> None:
        self._database = database
        self._connections = connections
        self._calendars = calendars
        self._each = each

    def of(self, team_id: str, person_ids: Collection[str]) -> dict[str, Bookable]:
        """These people of this workspace, by id; whoever is not of it is left out."""
        with self._database.reading() as session:
            return {known.person_id: _bookable(known) for known in bookable.people(session, team_id, person_ids)}

    def by_who(self, people: Sequence[Who]) -> list[Bookable]:
        """The people that Slack knows so, in order; those we have never met are left out."""
        with self._database.reading() as session:
            return [_bookable(known) for known in bookable.by_who(session, people)]

    def page(self, team_id: str, email: str | None, after: str | None, limit: int) -> list[Bookable]:
        """People of the workspace in the order of their ids; with ``email`` only who has that address in Slack."""
        with self._database.reading() as session:
            return [_bookable(known) for known in bookable.page(session, team_id, email, after, limit)]

    def save_rules(self, person_id: str, rules: Rules, now: datetime) -> None:
        """From now on they are booked so."""
        with self._database.transaction() as session:
            bookable.save_rules(session, person_id, rules.to_json(), now)

    def cells(
        self, people: Collection[Bookable], start: datetime, end: datetime, *, but: str = ""
    ) -> dict[str, list[Interval]]:
        """What our own appointments, ``but`` that one, take up, their buffers included, by person."""
        # In UTC: in any other zone Python reckons by the clock on the wall, which stood differently in 1970.
        epoch = datetime.fromtimestamp(0, UTC)
        first, last = (in_utc(start) - epoch) // GRID, -((epoch - in_utc(end)) // GRID)
        with self._database.reading() as session:
            found = bookings.cells_of(session, [each.id for each in people], first, last, but=but)
        return {
            person_id: [Interval(epoch + begin * GRID, epoch + stop * GRID) for begin, stop in _runs(cells)]
            for person_id, cells in found.items()
        }

    def see(self, people: Sequence[Bookable], start: datetime, end: datetime) -> dict[str, Seen]:
        """Ask Google about everybody, now, several at a time. Raises nothing: what is not known is unknown."""
        return {
            one.id: seen
            for one, seen in zip(people, self._each(lambda one: self._see(one, start, end), people), strict=True)
        }

    def _see(self, one: Bookable, start: datetime, end: datetime) -> Seen:
        found: dict[str, Busy] = {}
        begin = start
        try:
            while begin < end:
                until = min(begin + MOST_DAYS, end)
                answer = self._connections.call(one.who, _asking(self._calendars, list(one.calendars), begin, until))
                for calendar_id, busy in answer.items():
                    before = found.get(calendar_id, Busy())
                    found[calendar_id] = Busy(before.intervals + busy.intervals, before.unknown or busy.unknown)
                begin = until
        except ReconnectNeeded:
            return Seen({}, "broken")
        except (BotError, GoogleFault) as error:
            log.warning("busy_unknown", person=one.id, error=type(error).__name__)
            return Seen({}, "unreadable")
        return Seen(found)


def _asking(calendars: Calendars, ids: list[str], start: datetime, end: datetime) -> Callable[..., Mapping[str, Busy]]:
    return lambda token: calendars.busy(token, ids, start, end)


def _bookable(known: Known) -> Bookable:
    zone = known.time_zone if known.time_zone and is_zone(known.time_zone) else "UTC"
    try:
        rules = Rules.from_json(known.rules) if known.rules else replace(DEFAULT, zone=zone)
    except ValueError:  # of an older version of ours: better their Slack zone's usual hours than none
        log.warning("rules_unreadable", person=known.person_id)
        rules = replace(DEFAULT, zone=zone)
    party = Party(known.name, known.email, Role.REQUIRED, known.person_id, Who(known.team_id, known.user_id), zone=zone)
    return Bookable(party, rules, _problem(known), known.linked, known.account, known.calendars)


def _problem(known: Known) -> str | None:
    if known.gone:
        return "left"
    if known.health is None or known.health == Health.DISCONNECTED:
        return "not_connected"
    if not Health(known.health).works:
        return "broken"
    return None if known.linked else "no_linked"


def _runs(cells: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Numbers in order as runs, each from its first to before its last."""
    begin = last = None
    for cell in cells:
        if begin is None or last is None or cell != last:
            if begin is not None and last is not None:
                yield begin, last
            begin = cell
        last = cell + 1
    if begin is not None and last is not None:
        yield begin, last

"""Which calendars a person may pick, saving the picks, and proving that they work."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain import picks as domain
from bot.domain.faults import GoogleFault
from bot.domain.health import Healthy
from bot.domain.notices import Menus, Status, Tick
from bot.domain.people import Who
from bot.domain.picks import Choice, Listed, Picks
from bot.errors import BotError, GoogleUnavailable, NotConnected, PickRefused
from bot.ports import AccessToken, Busy, CalendarEntry, Calendars, Clock
from bot.services.connections import Connections, as_error
from bot.services.monitoring import Monitoring
from storage import audit, connections, people
from storage.database import Database

SEARCH_MEMORY = timedelta(minutes=2)
"""How long a listing serves the typeahead. Saving always looks again."""

T = TypeVar("T")

TEST_TITLE = "Calendar Bot test (removes itself)"
_BASE32HEX = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True)
class Wanted:
    """What somebody chose in the menus. None: the menu was not touched, what stands in it stays."""

    linked: str | None = None
    conflicts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _Looked:
    at: datetime
    generation: tuple[str, int] | None
    choices: tuple[Choice, ...]


class CalendarPicks:
    """The menus, what is saved from them, and the self-test."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        calendars: Calendars,
        monitoring: Monitoring,
        clock: Clock,
    ) -> None:
        self._database = database
        self._connections = connections
        self._monitoring = monitoring
        self._calendars = calendars
        self._clock = clock
        self._looked: dict[Who, _Looked] = {}

    def look(self, who: Who) -> tuple[Choice, ...]:
        """The person's calendars as Google lists them now. Raises what Connections.call raises."""
        return self._look(who, self._monitoring.looked)

    def _look(self, who: Who, seen: Callable[[Who, int, Sequence[CalendarEntry]], object]) -> tuple[Choice, ...]:
        generation = self._connections.generation(who)
        try:
            entries = self._connections.call(who, self._calendars.entries)
        except GoogleFault as fault:
            raise as_error(fault) from None
        listed = [Listed(each.id, each.name, each.role, each.primary, each.owner) for each in entries]
        choices = domain.choices(listed)
        if generation and self._connections.generation(who) == generation:  # else it is of another account
            self._looked[who] = _Looked(self._clock.now(), generation, choices)
            seen(who, generation[1], entries)
        return choices

    def menus(self, who: Who, wanted: Wanted | None = None, problems: dict[str, str] | None = None) -> Menus:
        """What the menus offer and what stands in them: the saved picks, else the primary calendar."""
        choices = self.look(who)
        return self.menus_of(choices, self._connections.status(who), wanted, problems)

    def menus_of(
        self,
        choices: Sequence[Choice],
        status: Status,
        wanted: Wanted | None = None,
        problems: dict[str, str] | None = None,
    ) -> Menus:
        """The menus over a listing already at hand."""
        known = {choice.key: choice for choice in choices}
        standing = _standing(status, wanted, choices)
        linked = standing.linked if standing.linked in known and known[standing.linked].writable else None
        conflicts = tuple(key for key in standing.conflicts if key in known and key != linked)
        return Menus(tuple(choices), Picks(linked, conflicts), problems or {})

    def search(self, who: Who, query: str, *, writable_only: bool) -> tuple[Choice, ...]:
        """The typeahead: from a recent look if there is one, because Slack waits three seconds only."""
        looked = self._looked.get(who)
        if looked and looked.generation != self._connections.generation(who):  # perhaps by another process
            self.forget(who)
            looked = None
        recent = looked is not None and self._clock.now() - looked.at < SEARCH_MEMORY
        choices = looked.choices if looked is not None and recent else self.look(who)
        return domain.search(choices, query, writable_only=writable_only)

    def forget(self, who: Who) -> None:
        """After a disconnect nothing of the listing stays."""
        self._looked.pop(who, None)

    def save(self, who: Who, wanted: Wanted) -> Status:
        """Save both picks or neither, against a fresh look.

        Raises PickRefused naming each menu's problem, NotConnected, and what Connections.call raises.
        """
        before = self._connections.held(who)
        remembered = self._looked.get(who)
        choices = self.look(who)
        status = self._connections.status(who)
        standing = _standing(status, wanted, choices)
        names = {choice.key: choice.name for choice in remembered.choices} if remembered else {}
        names |= {pick.key: pick.name for pick in (status.linked, *status.conflicts) if pick}
        linked, conflicts = _accepted(standing, {choice.key: choice for choice in choices}, names)
        now = self._clock.now()
        with self._database.transaction() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            if person:
                people.lock(session, person.id)  # a consent that comes now waits until this is saved
            row = connections.of(session, person.id) if person else None
            if row is None or row.grant is None or row.token_version != before.token_version:
                raise NotConnected("Your connection changed while this was open. Please look at your choices again.")
            connections.replace_picks(
                session,
                row.id,
                linked=(linked.calendar_id, linked.name),
                conflicts=[(choice.calendar_id, choice.name) for choice in conflicts],
            )
            detail = {"conflicts": str(len(conflicts))}
            audit.record(
                session, now=now, team_id=who.team_id, user_id=who.user_id, action="picks_saved", detail=detail
            )
            healthy = Healthy(row.refresh_expires_at)
            connection_id, token_version = row.id, row.token_version
        # Every chosen calendar was on the list a moment ago: an outage over others is over.
        self._monitoring.observe(connection_id, token_version, healthy)
        return self._connections.status(who)

    def came_back(self, who: Who) -> None:
        """After a reconnect: note which kept picks this account still has."""
        self._look(who, self._monitoring.came_back)

    # --- the self-test ----------------------------------------------------------------------------------------------

    def check(self, who: Who) -> tuple[Tick, ...]:
        """Prove the picks: list, free/busy of each, write and remove a private event. Changes no pick."""
        try:
            present = {choice.key: choice for choice in self.look(who)}
        except BotError as error:
            return (Tick("See your calendars", str(error)),)
        status = self._connections.status(who)
        picked = [pick for pick in (status.linked, *status.conflicts) if pick]
        found = [present[pick.key] for pick in picked if pick.key in present]
        gone = tuple(Tick(pick.name, "It is no longer in your account.") for pick in picked if pick.key not in present)
        ticks = (Tick("See your calendars"), *self._reads(who, found), *gone)
        linked = next((each for each in found if status.linked and each.key == status.linked.key), None)
        return (*ticks, self._writes(who, linked)) if linked else ticks

    def _reads(self, who: Who, found: Sequence[Choice]) -> tuple[Tick, ...]:
        now = self._clock.now()
        ids = [choice.calendar_id for choice in found]
        try:
            busy = self._asked(who, lambda token: self._calendars.busy(token, ids, now, now + timedelta(days=1)))
        except BotError as error:
            return tuple(Tick(f"See when you are busy in {choice.name}", str(error)) for choice in found)
        unknown = Busy(unknown="missing")
        return tuple(
            Tick(
                f"See when you are busy in {choice.name}",
                "Google cannot read this calendar right now. Until it can, its time counts as unknown, never as free."
                if busy.get(choice.calendar_id, unknown).unknown
                else None,
            )
            for choice in found
        )

    def _writes(self, who: Who, linked: Choice) -> Tick:
        label = f"Write to {linked.name} and tidy up"
        event_id = "t" + "".join(secrets.choice(_BASE32HEX) for _ in range(25))
        start = self._clock.now() + timedelta(days=1)
        wrote = False
        try:
            self._asked(
                who,
                lambda token: self._calendars.insert_private_event(
                    token, linked.calendar_id, event_id, TEST_TITLE, start, start + timedelta(minutes=5)
                ),
            )
            wrote = True
        except BotError as error:
            problem: str | None = str(error)
        else:
            problem = None
        # A lost answer may have written the event all the same, so it is removed either way.
        try:
            self._asked(who, lambda token: self._calendars.delete_event(token, linked.calendar_id, event_id))
        except BotError:
            if wrote:
                problem = f"I wrote the test event but could not remove it. Please delete “{TEST_TITLE}” yourself."
        return Tick(label, problem)

    def _asked(self, who: Who, ask: Callable[[AccessToken], T]) -> T:
        try:
            return self._connections.call(who, ask)
        except GoogleFault as fault:
            if fault.verdict.code == "no_write_access":
                raise GoogleUnavailable("Google lets you read this calendar but not write to it.") from None
            raise GoogleUnavailable("Google does not let us use this calendar right now.") from None


def _standing(status: Status, wanted: Wanted | None, choices: Sequence[Choice]) -> Picks:
    """What was chosen, with what was not touched filled in from the saved picks, else from the default."""
    default = domain.default_linked(choices)
    saved = status.linked.key if status.linked else default.key if default else None
    kept = tuple(pick.key for pick in status.conflicts if pick.back)
    if wanted is None:
        return Picks(saved, kept)
    return Picks(wanted.linked or saved, kept if wanted.conflicts is None else wanted.conflicts)


def _accepted(standing: Picks, known: dict[str, Choice], names: dict[str, str]) -> tuple[Choice, list[Choice]]:
    problems: dict[str, str] = {}
    linked = known.get(standing.linked or "")
    if not standing.linked:
        problems["linked"] = "Choose the calendar that appointments are written to."
    elif linked is None:
        problems["linked"] = f"{names.get(standing.linked, 'That calendar')} is no longer in your Google account."
    elif not linked.writable:
        problems["linked"] = f"You can see {linked.name} but no longer write to it. Choose another one."
    gone = [key for key in standing.conflicts if key not in known]
    if gone:
        words = ", ".join(names.get(key, "a calendar") for key in gone[:3])
        verb = "is" if len(gone) == 1 else "are"
        problems["conflicts"] = f"{words} {verb} no longer in your Google account. Take it out and save again."
    if problems or linked is None:
        raise PickRefused(problems)
    unique = dict.fromkeys(key for key in standing.conflicts if key != linked.key)
    return linked, [known[key] for key in unique]

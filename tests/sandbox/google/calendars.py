import itertools
import secrets
from dataclasses import dataclass, field

from tests.sandbox.google.model import ROLES, CalendarEntry, rank
from tests.sandbox.google.state import State

COLORS = ("#9fe1e7", "#9a9cff", "#7bd148", "#fad165", "#f691b2", "#ac725e", "#4986e7", "#42d692", "#cca6ac", "#ffad46")


@dataclass(eq=False)
class Calendar:
    """A calendar and who may do what with it."""

    id: str
    summary: str
    time_zone: str
    primary_of: str | None
    data_owner: str | None
    acl: dict[str, str]
    version: int
    deleted: bool = False
    broken: str | None = None
    """The reason freeBusy gives instead of busy times."""
    sync_floor: int = 0
    """Sync tokens older than this version are no longer valid."""
    entries: list["Entry"] = field(default_factory=list)


@dataclass(eq=False)
class Entry:
    """A line in one account's calendar list; it outlives its removal, because lists show deletions."""

    email: str
    calendar: Calendar
    seq: int
    version: int
    told: int
    """The version at which the list itself last changed: what sync tokens go by, where etags go by ``version``."""
    listed: bool = True
    hidden: bool = False
    selected: bool = True
    summary_override: str | None = None

    @property
    def role(self) -> str:
        return self.calendar.acl.get(self.email, "none")

    @property
    def live(self) -> bool:
        return self.listed and not self.calendar.deleted and self.role != "none"

    @property
    def primary(self) -> bool:
        return self.calendar.primary_of == self.email

    @property
    def color_id(self) -> int:
        return 1 + self.seq % len(COLORS)

    def shown(self) -> CalendarEntry:
        return CalendarEntry(
            id=self.calendar.id,
            summary=self.summary_override or self.calendar.summary,
            role=self.role,
            primary=self.primary,
            time_zone=self.calendar.time_zone,
            hidden=self.hidden,
            selected=self.selected,
            color=COLORS[self.color_id - 1],
        )


class Calendars:
    """All calendars, their access lists, and everybody's calendar list."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._calendars: dict[str, Calendar] = {}
        self._lists: dict[str, dict[str, Entry]] = {}
        self._sequence = itertools.count(1)
        self.syncs_tell_roles = False
        """The reference says of calendarList sync tokens: "If only read-only fields such as calendar properties or
        ACLs have changed, the entry won't be returned." True makes them tell all the same."""
        self.list_floor: dict[str, int] = {}
        """Per account: calendar list sync tokens older than this are no longer valid."""

    def add(self, email: str, summary: str, *, calendar_id: str | None, role: str, primary: bool, zone: str) -> str:
        email = email.casefold()
        with self._state.changing():
            if primary and self.primary(email) is not None:
                raise ValueError(f"{email} has a primary calendar already")
            made = calendar_id or (email if primary else f"c_{secrets.token_hex(20)}@group.calendar.google.com")
            if made in self._calendars:
                raise ValueError(f"there is a calendar {made} already")
            self._calendars[made] = Calendar(
                id=made,
                summary=summary,
                time_zone=zone,
                primary_of=email if primary else None,
                data_owner=email if role == "owner" and not primary else None,
                acl={},
                version=self._state.tick(),
            )
            self.share(made, email, role)
        return made

    def share(self, calendar_id: str, email: str, role: str) -> None:
        """Give access and put the calendar on the person's list."""
        email = email.casefold()
        rank(role)  # refuses a role that does not exist
        with self._state.changing():
            entry = self.entry(email, calendar_id)
            if entry is not None and entry.live:
                self.set_role(email, calendar_id, role)
                return
            calendar = self.live(calendar_id)
            calendar.acl[email] = role
            self.subscribe(email, calendar)

    def subscribe(self, email: str, calendar: Calendar) -> Entry:
        with self._state.changing():
            lines = self._lists.setdefault(email, {})
            entry = lines.get(calendar.id)
            if entry is None:
                now = self._state.tick()
                entry = Entry(email=email, calendar=calendar, seq=next(self._sequence), version=now, told=now)
                lines[calendar.id] = entry
                calendar.entries.append(entry)
            else:
                entry.listed = True
                self.change(entry)
            return entry

    def set_role(self, email: str, calendar_id: str, role: str) -> None:
        if role not in ROLES:
            raise ValueError(f"{role!r} is none of {', '.join(ROLES)}")
        email = email.casefold()
        with self._state.changing():
            calendar = self.live(calendar_id)
            before = calendar.acl.get(email, "none")
            calendar.acl[email] = role
            entry = self.entry(email, calendar_id)
            if entry is not None:
                self.change(entry, tells="none" in (before, role) or self.syncs_tell_roles)

    def delete(self, calendar_id: str) -> None:
        with self._state.changing():
            calendar = self.live(calendar_id)
            calendar.deleted = True
            self.touch(calendar)
            for entry in calendar.entries:
                self.change(entry)

    def unsubscribe(self, email: str, calendar_id: str) -> None:
        with self._state.changing():
            entry = self.entry(email.casefold(), calendar_id)
            if entry is None or not entry.live:
                raise KeyError(f"{calendar_id} is not on the list of {email}")
            entry.listed = False
            self.change(entry)

    def change(self, entry: Entry, *, tells: bool = True) -> None:
        """A line is another than it was; whether whoever has a sync token is told."""
        entry.version = self._state.tick()
        if tells:
            entry.told = entry.version

    def touch(self, calendar: Calendar) -> None:
        """Something about the calendar itself changed: everybody's entry did, and no sync token tells."""
        calendar.version = self._state.tick()
        for entry in calendar.entries:
            entry.version = calendar.version
            if self.syncs_tell_roles:
                entry.told = calendar.version

    def live(self, calendar_id: str) -> Calendar:
        with self._state.lock:
            calendar = self._calendars.get(calendar_id)
            if calendar is None or calendar.deleted:
                raise KeyError(f"no calendar {calendar_id}")
            return calendar

    def find(self, calendar_id: str) -> Calendar | None:
        with self._state.lock:
            calendar = self._calendars.get(calendar_id)
            return None if calendar is None or calendar.deleted else calendar

    def seen_by(self, email: str, calendar_id: str) -> tuple[Calendar, str] | None:
        """The calendar and the account's role on it ("primary" names one's own), or None if there is nothing to see."""
        email = email.casefold()
        with self._state.lock:
            calendar = self.primary(email) if calendar_id == "primary" else self._calendars.get(calendar_id)
            if calendar is None or calendar.deleted:
                return None
            role = calendar.acl.get(email, "none")
            return None if role == "none" else (calendar, role)

    def primary(self, email: str) -> Calendar | None:
        with self._state.lock:
            lines = self._lists.get(email.casefold(), {})
            return next((line.calendar for line in lines.values() if line.primary), None)

    def entry(self, email: str, calendar_id: str) -> Entry | None:
        with self._state.lock:
            if calendar_id == "primary":
                calendar = self.primary(email)
                calendar_id = calendar.id if calendar else calendar_id
            return self._lists.get(email.casefold(), {}).get(calendar_id)

    def entries(self, email: str) -> list[Entry]:
        """Every line there ever was, in the order they came; the dead ones too."""
        with self._state.lock:
            return list(self._lists.get(email.casefold(), {}).values())

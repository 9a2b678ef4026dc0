"""A booking system's other side in memory: small, and as strict as the ports say."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import RLock
from uuid import uuid4

from bot.booking_api import VersionPassed
from bot.domain.appointments import (
    OVER,
    Appointment,
    Openings,
    OpenSlot,
    Party,
    Role,
    Standing,
    State,
    Unsure,
    Wish,
    is_on_grid,
)
from bot.domain.changes import Change
from bot.errors import KeyReused, NoSuchAppointment, NotBookable, SlotTaken

TEAM = "T0ACME"
ANA, BEN, CLEO, GUS = (str(number) * 32 for number in (1, 2, 3, 4))
NAMES = {ANA: "Ana", BEN: "Ben", CLEO: "Cleo", GUS: "Gus"}
MADE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def party(person_id: str, role: Role) -> Party:
    name = NAMES[person_id]
    return Party(name, f"{name.lower()}@acme.example", role, person_id, zone="Europe/Lisbon")


@dataclass
class RememberedBooking:
    """``slow`` ones are held, and moved or cancelled only later."""

    slow: bool = False
    made: dict[str, Appointment] = field(default_factory=dict)
    asked: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)

    def book(self, wish: Wish, *, key_id: str, idempotency_key: str, request_hash: str) -> Appointment:
        with self.lock:
            before = self.asked.get((key_id, idempotency_key))
            if before is not None and before[1] != request_hash:
                raise KeyReused
            if before is not None:
                return self.made[before[0]]
            if set(wish.people) - set(NAMES):
                raise NotBookable("unknown_person", "Somebody is not in this workspace.", field="people")
            self._refuse(wish.start, wish.end, None, wish.people)
            found = Appointment(
                id=uuid4().hex,
                team_id=wish.team_id,
                state=State.HELD if self.slow else State.CONFIRMED,
                start=wish.start,
                end=wish.end,
                title=wish.title,
                place=wish.place,
                video=wish.video,
                video_url=None,
                parties=tuple(
                    party(each, Role.REQUIRED if index else Role.HOST) for index, each in enumerate(wish.people)
                ),
                version=1,
                created_at=MADE,
            )
            self.made[found.id] = found
            self.asked[key_id, idempotency_key] = (found.id, request_hash)
            return found

    def get(self, team_id: str, appointment_id: str) -> Appointment:
        found = self.made.get(appointment_id)
        if found is None or found.team_id != team_id:
            raise NoSuchAppointment
        return found

    def listing(self, team_id: str, after: str | None, limit: int) -> tuple[Sequence[Appointment], str | None]:
        mine = sorted((each for each in self.made.values() if each.team_id == team_id), key=lambda each: each.id)
        page = [each for each in mine if after is None or each.id > after][: limit + 1]
        return page[:limit], page[limit - 1].id if len(page) > limit else None

    def change(self, team_id: str, appointment_id: str, change: Change, version: int | None) -> Appointment:
        with self.lock:
            found = self.get(team_id, appointment_id)
            if version is not None and version != found.version:
                raise VersionPassed
            if found.state in OVER:
                raise NotBookable("over", "It is over.")
            start = change.start or found.start
            end = change.end or start + (found.end - found.start)
            self._refuse(start, end, found.id, [each.person_id or "" for each in found.parties])
            words = {name: getattr(change, name) for name in change.named if name in ("title", "place", "video")}
            later = {"moving_to": (start, end) if change.moves else None, "changing_to": words or None}
            at_once = {"start": start, "end": end, **words}
            changed = replace(found, version=found.version + 1, **(later if self.slow else at_once))
            self.made[found.id] = changed
            return changed

    def cancel(self, team_id: str, appointment_id: str, version: int | None) -> Appointment:
        found = self.get(team_id, appointment_id)
        if version is not None and version != found.version:
            raise VersionPassed
        if found.state not in OVER:
            self.made[found.id] = replace(found, state=State.CANCELLING if self.slow else State.CANCELLED)
        return self.made[found.id]

    def _refuse(self, start: datetime, end: datetime, own: str | None, people: Sequence[str]) -> None:
        if not (is_on_grid(start) and is_on_grid(end)):
            raise NotBookable("grid", "Times lie on whole five minutes.", field="start")
        for each in self.made.values():
            others = {one.person_id for one in each.parties}
            overlaps = each.start < end and start < each.end and others & set(people)
            if each.id != own and each.state not in OVER and overlaps:
                raise SlotTaken


@dataclass
class RememberedTimes:
    """Everybody is free from nine to ten, UTC; whoever has a problem is not bookable; ``unsure`` ones are not known."""

    problems: dict[str, str] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    asked: int = 0

    def people(
        self, team_id: str, email: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[Standing], str | None]:
        del team_id
        known = [self._standing(each) for each in sorted(NAMES)]
        known = [each for each in known if email is None or each.party.email == email]
        page = [each for each in known if after is None or (each.party.person_id or "") > after][: limit + 1]
        return page[:limit], page[limit - 1].party.person_id if len(page) > limit else None

    def openings(
        self,
        team_id: str,
        required: Sequence[str],
        optional: Sequence[str],
        start: datetime,
        end: datetime,
        length: timedelta,
        now: datetime,
    ) -> Openings:
        del team_id, now
        self.asked += 1
        if (set(required) | set(optional)) - set(NAMES):
            raise NotBookable("unknown_person", "Somebody is not in this workspace.", field="people")
        nine = start.replace(hour=9, minute=0, second=0, microsecond=0)
        slots = tuple(OpenSlot(nine, nine + length, len(optional)) for _ in range(1) if start <= nine <= end - length)
        known = tuple(self._standing(each) for each in (*required, *optional) if each in NAMES)
        unsure = tuple(
            Unsure(each, "secret calendar", "forbidden") for each in (*required, *optional) if each in self.unsure
        )
        return Openings(slots, known, unsure)

    def _standing(self, person_id: str) -> Standing:
        return Standing(party(person_id, Role.REQUIRED), self.problems.get(person_id))

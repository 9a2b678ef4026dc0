"""What one look at somebody's calendar list says about the calendars that they chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.domain.health import Cause
from bot.domain.picks import WRITABLE_ROLES

LINKED = "linked"


class Chosen(Protocol):
    """A chosen calendar as it was known before."""

    @property
    def calendar_id(self) -> str: ...  # noqa: D102 - Google's id
    @property
    def name(self) -> str: ...  # noqa: D102 - as it was called
    @property
    def purpose(self) -> str: ...  # noqa: D102 - linked or conflict
    @property
    def present(self) -> bool: ...  # noqa: D102 - whether it was there
    @property
    def writable(self) -> bool: ...  # noqa: D102 - whether its owner could write to it


class Entry(Protocol):
    """An entry of the calendar list."""

    @property
    def id(self) -> str: ...  # noqa: D102 - Google's id
    @property
    def name(self) -> str: ...  # noqa: D102 - as its owner calls it
    @property
    def role(self) -> str: ...  # noqa: D102 - what its owner may do with it


@dataclass(frozen=True, slots=True)
class Found:
    """A chosen calendar as it is now."""

    calendar_id: str
    name: str
    purpose: str
    present: bool
    writable: bool


def found(chosen: Iterable[Chosen], entries: Iterable[Entry], gone: frozenset[str], *, whole: bool) -> list[Found]:
    """Every chosen calendar as it is now. ``whole``: what is not among the entries is not there."""
    listed = {entry.id: entry for entry in entries}
    if not listed and not gone and not whole:
        return [_as_before(each) for each in chosen]
    return [_now(each, listed.get(each.calendar_id), gone, whole=whole) for each in chosen]


def trouble(chosen: Iterable[Chosen | Found]) -> Cause | None:
    """What is wrong with them, the worst first; None when all of them can be used."""
    missing = {each.purpose for each in chosen if not each.present}
    if LINKED in missing:
        return Cause.CALENDAR_GONE
    if any(each.purpose == LINKED and not each.writable for each in chosen):
        return Cause.LOST_WRITE
    return Cause.CALENDAR_GONE if missing else None


def _now(before: Chosen, entry: Entry | None, gone: frozenset[str], *, whole: bool) -> Found:
    if entry is not None:
        return Found(
            before.calendar_id, entry.name, before.purpose, present=True, writable=entry.role in WRITABLE_ROLES
        )
    if before.calendar_id in gone or whole:
        return Found(before.calendar_id, before.name, before.purpose, present=False, writable=before.writable)
    return _as_before(before)


def _as_before(each: Chosen) -> Found:
    return Found(each.calendar_id, each.name, each.purpose, each.present, each.writable)

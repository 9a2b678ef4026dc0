"""People, calendars and names, the nasty ones first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.domain.health import Cause, Health
from bot.domain.notices import Menus, PickedCalendar, Status, Trouble
from bot.domain.people import Who
from bot.domain.permissions import PERMISSIONS
from bot.domain.picks import Choice, Listed, Picks, choices

ANA = Who("T0ACME", "U0ANA")
ACCOUNT = "ana@acme.example"
NOW = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)

HOSTILE = (
    "<!channel>",
    "<https://evil.example|Google>",
    "<@U0ADA>",
    "\u202egnol \u2066oot\u2069",
    "line\nbreak\x00\x1b[31m\x85",
    "*bold* _italic_ ~gone~ `code` :smile:",
    "&lt;!here&gt; &amp;",
    "x" * 10_000,
    "<" * 1_000,
    "&" * 1_000,
    "😀" * 1_000,
    "\ud800half",
    "",
)
COUNTS = (0, 1, 100, 101, 300, 1000)
EDGES = (0, 1, 100, 101)
"""Where the menus change their kind."""


def listed(count: int, name: str | None = None, *, role: str = "owner") -> list[Listed]:
    return [
        Listed(f"c{number}@group.calendar", f"Team {number}" if name is None else name, role, number == 0)
        for number in range(count)
    ]


@lru_cache(maxsize=64)
def offered(count: int, name: str | None = None, *, role: str = "owner") -> tuple[Choice, ...]:
    return choices(listed(count, name, role=role))


def menus(count: int, name: str | None = None, *, role: str = "owner", problem: str | None = None) -> Menus:
    """Everything chosen that can be chosen: the fullest menus there are."""
    found = offered(count, name, role=role)
    picks = Picks(found[0].key, tuple(each.key for each in found[1:])) if found else Picks()
    return Menus(found, picks, {"linked": problem, "conflicts": problem} if problem else {})


CONNECTED = Status(
    ANA,
    Health.CONNECTED,
    account=ACCOUNT,
    connected_at=NOW,
    refresh_expires_at=NOW.replace(year=2027),
    linked=PickedCalendar("k0", "Ana Lima"),
    conflicts=(PickedCalendar("k1", "Team"), PickedCalendar("k2", "Holidays")),
)
UNPICKED = Status(ANA, Health.CONNECTED, account=ACCOUNT, connected_at=NOW)
BROKEN = replace(CONNECTED, health=Health.NEEDS_RECONNECT)
NOBODY = Status(ANA, Health.DISCONNECTED)
HALF_BACK = replace(
    CONNECTED,
    linked=PickedCalendar("k0", "Ana Lima", back=False),
    conflicts=(PickedCalendar("k1", "Team"), PickedCalendar("k2", "Holidays", back=False)),
)


def named(name: str) -> Status:
    """A connection in which everything bears this name."""
    calendar = PickedCalendar("k", name)
    return Status(
        ANA,
        Health.CONNECTED,
        account=name,
        connected_at=NOW,
        linked=calendar,
        conflicts=(replace(calendar, back=False), calendar) * 60,
    )


def broken(cause: Cause, status: Status = CONNECTED) -> Status:
    """The same connection, with everything set that goes with this cause."""
    gone = replace(
        status,
        linked=status.linked and replace(status.linked, back=False),
        conflicts=tuple(replace(each, back=False) for each in status.conflicts),
    )
    read_only = replace(status, linked=status.linked and replace(status.linked, writable=False))
    lacking = replace(status, missing=PERMISSIONS[-2:])
    shaped = {Cause.CALENDAR_GONE: gone, Cause.LOST_WRITE: read_only, Cause.PERMISSION_MISSING: lacking}
    return replace(shaped.get(cause, status), health=cause.health, cause=cause, since=NOW)


SUSPECT = replace(CONNECTED, health=Health.SUSPECT, since=NOW)
BROKEN_BY = {cause: broken(cause) for cause in Cause}
UNEXPLAINED = tuple(replace(CONNECTED, health=health) for health in Health)
"""As they would stand if nobody had noted why."""
STATUSES = (
    *(CONNECTED, UNPICKED, SUSPECT, BROKEN, NOBODY, HALF_BACK),
    *BROKEN_BY.values(),
    *UNEXPLAINED,
    *map(named, HOSTILE),
)


LINK = f"https://calendar.example.com/connect/{'s' * 43}"
BY_LINK = (Cause.GRANT_DEAD, Cause.SESSION_EXPIRED, Cause.PERMISSION_MISSING, Cause.EXPIRING)
BY_MENUS = (Cause.CALENDAR_GONE, Cause.LOST_WRITE)
BY_OTHERS = (Cause.ADMIN_POLICY, Cause.SERVICE_OFF)
ENDS = NOW.replace(day=25)


def fresh(cause: Cause, step: int = 0, status: Status | None = None) -> Trouble:
    """As it is sent."""
    url = LINK if cause in BY_LINK else None
    shown = menus(3) if cause in BY_MENUS else None
    snooze = None if cause in BY_OTHERS else "outage-1"
    return Trouble(status or BROKEN_BY[cause], cause, NOW, step, url, shown, ENDS, snooze)


def replaced(trouble: Trouble) -> Trouble:
    """As it becomes once a later step was sent."""
    return replace(trouble, url=None, menus=None, snooze=None)


def variations(trouble: Trouble) -> Iterator[Trouble]:
    yield trouble
    yield replaced(trouble)
    yield replace(trouble, url=None)
    yield replace(trouble, menus=None, ends_at=None)
    yield replace(trouble, snooze=None, is_last=True)
    yield replace(replaced(trouble), is_last=True)


def texts(payload: Any) -> list[str]:
    """Every text a person would read, wherever it stands."""
    if isinstance(payload, str):
        return [payload]
    if isinstance(payload, dict):
        return [text for name, part in payload.items() if name not in _NOT_READ for text in texts(part)]
    if isinstance(payload, list | tuple):
        return [text for part in payload for text in texts(part)]
    return []


_NOT_READ = {"type", "action_id", "block_id", "value", "url", "style", "callback_id"}


def elements(blocks: Any, action_id: str | None = None) -> list[dict[str, Any]]:
    """Every element with this action id; without one every element that has any."""
    if isinstance(blocks, dict):
        wanted = {action_id} if action_id else {blocks.get("action_id", "")}
        mine = [blocks] if blocks.get("action_id") and blocks["action_id"] in wanted else []
        return mine + [found for part in blocks.values() for found in elements(part, action_id)]
    if isinstance(blocks, list | tuple):
        return [found for part in blocks for found in elements(part, action_id)]
    return []

"""What a booking window is made of, and what travels with it: names, plans as text, what stands in the fields. Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.appointments import GRID, LONGEST, LONGEST_PLACE, LONGEST_TITLE, MOST_PEOPLE
from bot.domain.planning import Plan
from bot.slack.blocks import short

WINDOW = "booking"
"""The callback id of all its views."""
SHORTCUT = "book_with_author"
OPEN, NUDGE = "booking_open", "booking_nudge"
PEOPLE, OPTIONAL, LENGTH = "booking_people", "booking_optional", "booking_length"
DAY, EARLIER, LATER, AGAIN = "booking_day", "booking_earlier", "booking_later", "booking_again"
MOST_SLOTS_A_DAY = 24
"""One row of buttons, of which Slack takes 25."""
SLOTS = tuple(f"booking_slot_{number}" for number in range(MOST_SLOTS_A_DAY))
"""Each with the slot's start as its value; the names in one row have to differ."""
BACK = "booking_back"
TITLE, PLACE, VIDEO = "booking_title", "booking_place", "booking_video"

_LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
_ID = 40


def dump(plan: Plan, start: datetime | None = None) -> str:
    """At most 1,300 characters, as people and texts are limited: Slack takes 3,000 with a view, 2,000 with a button."""
    told = {
        "people": list(plan.people[:MOST_PEOPLE]),
        "optional": list(plan.optional[:MOST_PEOPLE]),
        "minutes": plan.minutes,
        "title": _harmless(plan.title, LONGEST_TITLE),
        "place": _harmless(plan.place, LONGEST_PLACE),
        "video": plan.video,
        "day": plan.day.isoformat() if plan.day else None,
        "at": int(plan.at.timestamp()) if plan.at else None,
        "moves": plan.moves[:_ID],
        "start": int(start.timestamp()) if start else None,
    }
    kept = {name: value for name, value in told.items() if value}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


def load(text: object) -> tuple[Plan, datetime | None]:
    """What came along, and which time was chosen. It says what was wanted, and proves nothing."""
    try:
        told = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Plan(), None
    plan = Plan(
        _ids(told.get("people")),
        _ids(told.get("optional")),
        _minutes(told.get("minutes")),
        _text(told.get("title"), LONGEST_TITLE),
        _text(told.get("place"), LONGEST_PLACE),
        told.get("video") is True,
        read_day(told.get("day")),
        read_moment(told.get("at")),
        _text(told.get("moves"), _ID),
    )
    return plan, read_moment(told.get("start"))


def read_menus(values: object) -> dict[str, Any]:
    """People, optional ones and length as they stand in the menus, as fields of a Plan; who types is ahead of us."""
    found: dict[str, Any] = {}
    for name, action in (("people", PEOPLE), ("optional", OPTIONAL)):
        if isinstance(chosen := _part(_entry(values, action), "selected_users"), list):
            found[name] = _ids(chosen)
    length = _part(_part(_entry(values, LENGTH), "selected_option"), "value")
    if isinstance(length, str) and length.isascii() and length.isdigit() and (minutes := _minutes(int(length[:6]))):
        found["minutes"] = minutes
    return found


def read_day(value: object) -> date | None:
    """A day as Slack and we write it."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_moment(value: object) -> datetime | None:
    """Seconds since 1970, as a number or as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)


def read_details(values: object) -> dict[str, Any]:
    """Title, place and video as they were typed, as fields of a Plan; what is not there is left out."""
    found: dict[str, Any] = {}
    for name, action, most in (("title", TITLE, LONGEST_TITLE), ("place", PLACE, LONGEST_PLACE)):
        if (entry := _entry(values, action)) is not None:
            found[name] = _text(_part(entry, "value"), most)
    if (entry := _entry(values, VIDEO)) is not None:
        found["video"] = bool(_part(entry, "selected_options"))
    return found


def _entry(values: object, name: str) -> object:
    """Block and action have the same name."""
    return _part(_part(values, name), name)


def _part(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _ids(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(each[:_ID] for each in found if isinstance(each, str) and each))[:MOST_PEOPLE]


def _minutes(value: object) -> int | None:
    least, most = GRID.total_seconds() / 60, LONGEST.total_seconds() / 60
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if least <= value <= most and not value % least else None


def _harmless(text: str, limit: int) -> str:
    return short(text, limit) if text.strip() else ""


def _text(value: object, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else ""

"""Which calendars may be picked, what they are called in a menu, and the short keys that stand for them."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WRITABLE_ROLES = frozenset({"writer", "owner"})
"""`writerWithoutPrivateAccess` is left out: it may create events but cannot see private ones again."""

LABEL_LIMIT = 75
"""Slack's limit on an option's text."""

_NAME_LIMIT = 500
"""More of a name than anybody will see: Google allows far longer ones, and every character costs."""

_ROLE_WORDS = {
    "owner": "yours",
    "writer": "can edit",
    "writerWithoutPrivateAccess": "can edit, private events hidden",
    "reader": "read only",
    "freeBusyReader": "free/busy only",
}


@dataclass(frozen=True)
class Listed:
    """A calendar as Google lists it, in the words this module needs."""

    id: str
    name: str
    role: str
    primary: bool
    owner: str | None = None


@dataclass(frozen=True)
class Choice:
    """A calendar as a menu offers it. ``key`` stands for it in Slack payloads, ``label`` is unique in the menu."""

    key: str
    label: str
    writable: bool
    primary: bool
    calendar_id: str
    name: str


@dataclass(frozen=True)
class Picks:
    """Keys of what is chosen. The linked calendar always blocks, so it never stands among the conflicts."""

    linked: str | None = None
    conflicts: tuple[str, ...] = ()


def key_of(calendar_id: str) -> str:
    """A calendar's short key: stable, 16 characters, and it tells nothing about the calendar."""
    return hashlib.blake2b(calendar_id.encode(), digest_size=8, person=b"calendar-key").hexdigest()


def clean(name: str) -> str:
    """The name without control, format and bidirectional characters, on one line."""
    if name.isascii() and name.isprintable():
        return " ".join(name[:_NAME_LIMIT].split()) or "(no name)"
    kept = "".join(" " if unicodedata.category(char) in {"Zl", "Zp", "Cc"} else char for char in name[:_NAME_LIMIT])
    kept = "".join(char for char in kept if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"})
    return " ".join(kept.split()) or "(no name)"


def choices(listed: Iterable[Listed]) -> tuple[Choice, ...]:
    """The menu's choices: primary first, then by name; calendars of one name are told apart."""
    named = [(clean(each.name), each) for each in listed]
    named.sort(key=lambda pair: (not pair[1].primary, pair[0].casefold(), pair[1].id))
    names, calendars = [name for name, _ in named], [each for _, each in named]
    labels = _told_apart(calendars, names)
    return tuple(
        Choice(key_of(each.id), label, each.role in WRITABLE_ROLES, each.primary, each.id, name)
        for each, label, name in zip(calendars, labels, names, strict=True)
    )


def search(offered: Sequence[Choice], query: str, *, writable_only: bool, limit: int = 100) -> tuple[Choice, ...]:
    """The choices whose label holds every word of the query, at most ``limit``."""
    words = query[:LABEL_LIMIT].casefold().split()
    found = (
        choice
        for choice in offered
        if (choice.writable or not writable_only) and all(word in choice.label.casefold() for word in words)
    )
    return tuple(choice for choice, _ in zip(found, range(limit), strict=False))


def default_linked(offered: Iterable[Choice]) -> Choice | None:
    """The primary calendar, which is what most people want; None if it cannot be written."""
    return next((choice for choice in offered if choice.primary and choice.writable), None)


def _told_apart(calendars: Sequence[Listed], names: Sequence[str]) -> list[str]:
    labels = [_shortened(name, "") for name in names]
    for hint in (_owner, _role):
        twice = {label for label, count in Counter(labels).items() if count > 1}
        labels = [
            _shortened(name, hint(each)) if label in twice else label
            for each, name, label in zip(calendars, names, labels, strict=True)
        ]
    unique: list[str] = []
    taken: set[str] = set()
    numbers: Counter[str] = Counter()  # of a thousand calendars with one name none is counted from the first again
    for label, name in zip(labels, names, strict=True):
        mine = label
        while mine in taken:
            numbers[label] += 1
            mine = _shortened(name, f"no. {numbers[label] + 1}")
        taken.add(mine)
        unique.append(mine)
    return unique


def _owner(each: Listed) -> str:
    return clean(each.owner) if each.owner else _role(each)


def _role(each: Listed) -> str:
    role = _ROLE_WORDS.get(each.role, each.role)
    return f"{clean(each.owner)}, {role}" if each.owner else role


def _shortened(name: str, hint: str) -> str:
    tail = f" ({hint[:40]})" if hint else ""
    room = LABEL_LIMIT - len(tail)
    return (name if len(name) <= room else name[: room - 1].rstrip() + "…") + tail

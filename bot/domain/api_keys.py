"""Keys of the booking API: what they look like and what they may do."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PER_MINUTE = 120
"""Requests that a key may make in a minute, unless it was made with another number."""
PER_PERSON = 30
"""How often a key may ask for one person's time in a minute: whoever asks more often is watching them."""
MOST_HOLDS = 100
"""Appointments of a key that may be waiting for Google at once."""
_FORM = re.compile(r"cb_([a-z2-7]{12})_([A-Za-z0-9_-]{43})")


class Scope(StrEnum):
    """What a key may do."""

    PEOPLE_READ = "people:read"
    AVAILABILITY_READ = "availability:read"
    APPOINTMENTS_READ = "appointments:read"
    APPOINTMENTS_WRITE = "appointments:write"


@dataclass(frozen=True)
class Key:
    """A key as it is shown, and as it is worked with once it has opened. The secret is not in it."""

    id: str
    team_id: str
    prefix: str
    name: str
    scopes: frozenset[Scope]
    per_minute: int
    created_at: datetime
    created_by: str
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether it was made for this."""
        return scope in self.scopes


def spelt(prefix: str, secret: str) -> str:
    """The key as its owner keeps it."""
    return f"cb_{prefix}_{secret}"


def parsed(text: str) -> tuple[str, str] | None:
    """The public prefix and the secret; None for what cannot be a key."""
    found = _FORM.fullmatch(text)
    return (found[1], found[2]) if found else None

"""What may be changed of an appointment that stands: its time, and its words, for which nothing has to be free."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, repr=False)
class Change:
    """What somebody wants changed, in the words of a ``Wish``; None stays as it is."""

    start: datetime | None = None
    end: datetime | None = None
    """Without it, it lasts as long as it did."""
    title: str | None = None
    place: str | None = None
    video: bool | None = None
    optional: tuple[str, ...] | None = None
    """All of them, by our ids."""
    guests: tuple[str, ...] | None = None
    """All of them, by e-mail address."""

    @property
    def moves(self) -> bool:
        """Whether it names a time."""
        return self.start is not None or self.end is not None

    @property
    def words(self) -> bool:
        """Whether it names anything else."""
        return any(name not in ("start", "end") for name in self.named)

    @property
    def named(self) -> list[str]:
        """What it names."""
        return [each.name for each in fields(self) if getattr(self, each.name) is not None]


@dataclass(frozen=True, repr=False)
class Words:
    """What an appointment is called, where it is, and who is invited without being waited for."""

    title: str
    place: str
    video: bool
    optional: tuple[tuple[str, str | None], ...]
    """Our ids, and where Google's invitations go."""
    guests: tuple[str, ...]
    """E-mail addresses."""

    @property
    def invited(self) -> dict[str, str]:
        """Addresses as they are written, by how they are compared."""
        written = [*(email for _, email in self.optional), *self.guests]
        return {email.lower(): email for email in written if email}

    def lacking(self, wanted: "Words") -> dict[str, Any]:
        """What has to be changed for it to be as wanted: to be kept as JSON, and given to ``but``."""
        names = [each.name for each in fields(self)]
        return {name: getattr(wanted, name) for name in names if getattr(wanted, name) != getattr(self, name)}

    def but(self, changed: Mapping[str, Any]) -> "Words":
        """With what ``lacking`` told, also after it was kept as JSON."""
        told = dict(changed)
        if "optional" in told:
            told["optional"] = tuple((person_id, email) for person_id, email in told["optional"])
        if "guests" in told:
            told["guests"] = tuple(told["guests"])
        return replace(self, **told)

"""The roll-out board: who stands where, as an admin looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.health import Cause
from bot.domain.rollout import NUDGED_AT_MOST, Stage, can_be_nudged

PAGE = 15
"""People on one page of the modal."""
_DEEPEST = 50
"""So many pages are gone through one by one; then a search is quicker, and going back begins at the first."""


@dataclass(frozen=True)
class Line:
    """One person."""

    person_id: str
    user_id: str
    name: str
    email: str | None
    is_guest: bool
    stage: Stage
    cause: Cause | None
    """Why it is broken."""
    since: datetime | None
    """Since when it is broken."""
    account: str | None
    invited_at: datetime | None
    nudged_at: datetime | None

    def can_be_nudged(self, now: datetime) -> bool:
        """Whether there is something for them to do, and they were not asked within a day."""
        rested = self.nudged_at is None or self.nudged_at <= now - NUDGED_AT_MOST
        return rested and can_be_nudged(self.stage, self.cause)


@dataclass(frozen=True)
class Look:
    """What an admin looks at: one stage or all, a part of a name or an e-mail address, and which page."""

    stage: Stage | None = None
    search: str = ""
    trail: tuple[str, ...] = ()
    """The last person of each page gone through, by our id."""

    def at(self, stage: Stage | None) -> "Look":
        """The same search in another stage, from its beginning."""
        return Look(stage, self.search)

    def for_(self, search: str) -> "Look":
        """Another search in the same stage."""
        return Look(self.stage, " ".join(search.split()))

    def after(self, person_id: str) -> "Look":
        """The page after this one."""
        return replace(self, trail=(*self.trail, person_id)[-_DEEPEST:])

    def before(self) -> "Look":
        """The page before this one."""
        return replace(self, trail=self.trail[:-1])


@dataclass(frozen=True)
class Board:
    """One page of it."""

    look: Look
    counts: Mapping[Stage, int]
    lines: tuple[Line, ...]
    more: bool
    """Whether there is a page after this one."""
    now: datetime
    note: str | None = None
    """What was just done."""


@dataclass(frozen=True)
class Nudging:
    """What became of a nudge."""

    asked: int
    lately: int
    """Were asked within a day."""
    nothing_to_do: int = 0

"""Rolling out to a company: how far each person has come, who is invited, and when they are asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from bot.domain.health import Cause, Health
from bot.domain.reminders import within_working_hours


class Stage(StrEnum):
    """How far a person has come."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"
    OPENED = "opened"
    """They have gone on from their link to Google, and not come back connected."""
    CONNECTED = "connected"
    NO_CALENDAR = "no_calendar"
    """Connected, without a linked calendar: appointments cannot be written."""
    BROKEN = "broken"
    DECLINED = "declined"
    LEFT = "left"

    @property
    def can_be_asked(self) -> bool:
        """Whether asking them to connect makes sense."""
        return self in (Stage.NOT_INVITED, Stage.INVITED, Stage.OPENED)


class Audience(StrEnum):
    """Whom an admin invites."""

    EVERYONE = "everyone"
    GROUP = "group"
    CHANNEL = "channel"
    PEOPLE = "people"


@dataclass(frozen=True)
class Choice:
    """What an admin chose in the dialog."""

    audience: Audience
    ids: tuple[str, ...] = ()
    """The user group, the channel, or the people."""
    with_guests: bool = False
    again: bool = False
    """Those who are connected, were invited, or have declined are asked too."""


@dataclass(frozen=True)
class Candidate:
    """Somebody in the audience."""

    is_bot: bool
    is_guest: bool
    stage: Stage


class Left(StrEnum):
    """Why somebody of the audience is not invited."""

    BOTS = "bots"
    GUESTS = "guests"
    GONE = "gone"
    CONNECTED = "connected"
    INVITED = "invited"
    DECLINED = "declined"


_CONNECTED = (Stage.CONNECTED, Stage.NO_CALENDAR, Stage.BROKEN)


def left_out(candidate: Candidate, choice: Choice) -> Left | None:  # noqa: PLR0911 - one return a reason
    """Why not; None: they are invited."""
    if candidate.is_bot:
        return Left.BOTS
    if candidate.stage is Stage.LEFT:
        return Left.GONE
    if candidate.is_guest and not choice.with_guests:
        return Left.GUESTS
    if choice.again:
        return None
    if candidate.stage in _CONNECTED:
        return Left.CONNECTED
    if candidate.stage is Stage.DECLINED:
        return Left.DECLINED
    return Left.INVITED if candidate.stage is not Stage.NOT_INVITED else None


NUDGE = 9
"""The step of an admin's nudge: it stands beside the ladder, and nothing follows it."""
NUDGED_AT_MOST = timedelta(days=1)
"""Nobody is nudged more often."""

_NUDGED = (Stage.NOT_INVITED, Stage.INVITED, Stage.OPENED, Stage.NO_CALENDAR, Stage.BROKEN)


def can_be_nudged(stage: Stage, cause: Cause | None) -> bool:
    """Whether there is something that they could do. Who waits for a Google administrator is not bothered."""
    return stage in _NUDGED and not (stage is Stage.BROKEN and cause is not None and cause.health is Health.BLOCKED)


def mended_by_choice(stage: Stage, cause: Cause | None) -> bool:
    """Whether another choice of calendars is what they are asked for, and not a consent at Google."""
    if stage is not Stage.BROKEN or cause is None:
        return stage is Stage.NO_CALENDAR
    return cause.health in (Health.CALENDAR_GONE, Health.LOST_WRITE)


_AGAIN = (timedelta(days=3), timedelta(days=7))


def next_step(step: int, invited_at: datetime, zone: tzinfo) -> datetime | None:
    """When somebody who was invited then is asked again, in UTC; None: they are left in peace."""
    return within_working_hours(invited_at + _AGAIN[step], zone) if step < len(_AGAIN) else None


def time_left(done: int, total: int, took: timedelta) -> timedelta | None:
    """How long the rest will take at the pace so far; None while there is none."""
    return took / done * (total - done) if done and total > done else None

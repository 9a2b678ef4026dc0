"""Rolling out to a company: how far each person has come, who is invited, and when they are asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

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


_AGAIN = (timedelta(days=3), timedelta(days=7))


def next_step(step: int, invited_at: datetime, zone: tzinfo) -> datetime | None:
    """When somebody who was invited then is asked again, in UTC; None: they are left in peace."""
    return within_working_hours(invited_at + _AGAIN[step], zone) if step < len(_AGAIN) else None


def time_left(done: int, total: int, took: timedelta) -> timedelta | None:
    """How long the rest will take at the pace so far; None while there is none."""
    return took / done * (total - done) if done and total > done else None

"""Why an appointment is not changed, moved or cancelled as it stands, in a sentence that says so."""

from datetime import datetime

from bot.domain.appointments import State
from bot.domain.changes import Change
from bot.errors import AvailabilityUnknown, BotError, GoogleUnavailable, NotBookable, SlotTaken
from bot.services.diaries import Bookable
from bot.services.outbox import BROKEN, Outcome, Result
from bot.services.portraits import Loaded
from bot.services.writing import REFUSED

STANDS = (State.CONFIRMED, State.CONFLICT)
_LEFT = "Its host has disconnected the calendar that it is in, so I can no longer move or cancel it: please do that in "
_STATES = {
    State.HELD: "This appointment is not in Google yet, so it cannot be changed just now.",
    State.CANCELLING: "This appointment was cancelled.",
    State.CANCELLED: "This appointment was cancelled.",
    State.FAILED: "This appointment never came about.",
}
_WAITS = "Another change of this appointment is on its way to Google, so it cannot be changed just now."


def must_be_followed(loaded: Loaded, host: Bookable | None, *, field: str | None = None) -> None:
    """What its host has left behind is out of our reach, and stays so. Raises NotBookable."""
    row = loaded.row
    gone = host is None or host.account is None
    if row.state in STANDS and (row.reason == "host_left" or gone):
        raise NotBookable("host_left", f"{_LEFT}Google.", field=field)


def must_be_ahead(loaded: Loaded, now: datetime, *, field: str | None = None) -> None:
    """Nobody is written to because of what is past. Raises NotBookable."""
    if loaded.row.state in STANDS and loaded.row.ends_at <= now:
        raise NotBookable("over", "This appointment is over.", field=field)


def not_now(loaded: Loaded, change: Change) -> NotBookable:
    """Of one that is not there, or has another change before it."""
    sentence = _STATES.get(State(loaded.row.state), _WAITS)
    if change.moves:
        return NotBookable("not_movable", sentence, field="start")
    return NotBookable("not_changeable", sentence, field=next(iter(change.named), None))


def of_words(outcome: Outcome, field: str) -> BotError:
    """Of words alone: a connection may be mended, a calendar that cannot be written to is another matter."""
    if outcome.reason in BROKEN:
        return GoogleUnavailable()
    return NotBookable(outcome.reason, "Google does not let this appointment be changed.", field=field)


def met(outcome: Outcome) -> None:
    """Raises what an attempt was refused for, if it was."""
    if outcome.result is Result.TAKEN:
        raise SlotTaken
    if outcome.reason == REFUSED and outcome.result is Result.UNKNOWN:
        raise NotBookable(
            REFUSED,
            "Google does not accept it as it is asked for. Most often that is the address of somebody who is invited.",
        )
    if outcome.result is Result.UNKNOWN:
        raise AvailabilityUnknown(outcome.reason)

"""What `calendar-bot probe` prints of one connection."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain import faults
from bot.domain.faults import Blame
from bot.domain.health import Health, Refused
from bot.domain.incidents import incident
from bot.domain.picks import clean
from bot.services.looking import Look
from storage.standing import Standing


@dataclass(frozen=True)
class Verdict:
    """One line. ``answered``: Google said something about this person, good or bad."""

    whose: Standing
    words: str
    ok: bool = False
    answered: bool = True

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"{clean(self.whose.account)} ({self.whose.user_id} in {self.whose.team_id}): {self.words}"


def verdict(after: Standing, look: Look | None, confirm_after: timedelta) -> Verdict:
    """How a connection stands after a look at it; None: somebody else was looking at it."""
    known, ok = _known(after, confirm_after)
    if look is None:
        if after.health == Health.DISCONNECTED:
            return Verdict(after, known)
        return Verdict(after, f"being looked at by another process; before that it was {known}", ok=ok)
    if look.signal is None:
        return Verdict(after, f"could not be asked: {_why(look.verdict)}", answered=False)
    if isinstance(look.signal, Refused) and after.cause is None and after.strike_cause is None:
        return Verdict(after, f"refused: {look.signal.cause}, which counts for nothing while an incident is open")
    return Verdict(after, known, ok=ok)


def _known(after: Standing, confirm_after: timedelta) -> tuple[str, bool]:
    health = Health(after.health)
    if after.strike_at is not None and (health.works or health is Health.SUSPECT):
        again = after.strike_at + confirm_after
        return f"suspect: {after.strike_cause}, believed if it is so again after {again:%H:%M} UTC", False
    if health is Health.EXPIRING and after.refresh_expires_at is not None:
        return f"ok, until Google ends the permission on {after.refresh_expires_at:%d %B %Y}", True
    if health.works:
        return "ok", True
    return f"{health}: {after.cause}" if after.cause else str(health), False


def _why(found: faults.Verdict | None) -> str:
    """A look without a verdict has met a bug, or a grant that does not open; both are logged."""
    if found is None:
        return "see the log"
    if found.blame in (Blame.OPERATOR, Blame.WORKSPACE_ADMIN) or found.alert:
        return f"{found.code} ({incident(found.code).what})"
    return found.code

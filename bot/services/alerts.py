"""Telling the people who run the bot, once an hour at most for one cause."""

from collections.abc import Callable, Sequence

import structlog

from bot.domain.faults import Verdict
from bot.domain.incidents import incident
from bot.domain.notices import OperatorAlert
from bot.domain.people import Who
from bot.errors import BotError
from bot.ports import Clock, Directory, Notifier
from storage import work
from storage.database import Database

log = structlog.get_logger()


class Alerts:
    """Goes to OPERATOR_CHANNEL; without one to ADMINS, else to the workspace's owners, by DM."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        notifier: Notifier,
        clock: Clock,
        later: Callable[[Callable[[], object]], object],
        *,
        channel: str | None,
        admins: Sequence[str],
    ) -> None:
        self._database = database
        self._directory = directory
        self._notifier = notifier
        self._clock = clock
        self._later = later
        self._channel = channel
        self._admins = admins

    def raise_for(self, team_id: str, verdict: Verdict) -> None:
        """One alert for this cause; it is sent behind the back of whoever ran into it."""
        log.error("operator_alert", code=verdict.code, blame=str(verdict.blame), team=team_id)
        now = self._clock.now()
        with self._database.transaction() as session:
            first = work.claim_once(session, f"alert:{team_id}:{verdict.code}:{now:%Y%m%d%H}", now)
        if first:
            self._later(lambda: self._send(team_id, verdict.code))

    def _send(self, team_id: str, code: str) -> None:
        found = incident(code)
        alert = OperatorAlert(found.what, found.mend)
        if self._channel:
            self._notifier.tell_channel(team_id, self._channel, alert)
            return
        people = [Who(team_id, admin) for admin in self._admins] or list(self._directory.owners(team_id))
        for who in people:
            try:
                self._notifier.tell(who, alert)
            except BotError as error:  # one who cannot be reached must not keep it from the others
                log.warning("operator_alert_undelivered", code=code, user=who.user_id, error=type(error).__name__)

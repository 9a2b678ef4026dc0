"""What people may ask for: to be handed everything that is stored about them, and to have it deleted."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

import structlog

from bot.domain.notices import MessageRef
from bot.domain.people import Who
from bot.errors import BotError, TooMany
from bot.ports import Clock, Directory, Files, Notifier
from bot.services.calendars import CalendarPicks
from bot.services.connections import Connections
from bot.services.erasures import mark
from bot.services.tickets import admit
from storage import audit, connections, erasures, my_data, people, quotas
from storage.database import Database

log = structlog.get_logger()

_A_WHILE = timedelta(minutes=10)
_AT_MOST = 3
_TAKEN_BACK = 50
"""Messages of ours that are removed after a deletion: Slack takes about so many a minute."""
_COMMENT = "Everything that I have stored about you. Keys and passwords are not in it; of your events there is nothing."


@dataclass(frozen=True)
class Erased:
    """What a deletion did. ``account`` was connected until then; ``revoked`` is False when Google could not be told."""

    account: str | None = None
    revoked: bool = True


class MyData:
    """``redraw`` draws the Home tab; ``farewell`` tells others of appointments that the disconnected leave behind."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        picks: CalendarPicks,
        directory: Directory,
        notifier: Notifier,
        files: Files,
        clock: Clock,
        later: Callable[[Callable[[], object]], object],
        redraw: Callable[[Who], object],
        farewell: Callable[[], object],
    ) -> None:
        self._database = database
        self._connections = connections
        self._picks = picks
        self._directory = directory
        self._notifier = notifier
        self._files = files
        self._clock = clock
        self._later = later
        self._redraw = redraw
        self._farewell = farewell

    def send(self, who: Who) -> None:
        """A file into their direct messages. Raises NotAnEmployee, TooMany, and what Files raises."""
        self._refuse_strangers(who)
        self._refuse_too_many(who, "send")
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            told = my_data.everything(session, person) if person is not None else {}
        whole = {
            "slack": {"workspace": who.team_id, "user": who.user_id},
            "as_of": self._clock.now().isoformat(),
            **told,
        }
        body = BytesIO(json.dumps(whole, ensure_ascii=False, indent=2).encode())
        self._files(who, body, "my-data.json", "application/json", "My data", _COMMENT)
        log.info("data_sent", team=who.team_id, user=who.user_id)

    def erase(self, who: Who) -> Erased:
        """End the connection, delete every row about them, and remember only that somebody wanted that.

        Google being down stops nothing. Raises NotAnEmployee, TooMany.
        """
        self._refuse_strangers(who)
        self._refuse_too_many(who, "erase")
        erased, standing = Erased(), None
        while standing is None:
            dropped = self._connections.drop(who)
            erased = Erased(dropped.account, dropped.revoked) if dropped else erased
            self._farewell()  # what others are to be told goes with the rows
            standing = self._erased(who, erased)
        self._picks.forget(who)
        self._database.scrub()
        self._later(lambda: self._tidy_up(who, standing))
        log.info("data_erased", team=who.team_id)
        return erased

    def _erased(self, who: Who, erased: Erased) -> Sequence[MessageRef] | None:
        """Which messages still stand; None when a consent came in between, which has to be ended first."""
        now = self._clock.now()
        with self._database.transaction() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            standing = []
            if person is not None:
                people.lock(session, person.id)
                row = connections.of(session, person.id)
                if row is not None and row.grant is not None:
                    return None
                standing = [MessageRef(*each) for each in my_data.messages(session, person, _TAKEN_BACK)]
                my_data.erase(session, person)
            erasures.note(session, mark(who), now)
            detail = {"google_told": "yes" if erased.revoked else "no"} if erased.account else {}
            audit.record(session, now=now, team_id=who.team_id, user_id="", action="data_erased", detail=detail)
        return standing

    def _tidy_up(self, who: Who, standing: Sequence[MessageRef]) -> None:
        """Their conversation with us, as far as Slack lets us: what stands there has done its work."""
        self._redraw(who)
        for message in standing:
            try:
                self._notifier.take_back(who.team_id, message)
            except BotError as error:
                log.info("messages_left", team=who.team_id, error=type(error).__name__)
                return

    def _refuse_strangers(self, who: Who) -> None:
        """Of whom nothing is stored, Slack has to know: a click from elsewhere leaves no trace here."""
        with self._database.reading() as session:
            known = people.by_slack(session, who.team_id, who.user_id)
        if known is None:
            admit(self._directory.profile(who))

    def _refuse_too_many(self, who: Who, what: str) -> None:
        now = self._clock.now()
        window = int(now.timestamp() // _A_WHILE.total_seconds())
        key = f"my-data:{what}:{window}:{mark(who)}"
        with self._database.transaction() as session:
            if not quotas.reserve(session, key, now + _A_WHILE, 1, _AT_MOST):
                raise TooMany

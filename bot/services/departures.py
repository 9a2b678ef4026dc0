"""People and workspaces that leave: nobody can act for them any more, so nothing of theirs may go on working."""

from datetime import datetime, timedelta

import structlog

from bot.domain.people import Who
from bot.errors import BotError, GoogleUnavailable, NotAnEmployee, SlackUnavailable
from bot.ports import Clock, Directory
from bot.services.calendars import CalendarPicks
from bot.services.connections import Connections, Dropped
from bot.services.workspaces import Workspaces
from storage import audit, errands, leaving, people
from storage.database import Database
from storage.tables import new_id

log = structlog.get_logger()

GRACE = timedelta(hours=1)
"""Whoever removes the app often installs it again at once, and then everybody stays connected."""
PATIENCE = timedelta(hours=20)
"""How long Google is tried to be told that a grant is over. After that it is erased all the same, within the day."""
_AGAIN, _LEASE = timedelta(minutes=15), timedelta(minutes=10)
_BATCH, _BATCHES = 50, 10
_PEOPLE, _ENDING = "departures", "ending:"


class Departures:
    """What a deactivation in Slack, and the app's removal from a workspace, ask of us. Who comes back connects anew."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        connections: Connections,
        picks: CalendarPicks,
        workspaces: Workspaces,
        clock: Clock,
    ) -> None:
        self._database = database
        self._directory = directory
        self._connections = connections
        self._picks = picks
        self._workspaces = workspaces
        self._clock = clock

    def left(self, who: Who) -> None:
        """Slack says so; but its word may come late, after they are back, so it is asked.

        Raises SlackUnavailable, and GoogleUnavailable when Google is to be told later: ``see_off`` does so.
        """
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
        if person is not None and self._directory.profile(who).deleted:
            self._end(who, person.id, insists=True)

    def uninstalled(self, team_id: str) -> None:
        """Slack says that the app is no longer wanted there. Raises SlackUnavailable; it is looked at again later."""
        now = self._clock.now()
        with self._database.transaction() as session:
            errands.begin(session, _ENDING + team_id, now, now + GRACE)
        self._workspaces.uninstall(team_id)

    def see_off(self) -> None:
        """Go on with what could not be ended at once: whoever's grant is left, and whole workspaces, piece by piece."""
        self._people_who_left()
        with self._database.reading() as session:
            due = errands.due(session, _ENDING, self._clock.now())
        for key in due:
            lease, now = new_id(), self._clock.now()
            with self._database.transaction() as session:
                since = errands.claim(session, key, now, lease, now + _LEASE)
            if since is not None:
                self._workspace(key, lease, since)

    # --- people -----------------------------------------------------------------------------------------------------

    def _people_who_left(self) -> None:
        with self._database.reading() as session:
            if not leaving.with_grants(session, 1):
                return
        lease, now = new_id(), self._clock.now()
        with self._database.transaction() as session:
            mine = errands.claim(session, _PEOPLE, now, lease, now + _LEASE)
        if mine is None:
            return
        with self._database.reading() as session:
            gone = leaving.with_grants(session, _BATCH * _BATCHES)
        wait = timedelta()
        for person_id, team_id, user_id, since in gone:
            try:
                self._still_gone(Who(team_id, user_id), person_id, insists=now - since < PATIENCE)
            except BotError as error:
                log.warning("departure_put_off", team=team_id, user=user_id, error=type(error).__name__)
                wait = _AGAIN
                if isinstance(error, SlackUnavailable) and error.retry_after:
                    break
        with self._database.transaction() as session:
            errands.put_off(session, _PEOPLE, lease, self._clock.now() + wait)

    def _still_gone(self, who: Who, person_id: str, *, insists: bool) -> None:
        try:
            is_gone = self._directory.profile(who).deleted
        except NotAnEmployee:  # Slack said before that they have left, and has now forgotten them altogether
            is_gone = True
        if is_gone:
            self._end(who, person_id, insists=insists)
            return
        with self._database.transaction() as session:
            leaving.is_back(session, person_id)

    def _end(self, who: Who, person_id: str, *, insists: bool) -> None:
        with self._database.transaction() as session:
            ended = leaving.note(session, person_id, self._clock.now())
        dropped = self._connections.drop(who, insists=insists)
        self._picks.forget(who)
        if dropped or ended:
            with self._database.transaction() as session:
                audit.record(
                    session,
                    now=self._clock.now(),
                    team_id=who.team_id,
                    user_id=who.user_id,
                    action="left",
                    detail=_told(dropped),
                )
        log.info("person_left", team=who.team_id, user=who.user_id)

    # --- workspaces -------------------------------------------------------------------------------------------------

    def _workspace(self, key: str, lease: str, since: datetime) -> None:
        team_id = key.removeprefix(_ENDING)
        try:
            if not self._workspaces.uninstall(team_id):  # it was a mistake, or they are back
                self._finish(key)
                return
            with self._database.transaction() as session:
                leaving.silence(session, team_id, self._clock.now())
            is_done = self._ended_in_batches(key, team_id, lease, insists=self._clock.now() - since < PATIENCE)
        except BotError as error:
            log.warning("departure_put_off", team=team_id, error=type(error).__name__)
            self._put_off(key, lease, _AGAIN)
            return
        if not is_done:
            self._put_off(key, lease, timedelta())
            return
        with self._database.transaction() as session:
            now = self._clock.now()
            audit.record(session, now=now, team_id=team_id, user_id="", action="workspace_left", detail={})
        self._finish(key, f"directory:{team_id}")
        log.info("workspace_left", team=team_id)

    def _ended_in_batches(self, key: str, team_id: str, lease: str, *, insists: bool) -> bool:
        """Whether nobody of the workspace is connected any more. What was ended before a crash stays so."""
        for _ in range(_BATCHES):
            now = self._clock.now()
            with self._database.transaction() as session:
                if not errands.extend(session, key, lease, now + _LEASE):
                    raise GoogleUnavailable  # we took too long, and another process is at it
                connected = leaving.connected_in(session, team_id, _BATCH)
            for user_id in connected:
                self._connections.drop(Who(team_id, user_id), insists=insists)
                self._picks.forget(Who(team_id, user_id))
            if len(connected) < _BATCH:
                return True
        return False

    def _put_off(self, key: str, lease: str, wait: timedelta) -> None:
        with self._database.transaction() as session:
            errands.put_off(session, key, lease, self._clock.now() + wait)

    def _finish(self, *keys: str) -> None:
        with self._database.transaction() as session:
            errands.drop(session, keys)


def _told(dropped: Dropped | None) -> dict[str, str]:
    return {} if dropped is None else {"google_told": "yes" if dropped.revoked else "no"}

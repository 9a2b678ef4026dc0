"""People who leave: nobody can act for them any more, so nothing of theirs may go on working."""

import structlog

from bot.domain.people import Who
from bot.ports import Clock, Directory
from bot.services.calendars import CalendarPicks
from bot.services.connections import Connections
from storage import people, tickets
from storage.database import Database

log = structlog.get_logger()


class Departures:
    """What a deactivation in Slack asks of us. Whoever comes back connects anew."""

    def __init__(
        self, database: Database, directory: Directory, connections: Connections, picks: CalendarPicks, clock: Clock
    ) -> None:
        self._database = database
        self._directory = directory
        self._connections = connections
        self._picks = picks
        self._clock = clock

    def left(self, who: Who) -> None:
        """Slack says so; but its word may come late, after they are back, so it is asked. Raises SlackUnavailable."""
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
        if person is None or not self._directory.profile(who).deleted:
            return
        with self._database.transaction() as session:
            open_ones = [ticket.id for ticket in tickets.others(session, person.id)]
            tickets.close(session, open_ones, self._clock.now())
        self._connections.drop(who)
        self._picks.forget(who)
        log.info("person_left", team=who.team_id, user=who.user_id)

"""Whose address in Slack has changed is asked once whether the Google account is still their own."""

from datetime import datetime, timedelta

import structlog

from bot.domain.notices import AccountQuestioned, ConnectLink, MessageRef
from bot.domain.people import Who
from bot.errors import BotError, NotAnEmployee, SlackUnavailable, Unreachable
from bot.ports import Clock, Notifier
from bot.services.invitations import has_room
from bot.services.tickets import Tickets
from storage import connections, errands, people
from storage.database import Database
from storage.tables import new_id

log = structlog.get_logger()

_CONFIRM = "confirm:"
_AT_ONCE = 45
_LEASE, _LATER = timedelta(minutes=3), timedelta(minutes=5)


class Confirmations:
    """The connection goes on working meanwhile; their personal link, with its proof of who they are, settles it."""

    def __init__(self, database: Database, notifier: Notifier, tickets: Tickets, clock: Clock) -> None:
        self._database = database
        self._notifier = notifier
        self._tickets = tickets
        self._clock = clock

    def deliver(self) -> None:
        """Ask whoever is to be asked, as far as Slack's allowance reaches."""
        with self._database.reading() as session:
            due = errands.due(session, _CONFIRM, self._clock.now(), _AT_ONCE)
        for key in due:
            lease, now = new_id(), self._clock.now()
            with self._database.transaction() as session:
                since = errands.claim(session, key, now, lease, now + _LEASE)
            if since is None:
                continue
            wait = self._tried(key, since)
            with self._database.transaction() as session:
                if wait is None:
                    errands.drop(session, [key])
                else:
                    errands.put_off(session, key, lease, self._clock.now() + wait)

    def _tried(self, key: str, since: datetime) -> timedelta | None:
        """How long to wait for the next try; None: there is none."""
        try:
            return self._asked(key, since)
        except (Unreachable, NotAnEmployee):
            return None
        except SlackUnavailable as unavailable:
            return max(_LATER, timedelta(seconds=unavailable.retry_after or 0))
        except BotError as error:
            log.warning("question_put_off", error=type(error).__name__)
            return _LATER

    def _asked(self, key: str, since: datetime) -> timedelta | None:
        now, person_id = self._clock.now(), key.removeprefix(_CONFIRM)
        with self._database.transaction() as session:
            person = people.by_id(session, person_id)
            row = connections.of(session, person_id) if person else None
            if person is None or row is None or row.grant is None or row.connected_at >= since:
                return None  # they are gone, or have proved it since
            if not has_room(session, person.team_id, now):
                return timedelta(minutes=1)
            who, account = Who(person.team_id, person.user_id), row.google_email
        mark = f"{key}:{since:%Y%m%d%H%M%S}"
        if self._notifier.find(who, mark, since) is None:
            self._tickets.enclose(who, lambda link: self._told(who, account, link, mark), posted=True)
            log.info("account_questioned", team=who.team_id, user=who.user_id)
        return None

    def _told(self, who: Who, account: str, link: ConnectLink, mark: str) -> MessageRef:
        return self._notifier.tell(who, AccountQuestioned(account, link.url, link.expires_at), mark=mark)

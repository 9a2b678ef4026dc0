"""Personal connect links: who gets one, and what becomes of the older ones."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.health import Health
from bot.domain.notices import ConnectLink, LinkReplaced, MessageRef
from bot.domain.people import Profile, Who
from bot.errors import BotError, NotAnEmployee, SlackUnavailable, TooMany
from bot.ports import Clock, Directory, Notifier
from bot.services.connections import Connections
from bot.settings import CONSENT_LIVES, LINK_LIVES
from storage import flows, people, tickets
from storage.database import Database

SECRET_BYTES = 32
A_WHILE = timedelta(minutes=10)
AT_MOST_IN_A_WHILE = 100
"""Links for one person, and starts of one link. Each costs questions to Slack, of which everybody needs their share."""


def digest(secret: str) -> str:
    """How a 256-bit secret is stored: a stolen database opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def admit(profile: Profile) -> Profile:
    """The profile, if this person may connect. Guests may; strangers of other workspaces, bots and leavers may not."""
    if profile.is_bot or profile.deleted or profile.home_team_id != profile.who.team_id:
        raise NotAnEmployee
    return profile


class Tickets:
    """Sends people their personal link by direct message."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        notifier: Notifier,
        connections: Connections,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._database = database
        self._directory = directory
        self._notifier = notifier
        self._connections = connections
        self._clock = clock
        self._public_url = public_url

    def send(self, who: Who) -> None:
        """A fresh link by DM; older links die, and their messages say so.

        The old link dies only once the new one has arrived. Raises TooMany, NotAnEmployee, and what Notifier raises.
        """
        self._refuse_too_many(who)
        admit(self._directory.profile(who))
        status = self._connections.status(who)
        account = status.account if status.health is not Health.DISCONNECTED else None
        self._sent(who, lambda link: self._notifier.tell(who, replace(link, account=account)), posted=True)

    def enclose(self, who: Who, tell: Callable[[ConnectLink], MessageRef], *, posted: bool = False) -> MessageRef:
        """Have ``tell`` send a fresh link inside another message. Older links die, save one that a browser is on.

        With ``posted`` that message is edited when the link has done its work or is replaced; without, it is its
        sender's to edit. Raises whatever ``tell`` raises; then nothing has changed, except that a message that may
        have arrived all the same has a link that works.
        """
        return self._sent(who, tell, posted=posted)

    def _sent(self, who: Who, tell: Callable[[ConnectLink], MessageRef], *, posted: bool) -> MessageRef:
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock.now()
        with self._database.transaction() as session:
            person = people.ensure(session, who.team_id, who.user_id, now)
            ticket = tickets.open_for(session, person, digest(secret), now, now + LINK_LIVES)
            person_id, ticket_id, order = person.id, ticket.id, ticket.created_at
        try:
            message = tell(ConnectLink(f"{self._public_url}/connect/{secret}", now + LINK_LIVES))
        except BotError as error:
            # A message whose fate nobody knows may stand there, and then its button must work.
            if not (isinstance(error, SlackUnavailable) and error.lost):
                with self._database.transaction() as session:
                    tickets.close(session, [ticket_id], self._clock.now())
            raise
        with self._database.transaction() as session:
            if posted:
                tickets.posted(session, ticket_id, message.channel, message.ts)
            # Only older ones: of two links sent at the same moment the later must survive.
            older = [other for other in tickets.others(session, person_id, ticket_id) if other.created_at < order]
            if not posted:  # nobody asked for this one: whoever is at Google already with another arrives
                older = [other for other in older if not flows.begun_since(session, other.id, now - CONSENT_LIVES)]
            tickets.close(session, [other.id for other in older], self._clock.now())
            messages = [MessageRef(other.channel, other.ts) for other in older if other.channel and other.ts]
            if posted and tickets.live_by_id(session, ticket_id, now) is None:  # a later one arrived earlier
                messages.append(message)
        for old in messages:
            self._notifier.edit(who.team_id, old, LinkReplaced())
        return message

    def _refuse_too_many(self, who: Who) -> None:
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            since = self._clock.now() - A_WHILE
            if person and tickets.opened_since(session, person.id, since) >= AT_MOST_IN_A_WHILE:
                raise TooMany

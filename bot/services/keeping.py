"""Keeping what a consent gave: the grant is stored, and everything that hung on the older one is over."""

from collections.abc import Callable
from datetime import timedelta

from bot.domain.people import Profile
from bot.domain.risc import token_hash, token_prefix
from bot.ports import Clock, Consented
from bot.services.grants import Grants, grant_aad
from bot.services.tickets import digest
from bot.services.trips import Trip, entry
from storage import audit, connections, flows, outages, people, probes, roster, rounds, tickets
from storage.crypto import Sealer
from storage.database import Database


class Keeping:
    """``deliver`` has the messages of an outage say that it is over."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        grants: Grants,
        clock: Clock,
        deliver: Callable[[], object],
        *,
        probe_every: timedelta,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._grants = grants
        self._clock = clock
        self._deliver = deliver
        self._probe_every = probe_every

    def keep(self, trip: Trip, profile: Profile, consented: Consented, refresh_token: str) -> None:
        """All of it or nothing. Raises connections.AccountHeld, tickets.Closed."""
        now = self._clock.now()
        with self._database.transaction() as session:
            connection_id = connections.reserve_id(session, trip.person_id)
            tickets.use_up(session, trip.ticket_id, now)
            row = connections.connect(
                session,
                id=connection_id,
                person_id=trip.person_id,
                team_id=trip.who.team_id,
                google_sub=consented.sub,
                google_email=consented.email,
                hosted_domain=consented.hosted_domain,
                scopes=" ".join(sorted(consented.access.scopes)),
                grant=self._sealer.seal(refresh_token, grant_aad(connection_id, trip.who)),
                token_hash=token_hash(refresh_token),
                token_prefix=digest(token_prefix(refresh_token)),
                refresh_expires_at=consented.refresh_expires_at,
                now=now,
            )
            version = row.token_version
            outages.close(session, connection_id, now, healed=True)
            probes.begin(session, connection_id, now + self._probe_every)
            people.remember_profile(
                session,
                trip.person_id,
                name=profile.name,
                email=profile.email,
                time_zone=profile.time_zone,
                locale=profile.locale,
            )
            rounds.call_off(session, trip.person_id)
            roster.note(session, trip.person_id, declined_at=None)
            flows.finish(session, trip.flow_id, "connected", account=consented.email)
            audit.record(session, **entry(trip, "connected", now))
        self._grants.keep(connection_id, version, consented.access)
        self._deliver()

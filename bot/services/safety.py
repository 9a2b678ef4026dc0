"""Google's security events: what they say about a grant counts at once, because Google has signed it."""

from collections.abc import Callable, Sequence

import structlog

from bot.domain.health import Cause, Refused
from bot.domain.people import Who
from bot.domain.risc import RiscEvent, RiscKind
from bot.ports import Clock
from bot.services.monitoring import Monitoring
from bot.services.tickets import digest
from storage import audit, connections, people, probes, work
from storage.database import Database
from storage.tables import Connection

log = structlog.get_logger()

_ENDS_GRANTS = frozenset({RiscKind.TOKENS_REVOKED, RiscKind.TOKEN_REVOKED, RiscKind.ACCOUNT_DISABLED})
_HIJACKED = "hijacking"
_DOUBTS = frozenset({RiscKind.SESSIONS_REVOKED, RiscKind.ACCOUNT_CREDENTIAL_CHANGE_REQUIRED, RiscKind.ACCOUNT_ENABLED})
"""They do not say that our grant is dead, only that it is worth a look."""


class Safety:
    """Receives verified events. Each token is acted on once, however often it is delivered.

    ``disconnect`` ends a connection, at Google too as far as it listens, and says so to its owner.
    """

    def __init__(
        self,
        database: Database,
        monitoring: Monitoring,
        clock: Clock,
        later: Callable[[Callable[[], object]], object],
        look: Callable[[], object],
        disconnect: Callable[[Who], object],
    ) -> None:
        self._database = database
        self._monitoring = monitoring
        self._clock = clock
        self._later = later
        self._look = look
        self._disconnect = disconnect

    def receive(self, events: Sequence[RiscEvent]) -> None:
        """Claim one token's events, and act on them after the answer."""
        if not events:
            return
        with self._database.transaction() as session:
            first = work.claim_once(session, f"risc:{digest(events[0].jti)}", self._clock.now())
        if first:
            self._later(lambda: self._act(events))

    def _act(self, events: Sequence[RiscEvent]) -> None:
        for event in events:
            for row in self._concerned(event):
                if _ends_everything(event):
                    self._end(row, event)
                elif event.kind in _ENDS_GRANTS:
                    # The same words as for a grant that we find dead: why it died is for Google to tell.
                    self._monitoring.observe(row.id, row.token_version, Refused(Cause.GRANT_DEAD, certain=True))
                elif event.kind in _DOUBTS:
                    with self._database.transaction() as session:
                        probes.soon(session, row.id, self._clock.now())
                    self._look()

    def _end(self, row: Connection, event: RiscEvent) -> None:
        with self._database.transaction() as session:
            person = people.by_id(session, row.person_id)
            if person is None:
                return
            who, detail = Who(person.team_id, person.user_id), {"reason": event.reason} if event.reason else {}
            audit.record(
                session,
                now=self._clock.now(),
                team_id=who.team_id,
                user_id=who.user_id,
                action=str(event.kind),
                detail=detail,
            )
        self._disconnect(who)
        log.info("account_ended", kind=str(event.kind), team=who.team_id, user=who.user_id)

    def _concerned(self, event: RiscEvent) -> list[Connection]:
        """Whoever holds what the event names, unless they have connected anew since it happened."""
        with self._database.reading() as session:
            if event.sub is not None:
                found = connections.named_by(session, google_sub=event.sub)
            elif event.token_hash is not None:
                found = connections.named_by(session, token_hash=event.token_hash)
            elif event.token_prefix is not None:
                found = connections.named_by(session, token_prefix=digest(event.token_prefix))
            else:
                return []
        # Google tells whole seconds.
        return [row for row in found if event.issued_at >= row.connected_at.replace(microsecond=0)]


def _ends_everything(event: RiscEvent) -> bool:
    """The account is gone for good; or somebody else was in it, and may have given us the grant."""
    is_hijacked = event.kind is RiscKind.ACCOUNT_DISABLED and event.reason == _HIJACKED
    return event.kind is RiscKind.ACCOUNT_PURGED or is_hijacked

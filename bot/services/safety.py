"""Google's security events: what they say about a grant counts at once, because Google has signed it."""

from collections.abc import Callable, Sequence

import structlog

from bot.domain.health import Cause, Refused
from bot.domain.risc import RiscEvent, RiscKind
from bot.ports import Clock
from bot.services.monitoring import Monitoring
from bot.services.tickets import digest
from storage import connections, probes, work
from storage.database import Database
from storage.tables import Connection

log = structlog.get_logger()

_ENDS_GRANTS = frozenset(
    {RiscKind.TOKENS_REVOKED, RiscKind.TOKEN_REVOKED, RiscKind.ACCOUNT_DISABLED, RiscKind.ACCOUNT_PURGED}
)
_DOUBTS = frozenset({RiscKind.SESSIONS_REVOKED, RiscKind.ACCOUNT_CREDENTIAL_CHANGE_REQUIRED, RiscKind.ACCOUNT_ENABLED})
"""They do not say that our grant is dead, only that it is worth a look."""


class Safety:
    """Receives verified events. Each token is acted on once, however often it is delivered."""

    def __init__(
        self,
        database: Database,
        monitoring: Monitoring,
        clock: Clock,
        later: Callable[[Callable[[], object]], object],
        look: Callable[[], object],
    ) -> None:
        self._database = database
        self._monitoring = monitoring
        self._clock = clock
        self._later = later
        self._look = look

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
                if event.kind in _ENDS_GRANTS:
                    # The same words as for a grant that we find dead: why it died is for Google to tell.
                    self._monitoring.observe(row.id, row.token_version, Refused(Cause.GRANT_DEAD, certain=True))
                elif event.kind in _DOUBTS:
                    with self._database.transaction() as session:
                        probes.soon(session, row.id, self._clock.now())
                    self._look()

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

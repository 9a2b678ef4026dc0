"""Who is connected, with which account, and calls to Google in their name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.faults import Blame, GoogleFault, Verdict
from bot.domain.health import Cause, Health
from bot.domain.notices import PickedCalendar, Status
from bot.domain.people import Who
from bot.domain.permissions import missing
from bot.domain.picks import key_of
from bot.errors import BotError, GoogleUnavailable, NotConnected, OperatorMustMend, ReconnectNeeded, SecretUnreadable
from bot.ports import AccessToken, Clock
from bot.services.grants import Grants, Held
from bot.services.monitoring import Monitoring
from storage import audit, connections, outages, people
from storage.database import Database
from storage.tables import Connection, Pick

T = TypeVar("T")


@dataclass(frozen=True)
class Dropped:
    """A finished disconnect. ``revoked`` is False when Google could not be told, so the person should know."""

    account: str
    revoked: bool


def as_error(fault: GoogleFault) -> BotError:
    """The sentence a person gets for a failed call that they asked for."""
    if fault.verdict.code in {"grant_dead", "session_expired", "permission_missing"}:
        return ReconnectNeeded(fault.verdict.code)
    if fault.verdict.blame in (Blame.OPERATOR, Blame.WORKSPACE_ADMIN, Blame.BUG):
        return OperatorMustMend()
    return GoogleUnavailable()


class Connections:
    """Connections as people see them, and calls to Google in their name."""

    def __init__(
        self,
        database: Database,
        grants: Grants,
        monitoring: Monitoring,
        clock: Clock,
        alert: Callable[[str, Verdict], None],
        deliver: Callable[[], object],
    ) -> None:
        self._database = database
        self._grants = grants
        self._monitoring = monitoring
        self._clock = clock
        self._alert = alert
        self._deliver = deliver

    def status(self, who: Who) -> Status:
        """What is stored about this person's connection."""
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            row = connections.of(session, person.id) if person else None
            if row is None:
                return Status(who, Health.DISCONNECTED)
            return _status(who, row, connections.picks(session, row.id))

    def generation(self, who: Who) -> tuple[str, int] | None:
        """Which grant is held now, if any: what was learnt with another one no longer counts."""
        row = self._row(who)
        return (row.id, row.token_version) if row is not None and row.grant is not None else None

    def call(self, who: Who, ask: Callable[[AccessToken], T]) -> T:
        """``ask`` with a live token; a refused token is refreshed once and the call made again once.

        Raises NotConnected, ReconnectNeeded, GoogleUnavailable, OperatorMustMend, SecretUnreadable; a fault of one
        calendar (Blame.RESOURCE) comes through as the GoogleFault it is.
        """
        row = self._row(who)
        held = self._held(who, row)
        in_doubt = row is not None and (row.strike_at is not None or not Health(row.health).works)
        try:
            answer = self._called(held, ask, in_doubt=in_doubt)
        except GoogleFault as fault:
            raise self._told(held, fault) from None
        if in_doubt:
            self._monitoring.answered(held.connection_id, held.token_version)
        return answer

    def held(self, who: Who) -> Held:
        """The person's grant. Raises NotConnected, SecretUnreadable."""
        return self._held(who, self._row(who))

    def _called(self, held: Held, ask: Callable[[AccessToken], T], *, in_doubt: bool) -> T:
        # An access token lives on for up to an hour where a policy or the end of a session stops refreshing: what
        # disproves a refusal is a fresh one.
        token = self._grants.proved(held) if in_doubt else self._grants.token(held)
        try:
            return ask(token)
        except GoogleFault as fault:
            if fault.verdict.code != "grant_dead":
                raise
        return ask(self._grants.token(held, refused=token))

    def _held(self, who: Who, row: Connection | None) -> Held:
        if row is None or row.grant is None:
            raise NotConnected
        return self._grants.opened(who, row.id, row.token_version, row.google_email, row.grant)

    def drop(self, who: Who, *, insists: bool = False) -> Dropped | None:
        """Disconnect: revoke at Google unless another row uses the account, then erase the grant. None: there was none.

        A dead grant, an unreadable one or a Google that does not answer never stops the erasing. A consent that comes
        in between is ended likewise: it would be erased without Google being told, or called ended while it lives.
        With ``insists`` a grant of which Google could not be told is kept for another try. Raises GoogleUnavailable.
        """
        dropped = None
        while (row := self._row(who)) is not None and row.health != Health.DISCONNECTED:
            held = self._readable(who, row)
            shared = self._is_shared(row)
            revoked = shared or self._revoked(held)
            if insists and held is not None and not revoked:
                raise GoogleUnavailable
            now = self._clock.now()
            with self._database.transaction() as session:
                erased = connections.release(session, row.id, now, token_version=row.token_version)
                if erased:
                    outages.close(session, row.id, now, healed=False)
                    audit.record(
                        session, now=now, team_id=who.team_id, user_id=who.user_id, action="disconnected", detail={}
                    )
            if erased:
                self._grants.forget(row.id)
                self._database.scrub()
                self._deliver()  # what is standing in their conversation about an outage
                if shared and not self._is_shared(row):  # the other one let go at the same moment
                    revoked = self._revoked(held)
            dropped = Dropped(row.google_email, revoked)
        return dropped

    def _row(self, who: Who) -> Connection | None:
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            return connections.of(session, person.id) if person else None

    def _is_shared(self, row: Connection) -> bool:
        with self._database.reading() as session:
            return row.google_sub is not None and connections.account_in_use(
                session, row.google_sub, except_connection_id=row.id
            )

    def _readable(self, who: Who, row: Connection) -> Held | None:
        try:
            return self._held(who, row)
        except (NotConnected, SecretUnreadable):
            return None

    def _revoked(self, held: Held | None) -> bool:
        try:
            if held is not None:
                self._grants.revoke(held)
        except GoogleFault:
            return False
        return held is not None

    def _told(self, held: Held, fault: GoogleFault) -> Exception:
        if fault.verdict.blame is Blame.RESOURCE:
            return fault
        self._alert(held.who.team_id, fault.verdict)
        error = as_error(fault)
        if isinstance(error, ReconnectNeeded):
            self._monitoring.doubted(held.connection_id)
        return error


def _status(who: Who, row: Connection, picks: list[Pick]) -> Status:
    shown = [
        (pick.purpose, PickedCalendar(key_of(pick.calendar_id), pick.name, pick.present, pick.writable))
        for pick in picks
    ]
    return Status(
        who=who,
        health=Health(row.health),
        cause=Cause(row.cause) if row.cause else None,
        since=row.changed_at,
        missing=missing(row.scopes.split()) if row.cause == Cause.PERMISSION_MISSING else (),
        account=row.google_email,
        connected_at=row.connected_at,
        refresh_expires_at=row.refresh_expires_at,
        linked=next((pick for purpose, pick in shown if purpose == "linked"), None),
        conflicts=tuple(pick for purpose, pick in shown if purpose == "conflict"),
    )

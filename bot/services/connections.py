"""Who is connected, with which account, and a live access token for them. The one place that refreshes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TypeVar

from bot.domain.faults import Blame, GoogleFault, Verdict
from bot.domain.health import Health
from bot.domain.notices import PickedCalendar, Status
from bot.domain.people import Who
from bot.domain.picks import key_of
from bot.errors import BotError, GoogleUnavailable, NotConnected, OperatorMustMend, ReconnectNeeded, SecretUnreadable
from bot.ports import AccessToken, Clock, Consent
from storage import audit, connections, crypto, people
from storage.crypto import Sealer
from storage.database import Database
from storage.tables import Connection, Pick

T = TypeVar("T")

_FRESH_ENOUGH = timedelta(minutes=2)


@dataclass(frozen=True)
class Held:
    """A grant as it was read: whose it is, which generation, and its secret."""

    connection_id: str
    token_version: int
    account: str
    refresh_token: str

    def __repr__(self) -> str:
        return f"Held({self.connection_id}, v{self.token_version})"


@dataclass(frozen=True)
class Dropped:
    """A finished disconnect. ``revoked`` is False when Google could not be told, so the person should know."""

    account: str
    revoked: bool


def grant_aad(connection_id: str, who: Who) -> str:
    """What a sealed grant is bound to: moved to another row or person it no longer opens."""
    return crypto.aad("connection", "grant", connection_id, who.team_id, who.user_id)


def as_error(fault: GoogleFault) -> BotError:
    """The sentence a person gets for a failed call that they asked for."""
    if fault.verdict.code in {"grant_dead", "session_expired", "permission_missing"}:
        return ReconnectNeeded()
    if fault.verdict.blame in (Blame.OPERATOR, Blame.WORKSPACE_ADMIN, Blame.BUG):
        return OperatorMustMend()
    return GoogleUnavailable()


class Connections:
    """Connections as people see them, and calls to Google in their name."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        consent: Consent,
        clock: Clock,
        alert: Callable[[str, Verdict], None],
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._consent = consent
        self._clock = clock
        self._alert = alert
        self._tokens: dict[str, tuple[int, AccessToken]] = {}
        self._locks: dict[str, Lock] = {}

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
        held = self.held(who)
        token = self._token(held, who)
        try:
            return ask(token)
        except GoogleFault as fault:
            if fault.verdict.code != "grant_dead":
                raise self._told(who, fault) from None
        token = self._token(held, who, refused=token)
        try:
            return ask(token)
        except GoogleFault as fault:
            raise self._told(who, fault) from None

    def held(self, who: Who) -> Held:
        """The person's grant. Raises NotConnected, SecretUnreadable."""
        return self._held(who, self._row(who))

    def _held(self, who: Who, row: Connection | None) -> Held:
        if row is None or row.grant is None:
            raise NotConnected
        try:
            secret = self._sealer.open(row.grant, grant_aad(row.id, who))
        except crypto.Unreadable:
            self._alert(who.team_id, Verdict(Blame.OPERATOR, "crypto_key"))
            raise SecretUnreadable from None
        return Held(row.id, row.token_version, row.google_email, secret)

    def keep(self, connection_id: str, token_version: int, token: AccessToken) -> None:
        """Remember an access token that a consent brought along; in memory only."""
        self._tokens[connection_id] = (token_version, token)

    def drop(self, who: Who) -> Dropped | None:
        """Disconnect: revoke at Google unless another row uses the account, then erase the grant. None: there was none.

        A dead grant, an unreadable one or a Google that does not answer never stops the erasing. A consent that comes
        in between is ended likewise: it would be erased without Google being told, or called ended while it lives.
        """
        dropped = None
        while (row := self._row(who)) is not None and row.health != Health.DISCONNECTED:
            token = self._refresh_token(who, row)
            shared = self._is_shared(row)
            revoked = shared or self._revoked(token)
            now = self._clock.now()
            with self._database.transaction() as session:
                erased = connections.release(session, row.id, now, token_version=row.token_version)
                if erased:
                    audit.record(
                        session, now=now, team_id=who.team_id, user_id=who.user_id, action="disconnected", detail={}
                    )
            if erased:
                self._tokens.pop(row.id, None)
                self._database.scrub()
                if shared and not self._is_shared(row):  # the other one let go at the same moment
                    revoked = self._revoked(token)
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

    def _refresh_token(self, who: Who, row: Connection) -> str | None:
        try:
            return self._held(who, row).refresh_token
        except (NotConnected, SecretUnreadable):
            return None

    def _revoked(self, token: str | None) -> bool:
        try:
            if token is not None:
                self._consent.revoke(token)
        except GoogleFault:
            return False
        return token is not None

    def _token(self, held: Held, who: Who, refused: AccessToken | None = None) -> AccessToken:
        lock = self._locks.setdefault(held.connection_id, Lock())
        with lock:
            version, token = self._tokens.get(held.connection_id, (0, None))
            usable = token is not None and token.expires_at > self._clock.now() + _FRESH_ENOUGH
            if token is not None and usable and version == held.token_version and token is not refused:
                return token
            try:
                fresh = self._consent.refresh(held.refresh_token)
            except GoogleFault as fault:
                raise self._told(who, fault) from None
            self._tokens[held.connection_id] = (held.token_version, fresh)
            return fresh

    def _told(self, who: Who, fault: GoogleFault) -> Exception:
        if fault.verdict.blame is Blame.RESOURCE:
            return fault
        if fault.verdict.blame in (Blame.OPERATOR, Blame.WORKSPACE_ADMIN, Blame.BUG) or fault.verdict.alert:
            self._alert(who.team_id, fault.verdict)
        return as_error(fault)


def _status(who: Who, row: Connection, picks: list[Pick]) -> Status:
    shown = [(pick.purpose, PickedCalendar(key_of(pick.calendar_id), pick.name, pick.present)) for pick in picks]
    return Status(
        who=who,
        health=Health(row.health),
        account=row.google_email,
        connected_at=row.connected_at,
        refresh_expires_at=row.refresh_expires_at,
        linked=next((pick for purpose, pick in shown if purpose == "linked"), None),
        conflicts=tuple(pick for purpose, pick in shown if purpose == "conflict"),
    )

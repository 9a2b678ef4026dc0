"""Trips of a browser through a consent screen: begun from a link, used up once, remembered for the page at the end."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from bot.domain.notices import MessageRef
from bot.domain.people import Who
from bot.errors import LinkDead, StateRejected, TooMany
from bot.ports import Clock
from bot.services.tickets import A_WHILE, AT_MOST_IN_A_WHILE, SECRET_BYTES, digest
from bot.settings import CONSENT_LIVES, COOKIE_LIVES
from storage import audit, crypto, flows, tickets
from storage.crypto import Sealer
from storage.database import Database, Session
from storage.tables import Flow, new_id


class Entry(TypedDict):
    """A line of the audit log."""

    now: datetime
    team_id: str
    user_id: str
    action: str
    detail: dict[str, str]


@dataclass(frozen=True)
class Begun:
    """What a trip takes along to the provider."""

    state: str
    verifier: str

    @property
    def nonce(self) -> str:
        """OpenID Connect's, which the ID token must bring back."""
        return _nonce(self.verifier)

    def __repr__(self) -> str:
        return "Begun(…)"


@dataclass(frozen=True)
class Trip:
    """A consumed flow with its owner: what came back belongs to this person's link and to nobody else's."""

    flow_id: str
    ticket_id: str
    person_id: str
    who: Who
    cookie: str
    verifier: str
    proven: bool
    retried: bool
    link_message: MessageRef | None

    @property
    def nonce(self) -> str:
        """The one it set out with."""
        return _nonce(self.verifier)

    def __repr__(self) -> str:
        return f"Trip({self.flow_id})"


@dataclass(frozen=True)
class Ended:
    """How a trip ended, for the result page. ``outcome`` is None while it is under way."""

    who: Who
    outcome: str | None
    account: str | None
    missing: frozenset[str]


class Trips:
    """What is stored about trips."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def link(self, ticket: str) -> tuple[str, Who]:
        """A live link's id and owner. Raises LinkDead."""
        with self._database.reading() as session:
            found = tickets.live(session, digest(ticket), self._clock.now())
            if found is None:
                raise LinkDead
            row, person = found
            return row.id, Who(person.team_id, person.user_id)

    def link_behind(self, cookie: str) -> tuple[str, Who]:
        """The live link that this browser came from. Raises StateRejected, LinkDead."""
        with self._database.reading() as session:
            flow = self._latest(session, cookie)
            if flow is None:
                raise StateRejected
            found = tickets.live_by_id(session, flow.ticket_id, self._clock.now())
            if found is None:
                raise LinkDead
            return flow.ticket_id, Who(found[1].team_id, found[1].user_id)

    def refuse_too_many(self, ticket_id: str) -> None:
        """Each trip is a row and a question to Slack, and a link may be pressed by a machine. Raises TooMany."""
        with self._database.reading() as session:
            if flows.begun_since(session, ticket_id, self._clock.now() - A_WHILE) >= AT_MOST_IN_A_WHILE:
                raise TooMany

    def begin(
        self, ticket_id: str, cookie: str, provider: str, *, proven: bool = False, retried: bool = False
    ) -> Begun:
        """Store a trip to "slack" or "google"; what only the browser may know is stored as a hash."""
        begun = Begun(secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(64))
        flow = self._flow(ticket_id, cookie, provider, begun)
        flow.proven, flow.retried = proven, retried
        with self._database.transaction() as session:
            flows.begin(session, flow)
            tickets.gone_on(session, ticket_id, flow.created_at)
        return begun

    def begin_nowhere(self, ticket_id: str, cookie: str, outcome: str) -> None:
        """A trip that is over before it begins, for its result page."""
        flow = self._flow(ticket_id, cookie, "slack", Begun(secrets.token_urlsafe(SECRET_BYTES), ""))
        flow.consumed_at, flow.outcome = flow.created_at, outcome
        with self._database.transaction() as session:
            flows.begin(session, flow)

    def consume(self, state: str, cookie: str, provider: str) -> Trip:
        """Use a trip up, for exactly one caller. Raises StateRejected, LinkDead."""
        if not state or not cookie:
            raise StateRejected
        now, trip = self._clock.now(), None
        with self._database.transaction() as session:
            flow = flows.consume(
                session, state_hash=digest(state), cookie_hash=digest(cookie), provider=provider, now=now
            )
            if flow is None:
                raise StateRejected
            found = tickets.live_by_id(session, flow.ticket_id, now)
            if found is None:  # a newer link was sent, or this one has done its work in another tab
                flows.finish(session, flow.id, "link_dead")
            else:
                ticket, person = found
                trip = Trip(
                    flow_id=flow.id,
                    ticket_id=ticket.id,
                    person_id=person.id,
                    who=Who(person.team_id, person.user_id),
                    cookie=cookie,
                    verifier=self._sealer.open(flow.verifier, _verifier_aad(flow.id)),
                    proven=flow.proven,
                    retried=flow.retried,
                    link_message=MessageRef(ticket.channel, ticket.ts) if ticket.channel and ticket.ts else None,
                )
        if trip is None:
            raise LinkDead
        return trip

    def refuse(self, trip: Trip, outcome: str, *, account: str | None = None, missing: str | None = None) -> None:
        """Note that it ended without a connection, and why."""
        with self._database.transaction() as session:
            flows.finish(session, trip.flow_id, outcome, account=account, missing=missing)
            audit.record(session, **entry(trip, f"refused_{outcome}", self._clock.now()))

    def ended(self, cookie: str) -> Ended:
        """What became of this browser's trip. Raises StateRejected."""
        with self._database.reading() as session:
            flow = self._latest(session, cookie)
            person = tickets.owner(session, flow.ticket_id) if flow else None
            if flow is None or person is None:
                raise StateRejected
            who = Who(person.team_id, person.user_id)
            return Ended(who, flow.outcome, flow.account, frozenset((flow.missing or "").split()))

    def _latest(self, session: Session, cookie: str) -> Flow | None:
        """This browser's trip. A browser forgets its cookie after an hour; whoever took it must not be longer-lived."""
        flow = flows.latest_by_cookie(session, digest(cookie)) if cookie else None
        return flow if flow and flow.created_at > self._clock.now() - COOKIE_LIVES else None

    def _flow(self, ticket_id: str, cookie: str, provider: str, begun: Begun) -> Flow:
        flow_id, now = new_id(), self._clock.now()
        return Flow(
            id=flow_id,
            ticket_id=ticket_id,
            provider=provider,
            state_hash=digest(begun.state),
            cookie_hash=digest(cookie),
            verifier=self._sealer.seal(begun.verifier, _verifier_aad(flow_id)),
            created_at=now,
            expires_at=now + CONSENT_LIVES,
        )


def entry(trip: Trip, action: str, now: datetime) -> Entry:
    """What the audit log says of a trip."""
    return {"now": now, "team_id": trip.who.team_id, "user_id": trip.who.user_id, "action": action, "detail": {}}


def _nonce(verifier: str) -> str:
    return hashlib.sha256(f"nonce:{verifier}".encode()).hexdigest()


def _verifier_aad(flow_id: str) -> str:
    return crypto.aad("flow", "verifier", flow_id, "")

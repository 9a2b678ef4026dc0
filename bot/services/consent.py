"""The trip through Google's consent and back, and the same-person check on the way (cross-user session fixation)."""

import hashlib
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from bot.domain import permissions
from bot.domain.faults import Blame, GoogleFault, Verdict
from bot.domain.identity import AccountMatch, GoogleSide, Ruling, SlackSide, judge, proof_comes_first
from bot.domain.journey import PENDING, Arrival, Departure, Result, TicketPage
from bot.errors import BotError, LinkDead, NotAnEmployee, SlackUnavailable, StateRejected
from bot.ports import (
    Clock,
    Consent,
    Consented,
    ConsentRefused,
    Directory,
    ForeignAttempt,
    Health,
    LinkUsed,
    MessageRef,
    Notifier,
    Profile,
    SlackSignIn,
    Who,
)
from bot.services.connections import Connections, grant_aad
from bot.services.surfaces import Surfaces
from bot.services.tickets import SECRET_BYTES, admit, digest
from bot.settings import CONSENT_LIVES, COOKIE_LIVES
from storage import audit, connections, crypto, flows, tickets
from storage.crypto import Sealer
from storage.database import Database, Session
from storage.tables import Flow, new_id

RESULT_PAGE = "/connected"  # handlers/http_connect.py serves it

# What a failed authorize or exchange is called on the result page; what is missing here is worth another try.
_OUTCOMES = {
    "cancelled": "cancelled",
    "code_rejected": "code_rejected",
    "admin_policy_enforced": "admin_policy_enforced",
    "session_expired": "admin_policy_enforced",
    "org_internal": "org_internal",
    "embedded_browser": "embedded_browser",
    "permission_missing": "permission_missing",
}
_RULINGS = {
    Ruling.PROOF_NEEDED: "other_account",
    Ruling.OTHER_DOMAIN: "other_domain",
    Ruling.UNVERIFIED: "unverified_email",
}


@dataclass(frozen=True)
class Policy:
    """The operator's rules on accounts."""

    match: AccountMatch
    domains: Collection[str]


class Entry(TypedDict):
    """A line of the audit log."""

    now: datetime
    team_id: str
    user_id: str
    action: str
    detail: dict[str, str]


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


class ConsentFlow:
    """Looks at a link, sends the browser away, and judges what it brings back."""

    def __init__(
        self,
        *,
        database: Database,
        sealer: Sealer,
        consent: Consent,
        callback_fault: Callable[[str], Verdict],
        sign_in: SlackSignIn,
        directory: Directory,
        notifier: Notifier,
        connections: Connections,
        surfaces: Surfaces,
        clock: Clock,
        policy: Policy,
        alert: Callable[[str, Verdict], None],
        later: Callable[[Callable[[], object]], object],
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._consent = consent
        self._callback_fault = callback_fault
        self._sign_in = sign_in
        self._directory = directory
        self._notifier = notifier
        self._connections = connections
        self._surfaces = surfaces
        self._clock = clock
        self._policy = policy
        self._alert = alert
        self._later = later

    # --- the link ---------------------------------------------------------------------------------------------------

    def look(self, ticket: str) -> TicketPage:
        """Whom the link is for. Changes nothing. Raises LinkDead."""
        _, _, who = self._live(ticket)
        try:
            name, team = self._directory.profile(who).name, self._directory.team_name(who.team_id)
        except (SlackUnavailable, NotAnEmployee):
            name, team = "you", "your workspace"
        status = self._connections.status(who)
        return TicketPage(person_name=name, team_name=team, account=status.account if status.connected_at else None)

    def start(self, ticket: str, *, prove: bool = False) -> Departure:
        """Begin a trip in this browser. Raises LinkDead, NotAnEmployee, SlackUnavailable."""
        ticket_id, _, who = self._live(ticket)
        return self._depart(ticket_id, who, prove=prove)

    def again(self, cookie: str, *, prove: bool) -> Departure:
        """Begin another trip for the link that this browser came from. Raises StateRejected, LinkDead."""
        with self._database.reading() as session:
            flow = self._latest(session, cookie)
            if flow is None:
                raise StateRejected
            found = tickets.live_by_id(session, flow.ticket_id, self._clock.now())
            if found is None:
                raise LinkDead
            who = Who(found[1].team_id, found[1].user_id)
            ticket_id = flow.ticket_id
        return self._depart(ticket_id, who, prove=prove)

    def _live(self, ticket: str) -> tuple[str, str, Who]:
        with self._database.reading() as session:
            found = tickets.live(session, digest(ticket), self._clock.now())
            if found is None:
                raise LinkDead
            row, person = found
            return row.id, person.id, Who(person.team_id, person.user_id)

    def _depart(self, ticket_id: str, who: Who, *, prove: bool) -> Departure:
        profile = admit(self._directory.profile(who))
        cookie = secrets.token_urlsafe(SECRET_BYTES)
        prove = prove or proof_comes_first(self._policy.match, _slack_side(profile))
        if prove and not self._sign_in.available:
            return self._nowhere(ticket_id, cookie, "proof_unavailable")
        provider = "slack" if prove else "google"
        return Departure(self._begin(ticket_id, profile, cookie, provider=provider), cookie)

    def _begin(
        self,
        ticket_id: str,
        profile: Profile,
        cookie: str,
        *,
        provider: str,
        proven: bool = False,
        retried: bool = False,
    ) -> str:
        state, verifier = secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(64)
        flow = self._flow(ticket_id, cookie, provider, state=state, verifier=verifier)
        flow.proven, flow.retried = proven, retried
        with self._database.transaction() as session:
            flows.begin(session, flow)
        nonce = _nonce(verifier)
        if provider == "slack":
            return self._sign_in.url(state=state, nonce=nonce, team_id=profile.who.team_id)
        domains = list(self._policy.domains)
        status = self._connections.status(profile.who)
        reconnects = status.health is not Health.DISCONNECTED
        return self._consent.url(
            state=state,
            verifier=verifier,
            nonce=nonce,
            login_hint=status.account if reconnects else profile.email,
            hosted_domain=domains[0] if len(domains) == 1 else None,
            # Browsers are signed in to several accounts, and Google would take the first: a first connection asks.
            # A reconnect goes straight to the account it had.
            choose=not reconnects,
        )

    def _nowhere(self, ticket_id: str, cookie: str, outcome: str) -> Departure:
        flow = self._flow(ticket_id, cookie, "slack", state=secrets.token_urlsafe(SECRET_BYTES), verifier="")
        flow.consumed_at, flow.outcome = flow.created_at, outcome
        with self._database.transaction() as session:
            flows.begin(session, flow)
        return Departure(RESULT_PAGE, cookie)

    def _flow(self, ticket_id: str, cookie: str, provider: str, *, state: str, verifier: str) -> Flow:
        flow_id, now = new_id(), self._clock.now()
        return Flow(
            id=flow_id,
            ticket_id=ticket_id,
            provider=provider,
            state_hash=digest(state),
            cookie_hash=digest(cookie),
            verifier=self._sealer.seal(verifier, _verifier_aad(flow_id)),
            created_at=now,
            expires_at=now + CONSENT_LIVES,
        )

    # --- coming back ------------------------------------------------------------------------------------------------

    def slack_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        """Back from Sign in with Slack: on to Google if this browser is the link's owner. Raises StateRejected."""
        trip = self._consumed(state, cookie, "slack")
        if error or not code:
            return self._end(trip, "proof_cancelled")
        try:
            proven = self._sign_in.exchange(code=code, nonce=_nonce(trip.verifier))
        except StateRejected:
            return self._end(trip, "proof_failed")
        except BotError:
            return self._end(trip, "try_again")
        if proven != trip.who:
            self._foreign(trip, None, proven)
            return self._end(trip, "proof_failed")
        return self._onward(trip, proven=True)

    def google_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        """Back from Google's consent: connect, or say why not. Raises StateRejected."""
        trip = self._consumed(state, cookie, "google")
        if error or not code:
            return self._failed(trip, self._callback_fault(error or ""))
        try:
            consented = self._consent.exchange(code=code, verifier=trip.verifier, nonce=_nonce(trip.verifier))
        except GoogleFault as fault:
            return self._failed(trip, fault.verdict)
        try:
            profile = admit(self._directory.profile(trip.who))
        except BotError as unable:
            self._give_back(consented)
            return self._end(trip, _unable(unable))
        return self._judged(trip, profile, consented)

    def _consumed(self, state: str, cookie: str, provider: str) -> Trip:
        if not state or not cookie:
            raise StateRejected
        now = self._clock.now()
        with self._database.transaction() as session:
            flow = flows.consume(
                session, state_hash=digest(state), cookie_hash=digest(cookie), provider=provider, now=now
            )
            if flow is None:
                raise StateRejected
            found = tickets.live_by_id(session, flow.ticket_id, now)
            trip = None
            if found is None:  # a newer link was sent, or this one has done its work in another tab
                flows.finish(session, flow.id, "link_dead")
            else:
                ticket, person = found
                message = MessageRef(ticket.channel, ticket.ts) if ticket.channel and ticket.ts else None
                trip = Trip(
                    flow_id=flow.id,
                    ticket_id=ticket.id,
                    person_id=person.id,
                    who=Who(person.team_id, person.user_id),
                    cookie=cookie,
                    verifier=self._sealer.open(flow.verifier, _verifier_aad(flow.id)),
                    proven=flow.proven,
                    retried=flow.retried,
                    link_message=message,
                )
        if trip is None:
            raise LinkDead
        return trip

    def _judged(self, trip: Trip, profile: Profile, consented: Consented) -> Arrival:
        google = GoogleSide(consented.email, consented.email_verified, consented.hosted_domain)
        ruling = judge(
            self._policy.match, _slack_side(profile), google, proven=trip.proven, domains=self._policy.domains
        )
        if ruling is not Ruling.SAME_PERSON:
            self._give_back(consented)
            if ruling is not Ruling.UNVERIFIED:  # an address that anybody could have typed in at Google
                self._foreign(trip, consented.email, None)
            return self._end(trip, _RULINGS[ruling], account=consented.email)
        missing = permissions.missing(consented.access.scopes)
        if missing:
            scopes = " ".join(permission.scope for permission in missing)
            return self._end(trip, "permission_missing", account=consented.email, missing=scopes)
        if consented.refresh_token is None:
            if trip.retried:
                return self._end(trip, "no_refresh_token", account=consented.email)
            return self._onward(trip, proven=trip.proven, retried=True)
        return self._connect(trip, consented, consented.refresh_token)

    def _connect(self, trip: Trip, consented: Consented, refresh_token: str) -> Arrival:
        now = self._clock.now()
        try:
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
                    refresh_expires_at=consented.refresh_expires_at,
                    now=now,
                )
                version = row.token_version
                flows.finish(session, trip.flow_id, "connected", account=consented.email)
                audit.record(session, **self._entry(trip, "connected"))
        except connections.AccountHeld:
            return self._end(trip, "account_taken", account=consented.email)
        except tickets.Closed:  # while Google was asked: by a newer link, or by another browser with this one
            self._give_back(consented)
            return self._end(trip, "link_dead")
        self._connections.keep(connection_id, version, consented.access)
        self._later(lambda: self._surfaces.connected(trip.who))
        self._later(lambda: self._mark_used(trip, consented.email))
        return Arrival(RESULT_PAGE)

    def _mark_used(self, trip: Trip, account: str) -> None:
        if trip.link_message:
            self._notifier.edit(trip.who.team_id, trip.link_message, LinkUsed(account))

    def _onward(self, trip: Trip, *, proven: bool, retried: bool = False) -> Arrival:
        try:
            profile = admit(self._directory.profile(trip.who))
        except BotError as error:
            return self._end(trip, _unable(error))
        flow = self._begin(trip.ticket_id, profile, trip.cookie, provider="google", proven=proven, retried=retried)
        return Arrival(flow)

    # --- when nothing was connected ---------------------------------------------------------------------------------

    def _failed(self, trip: Trip, verdict: Verdict) -> Arrival:
        if verdict.blame in (Blame.OPERATOR, Blame.WORKSPACE_ADMIN) or verdict.alert:
            self._later(lambda: self._alert(trip.who.team_id, verdict))
        if verdict.blame in (Blame.OPERATOR, Blame.BUG):
            return self._end(trip, "config_problem")
        return self._end(trip, _OUTCOMES.get(verdict.code, "try_again"))

    def _end(self, trip: Trip, outcome: str, *, account: str | None = None, missing: str | None = None) -> Arrival:
        with self._database.transaction() as session:
            flows.finish(session, trip.flow_id, outcome, account=account, missing=missing)
            audit.record(session, **self._entry(trip, f"refused_{outcome}"))
        return Arrival(RESULT_PAGE)

    def _entry(self, trip: Trip, action: str) -> Entry:
        return {
            "now": self._clock.now(),
            "team_id": trip.who.team_id,
            "user_id": trip.who.user_id,
            "action": action,
            "detail": {},
        }

    def _give_back(self, consented: Consented) -> None:
        """What will not be used must not stay usable: end the grant, before this browser can consent once more."""
        with self._database.reading() as session:
            in_use = connections.account_in_use(session, consented.sub)
        if not in_use:  # revoking ends the account's whole grant, so never while somebody is connected with it
            with suppress(GoogleFault):
                self._consent.revoke(consented.refresh_token or consented.access.value)

    def _foreign(self, trip: Trip, account: str | None, proven: Who | None) -> None:
        """Tell both: whoever started the link, and whoever turned out to sit at the browser."""
        reason = "other_account" if account else "proof_failed"
        self._later(lambda: self._notifier.tell(trip.who, ConsentRefused(reason, account)))
        self._later(lambda: self._warn_owner(trip, account, proven))

    def _warn_owner(self, trip: Trip, account: str | None, proven: Who | None) -> None:
        owner = proven or (self._directory.find_by_email(trip.who.team_id, account) if account else None)
        if owner is None or owner == trip.who or owner.team_id != trip.who.team_id:
            return
        self._notifier.tell(owner, ForeignAttempt(self._directory.profile(trip.who).name))

    # --- the result page --------------------------------------------------------------------------------------------

    def result(self, cookie: str) -> Result:
        """What became of this browser's trip. Raises StateRejected."""
        flow, who = self._finished(cookie)
        try:
            profile = self._directory.profile(who)
        except (SlackUnavailable, NotAnEmployee):
            profile = None
        missing = set((flow.missing or "").split())
        return Result(
            outcome=flow.outcome or PENDING,
            account=flow.account,
            expected_email=profile.email if profile else None,
            missing=tuple(each for each in permissions.PERMISSIONS if each.scope in missing),
            person_name=profile.name if profile else "you",
            can_prove=flow.outcome == "other_account" and self._sign_in.available,
            can_retry=flow.outcome not in {"connected", "not_an_employee", "link_dead"},
        )

    def disconnect(self, cookie: str) -> None:
        """Undo it: somebody pressed "Not you?" on the result page. Raises StateRejected."""
        flow, who = self._finished(cookie)
        # An account that was connected since, perhaps from elsewhere, is not what this page has shown.
        if flow.outcome != "connected" or flow.account != self._connections.status(who).account:
            raise StateRejected
        self._surfaces.disconnect(who)

    def _finished(self, cookie: str) -> tuple[Flow, Who]:
        with self._database.reading() as session:
            flow = self._latest(session, cookie)
            person = tickets.owner(session, flow.ticket_id) if flow else None
            if flow is None or person is None:
                raise StateRejected
            return Flow(**flow.model_dump()), Who(person.team_id, person.user_id)

    def _latest(self, session: Session, cookie: str) -> Flow | None:
        """This browser's trip. A browser forgets its cookie after an hour; whoever took it must not be longer-lived."""
        flow = flows.latest_by_cookie(session, digest(cookie)) if cookie else None
        return flow if flow and flow.created_at > self._clock.now() - COOKIE_LIVES else None


def _unable(error: BotError) -> str:
    return "not_an_employee" if isinstance(error, NotAnEmployee) else "try_again"


def _slack_side(profile: Profile) -> SlackSide:
    return SlackSide(profile.email, profile.email_confirmed, profile.is_guest)


def _nonce(verifier: str) -> str:
    return hashlib.sha256(f"nonce:{verifier}".encode()).hexdigest()


def _verifier_aad(flow_id: str) -> str:
    return crypto.aad("flow", "verifier", flow_id, "")

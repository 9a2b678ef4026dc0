"""The trip through Google's consent and back, and the same-person check on the way (cross-user session fixation)."""

import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from bot.domain import permissions
from bot.domain.faults import Blame, GoogleFault, Verdict
from bot.domain.health import Health
from bot.domain.identity import AccountMatch, GoogleSide, Ruling, SlackSide, judge, proof_comes_first
from bot.domain.journey import PENDING, Arrival, Departure, Result, TicketPage
from bot.domain.notices import ConsentRefused, ForeignAttempt, LinkUsed
from bot.domain.people import Profile, Who
from bot.errors import BotError, NotAnEmployee, StateRejected
from bot.ports import Clock, Consent, Consented, Directory, Notifier, SlackSignIn
from bot.services.connections import Connections
from bot.services.introductions import Introductions
from bot.services.keeping import Keeping
from bot.services.surfaces import Surfaces
from bot.services.tickets import SECRET_BYTES, admit
from bot.services.trips import Begun, Trip, Trips
from storage import connections, tickets
from storage.crypto import Sealer
from storage.database import Database

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
        keeping: Keeping,
        surfaces: Surfaces,
        clock: Clock,
        policy: Policy,
        alert: Callable[[str, Verdict], None],
        denied: Callable[[str], object],
        ends_soon: Callable[[str], object],
        later: Callable[[Callable[[], object]], object],
    ) -> None:
        self._database = database
        self._denied = denied
        self._ends_soon = ends_soon
        self._trips = Trips(database, sealer, clock)
        self._consent = consent
        self._callback_fault = callback_fault
        self._sign_in = sign_in
        self._directory = directory
        self._introductions = Introductions(directory, clock)
        self._notifier = notifier
        self._connections = connections
        self._keeping = keeping
        self._surfaces = surfaces
        self._clock = clock
        self._policy = policy
        self._alert = alert
        self._later = later

    # --- the link ---------------------------------------------------------------------------------------------------

    def look(self, ticket: str) -> TicketPage:
        """Whom the link is for. Changes nothing. Raises LinkDead."""
        _, who = self._trips.link(ticket)
        known, status = self._introductions.of(who), self._connections.status(who)
        account = status.account if status.connected_at else None
        return TicketPage(person_name=known.name, team_name=known.team, account=account)

    def start(self, ticket: str, *, prove: bool = False) -> Departure:
        """Begin a trip in this browser. Raises LinkDead, NotAnEmployee, SlackUnavailable, TooMany."""
        ticket_id, who = self._trips.link(ticket)
        return self._depart(ticket_id, who, prove=prove)

    def again(self, cookie: str, *, prove: bool) -> Departure:
        """Begin another trip for the link that this browser came from. Raises StateRejected, LinkDead, TooMany."""
        ticket_id, who = self._trips.link_behind(cookie)
        return self._depart(ticket_id, who, prove=prove)

    def _depart(self, ticket_id: str, who: Who, *, prove: bool) -> Departure:
        self._trips.refuse_too_many(ticket_id)
        profile = admit(self._directory.profile(who))
        cookie = secrets.token_urlsafe(SECRET_BYTES)
        prove = prove or proof_comes_first(self._policy.match, _slack_side(profile))
        if prove and not self._sign_in.available:
            self._trips.begin_nowhere(ticket_id, cookie, "proof_unavailable")
            return Departure(RESULT_PAGE, cookie)
        if prove:
            trip = self._trips.begin(ticket_id, cookie, "slack")
            return Departure(self._sign_in.url(state=trip.state, nonce=trip.nonce, team_id=who.team_id), cookie)
        return Departure(self._to_google(profile, self._trips.begin(ticket_id, cookie, "google")), cookie)

    def _to_google(self, profile: Profile, trip: Begun) -> str:
        domains = list(self._policy.domains)
        status = self._connections.status(profile.who)
        reconnects = status.health is not Health.DISCONNECTED
        return self._consent.url(
            state=trip.state,
            verifier=trip.verifier,
            nonce=trip.nonce,
            login_hint=status.account if reconnects else profile.email,
            hosted_domain=domains[0] if len(domains) == 1 else None,
            # Browsers are signed in to several accounts, and Google would take the first: a first connection asks.
            # A reconnect goes straight to the account it had.
            choose=not reconnects,
        )

    # --- coming back ------------------------------------------------------------------------------------------------

    def slack_returned(self, *, state: str, cookie: str, code: str | None, error: str | None) -> Arrival:
        """Back from Sign in with Slack: on to Google if this browser is the link's owner. Raises StateRejected."""
        trip = self._trips.consume(state, cookie, "slack")
        if error or not code:
            return self._end(trip, "proof_cancelled")
        try:
            proven = self._sign_in.exchange(code=code, nonce=trip.nonce)
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
        trip = self._trips.consume(state, cookie, "google")
        if error or not code:
            return self._failed(trip, self._callback_fault(error or ""))
        try:
            consented = self._consent.exchange(code=code, verifier=trip.verifier, nonce=trip.nonce)
        except GoogleFault as fault:
            return self._failed(trip, fault.verdict)
        try:
            profile = admit(self._directory.profile(trip.who))
        except BotError as unable:
            self._give_back(consented)
            return self._end(trip, _unable(unable))
        return self._judged(trip, profile, consented)

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
        return self._connect(trip, profile, consented, consented.refresh_token)

    def _connect(self, trip: Trip, profile: Profile, consented: Consented, refresh_token: str) -> Arrival:
        try:
            self._keeping.keep(trip, profile, consented, refresh_token)
        except connections.AccountHeld:
            return self._end(trip, "account_taken", account=consented.email)
        except tickets.Closed:  # while Google was asked: by a newer link, or by another browser with this one
            self._give_back(consented)
            return self._end(trip, "link_dead")
        self._later(lambda: self._surfaces.connected(trip.who))
        self._later(lambda: self._mark_used(trip, consented.email))
        if consented.refresh_expires_at is not None:
            self._later(lambda: self._ends_soon(trip.who.team_id))
        return Arrival(RESULT_PAGE)

    def _mark_used(self, trip: Trip, account: str) -> None:
        if trip.link_message:
            self._notifier.edit(trip.who.team_id, trip.link_message, LinkUsed(account))

    def _onward(self, trip: Trip, *, proven: bool, retried: bool = False) -> Arrival:
        try:
            profile = admit(self._directory.profile(trip.who))
        except BotError as error:
            return self._end(trip, _unable(error))
        begun = self._trips.begin(trip.ticket_id, trip.cookie, "google", proven=proven, retried=retried)
        return Arrival(self._to_google(profile, begun))

    # --- when nothing was connected ---------------------------------------------------------------------------------

    def _failed(self, trip: Trip, verdict: Verdict) -> Arrival:
        self._later(lambda: self._alert(trip.who.team_id, verdict))
        if verdict.blame in (Blame.OPERATOR, Blame.BUG):
            return self._end(trip, "config_problem")
        arrival = self._end(trip, _OUTCOMES.get(verdict.code, "try_again"))
        if verdict.code == "cancelled":
            self._later(lambda: self._denied(trip.who.team_id))
        return arrival

    def _end(self, trip: Trip, outcome: str, *, account: str | None = None, missing: str | None = None) -> Arrival:
        self._trips.refuse(trip, outcome, account=account, missing=missing)
        return Arrival(RESULT_PAGE)

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
        trip = self._trips.ended(cookie)
        known = self._introductions.of(trip.who)
        return Result(
            outcome=trip.outcome or PENDING,
            account=trip.account,
            expected_email=known.email,
            missing=tuple(each for each in permissions.PERMISSIONS if each.scope in trip.missing),
            person_name=known.name,
            can_prove=trip.outcome == "other_account" and self._sign_in.available,
            can_retry=trip.outcome not in {"connected", "not_an_employee", "link_dead"},
        )

    def disconnect(self, cookie: str) -> None:
        """Undo it: somebody pressed "Not you?" on the result page. Raises StateRejected."""
        trip = self._trips.ended(cookie)
        # An account that was connected since, perhaps from elsewhere, is not what this page has shown.
        if trip.outcome != "connected" or trip.account != self._connections.status(trip.who).account:
            raise StateRejected
        self._surfaces.disconnect(trip.who)


def _unable(error: BotError) -> str:
    return "not_an_employee" if isinstance(error, NotAnEmployee) else "try_again"


def _slack_side(profile: Profile) -> SlackSide:
    return SlackSide(profile.email, profile.email_confirmed, profile.is_guest)

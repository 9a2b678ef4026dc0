"""Each minute: is what was broken mended, and is anything broken that nobody has run into yet?"""

from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog

from bot.domain.faults import GoogleFault
from bot.domain.health import Refused
from bot.domain.people import Who
from bot.errors import BotError, SlackRefusesApp
from bot.ports import Clock, Consent, Notifier
from bot.services import incidents as kinds
from bot.services.incidents import CANARY_EVERY, Incidents, slack_app
from bot.services.monitoring import Monitoring
from bot.services.sweep import Sweep
from storage import canary, conditions, crypto, flows, incidents, probes, work
from storage.crypto import Sealer
from storage.database import Database
from storage.watch_tables import Incident

log = structlog.get_logger()

_SILENCE = timedelta(minutes=5)
_AGAIN_AND_AGAIN = 3
"""Failures in a row of one connection. Each waits longer than the one before."""
_NOBODY = "calendar-bot-canary"
"""A made-up refresh token: Google looks at the client first, so its refusal proves the client."""
_DENIED, _WITHIN = 3, timedelta(hours=1)
_FORGOTTEN_AFTER = 2.5
"""Periods of probing after which what was not met again counts as over."""
_RETEST_AFTER, _RETESTED = timedelta(minutes=30), 5
_A_MOMENT, _A_DAY = timedelta(minutes=10), timedelta(days=1)
_TESTING_AT_MOST, _ENOUGH = timedelta(days=8), 2


class Canaries:
    """``send_link`` gives somebody a fresh personal link; ``teams`` are the workspaces whose tokens we hold."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        consent: Consent,
        notifier: Notifier,
        incidents: Incidents,
        monitoring: Monitoring,
        sweep: Sweep,
        clock: Clock,
        *,
        teams: Callable[[], Iterable[str]],
        send_link: Callable[[Who], object],
        probe_every: timedelta,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._consent = consent
        self._notifier = notifier
        self._incidents = incidents
        self._monitoring = monitoring
        self._sweep = sweep
        self._clock = clock
        self._teams = teams
        self._send_link = send_link
        self._forgotten_after = probe_every * _FORGOTTEN_AFTER

    def run(self) -> None:
        """Once a minute, in any number of processes."""
        now = self._clock.now()
        with self._database.transaction() as session:
            due = incidents.claim_tries(session, now, now + CANARY_EVERY)
        for each in due:
            if self._is_mended(each):
                self._mended(each)
        self._listen_for_silence()
        self._try_slack()
        self._retest_the_first()
        self._monitoring.calmed_down()
        self._forget()
        self._incidents.say()

    def denied(self, team_id: str) -> None:
        """Somebody cancelled at Google's consent, or was refused there. Several in a row say something about us."""
        with self._database.reading() as session:
            ended = flows.people_by_outcome(session, self._clock.now() - _WITHIN)
        if ended.get("cancelled", 0) >= _DENIED and not ended.get("connected"):
            self._incidents.meet(kinds.CONSENT_SCREEN, "consent_screen", team_id, touched=ended["cancelled"])

    def ends_soon(self, team_id: str) -> None:
        """Somebody's new grant ends within days. If everybody's does, that is the app's doing and not theirs."""
        with self._database.reading() as session:
            short, others = conditions.lifetimes(session, self._clock.now() + _TESTING_AT_MOST)
        if short >= _ENOUGH and not others:
            self._incidents.meet(kinds.SHORT_GRANTS, "testing_mode", team_id, touched=short)

    # --- what is known to be broken ---------------------------------------------------------------------------------

    def _is_mended(self, each: Incident) -> bool:
        if each.key == kinds.CRYPTO_KEY:
            return self._keys_are_right()
        if each.key.startswith(slack_app("")):
            return False  # all workspaces are tried below
        domain = each.key.partition(":")[2] if each.key.startswith(kinds.org("")) else None
        look = self._sweep.second_opinion(domain=domain or None)
        if look is None:
            return self._client_is_known() if each.key == kinds.GOOGLE_CLIENT else False
        if look.signal is None:
            return False
        # A refusal of one person is an answer: Google took our client. Not so if it is the refusal in question.
        return not (isinstance(look.signal, Refused) and look.signal.cause == each.code)

    def _keys_are_right(self) -> bool:
        try:
            with self._database.transaction() as session:
                canary.check(session, self._sealer, self._clock.now())
        except crypto.Unreadable:
            return False
        return True

    def _client_is_known(self) -> bool:
        try:
            self._consent.refresh(_NOBODY)
        except GoogleFault as fault:
            return fault.verdict.code == "grant_dead"
        return True

    def _mended(self, each: Incident) -> None:
        if self._incidents.resolve(each.key) and each.key in (kinds.GOOGLE_CLIENT, kinds.GOOGLE_CONSENT):
            self._help_the_stranded(each)

    def _help_the_stranded(self, each: Incident) -> None:
        """Whoever ran into it while connecting was promised a new link: each gets one."""
        now = self._clock.now()
        with self._database.reading() as session:
            waiting = flows.stranded(session, "config_problem", each.opened_at - _A_MOMENT)
        for person in waiting:
            with self._database.transaction() as session:
                first = work.claim_once(session, f"fresh-link:{each.id}:{person.id}", now)
            if first:
                try:
                    self._send_link(Who(person.team_id, person.user_id))
                except BotError as error:
                    log.warning("fresh_link_not_sent", user=person.user_id, error=type(error).__name__)

    # --- what may be broken -----------------------------------------------------------------------------------------

    def _listen_for_silence(self) -> None:
        """Google answers some calls on its worst days. If it answers nobody, the way out is closed."""
        if self._incidents.stops_looking(self._incidents.open_keys() - {kinds.EGRESS}):
            return  # while something else is broken for everybody, nobody's calendars are asked after
        now = self._clock.now()
        with self._database.reading() as session:
            failing = probes.failing(session, now - _SILENCE, _AGAIN_AND_AGAIN)
            answered = probes.answered_last(session)
            team_id = conditions.some_team(session)
        if failing and (answered is None or answered < now - _SILENCE):
            self._incidents.meet(kinds.EGRESS, "egress", team_id)

    def _try_slack(self) -> None:
        for team_id in self._teams():
            try:
                self._notifier.well(team_id)
            except SlackRefusesApp as refused:
                self._incidents.meet(slack_app(team_id), refused.code, team_id)
            except BotError:  # Slack is out of reach: that says nothing about our token
                continue
            else:
                self._incidents.resolve(slack_app(team_id))

    def _retest_the_first(self) -> None:
        """Half an hour after many fell out at once, the first of them are asked again; who has recovered heals."""
        now = self._clock.now()
        with self._database.transaction() as session:
            mass = incidents.of(session, kinds.MASS)
            is_due = mass is not None and now >= mass.opened_at + _RETEST_AFTER
            key = f"retest:{mass.id}:{int(now.timestamp() // _RETEST_AFTER.total_seconds())}" if mass else ""
            first = conditions.struck(session, _RETESTED) if is_due and work.claim_once(session, key, now) else []
        if first:
            self._sweep.look_at(first)

    def _forget(self) -> None:
        """What nobody tries by itself is over when nobody meets it any more."""
        now = self._clock.now()
        with self._database.reading() as session:
            fading = [each for each in incidents.open_ones(session) if each.try_at is None]
            connected = {each.id: "connected" in flows.people_by_outcome(session, each.opened_at) for each in fading}
        for each in fading:
            if each.key in (kinds.MASS, kinds.TESTING_MODE):
                continue
            if each.key in (kinds.CONSENT_SCREEN, kinds.GOOGLE_CONSENT):
                if connected[each.id] or each.seen_at < now - _A_DAY:
                    self._mended(each)
            elif each.seen_at < now - self._forgotten_after:
                self._incidents.resolve(each.key)

"""What of ours is broken: noted once, told to the people who run the bot once, and edited when it is mended."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.faults import Blame, Verdict
from bot.domain.health import Health, Hold
from bot.domain.incidents import incident
from bot.domain.notices import Checkup, IncidentSeen, MessageRef, Notice, OperatorAlert
from bot.domain.people import Who
from bot.errors import BotError
from bot.ports import Clock, Directory, Notifier
from storage import audit, canary, conditions, crypto, incidents, probes
from storage.crypto import Sealer
from storage.database import Database, Session
from storage.tables import new_id
from storage.watch_tables import Incident

log = structlog.get_logger()

GOOGLE_CLIENT, GOOGLE_CONSENT, EGRESS, CRYPTO_KEY = "google_client", "google_consent", "egress", "crypto_key"
MASS, TESTING_MODE, CONSENT_SCREEN = "mass", "testing_mode", "consent_screen"
CLOCK_SKEW = "clock_skew"
"""Slack's requests say that this machine's clock is wrong."""
SHORT_GRANTS = "short_grants"
"""Google says of every grant that it ends within days: told before the first one dies. It holds nothing back."""
_FOR_EVERYBODY = frozenset({GOOGLE_CLIENT, "google_project_api", EGRESS, CRYPTO_KEY})
"""While one of these is open nothing that Google or our own keys refuse says anything about anybody."""
_HOLDING = frozenset({MASS, TESTING_MODE})
"""While one of these is open refusals are noted and not believed, unless an admin says so."""
CANARY_EVERY = timedelta(minutes=1)
_LEASE = timedelta(minutes=2)
_LATER = timedelta(minutes=1)
_SHOWN = 8


def org(domain: str | None) -> str:
    """The key of "the administrator of this Google Workspace keeps us out"."""
    return f"google_org:{domain or ''}"


def slack_app(team_id: str) -> str:
    """The key of "Slack no longer takes our token for this workspace"."""
    return f"slack_app:{team_id}"


class Incidents:
    """Alerts go to OPERATOR_CHANNEL; without one to ADMINS, else to the workspace's owners, by DM."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        directory: Directory,
        notifier: Notifier,
        clock: Clock,
        later: Callable[[Callable[[], object]], object],
        *,
        channel: str | None,
        admins: Sequence[str],
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._directory = directory
        self._notifier = notifier
        self._clock = clock
        self._later = later
        self._channel = channel
        self._admins = admins

    # --- noting -----------------------------------------------------------------------------------------------------

    def raise_for(self, team_id: str, verdict: Verdict) -> None:
        """Note a failure that is not the employee's, if it is one that an operator should know of."""
        if verdict.blame in (Blame.OPERATOR, Blame.WORKSPACE_ADMIN, Blame.BUG) or verdict.alert:
            self.meet(verdict.breaker or f"{verdict.code}:{team_id}", verdict.code, team_id)

    def meet(self, key: str, code: str, team_id: str, touched: int = 0) -> None:
        """Note one incident; the first to meet it opens it, and the operators are told behind their back."""
        now = self._clock.now()
        is_breaker = key in _FOR_EVERYBODY or key.startswith(("google_org:", "slack_app:"))
        with self._database.transaction() as session:
            if key in _FOR_EVERYBODY:
                touched = probes.active(session)
            try_at = now + CANARY_EVERY if is_breaker else None
            _, is_new = incidents.meet(session, key, code, team_id, now, touched=touched, try_at=try_at)
        if is_new:
            log.error("operator_alert", incident=key, code=code, team=team_id, touched=touched)
            self._later(self.say)

    def unreadable(self, team_id: str) -> None:
        """A stored grant does not open: one row's trouble, or all keys are wrong."""
        try:
            with self._database.transaction() as session:
                canary.check(session, self._sealer, self._clock.now())
        except crypto.Unreadable:
            self.meet(CRYPTO_KEY, "crypto_key", team_id)
        else:
            self.meet(f"crypto_row:{team_id}", "crypto_row", team_id)

    def resolve(self, key: str) -> Incident | None:
        """It is mended. What it was, if it was open."""
        with self._database.transaction() as session:
            found = incidents.of(session, key)
            if found is None or not incidents.resolve(session, found.id, self._clock.now()):
                return None
        log.info("incident_resolved", incident=key, code=found.code)
        self._later(self.say)
        return found

    # --- what they keep from happening ------------------------------------------------------------------------------

    def hold(self, session: Session, domain: str | None, *, looks_like_testing: bool = False) -> Hold:
        """What may be concluded of a refusal of somebody of this Google Workspace domain just now."""
        hold = Hold.NOTHING
        for each in incidents.open_ones(session):
            if each.key in _FOR_EVERYBODY or each.key == org(domain):
                return Hold.JUDGING
            holds = each.key == MASS or (each.key == TESTING_MODE and looks_like_testing)
            if holds and not each.released:
                hold = Hold.CONFIRMING
        return hold

    def open_keys(self) -> frozenset[str]:
        """What is broken now."""
        with self._database.reading() as session:
            return frozenset(each.key for each in incidents.open_ones(session))

    def stops_looking(self, keys: frozenset[str]) -> bool:
        """Whether looking at people is left to the one that is tried each minute."""
        return not keys.isdisjoint(_FOR_EVERYBODY)

    def is_freezing(self, keys: frozenset[str]) -> bool:
        """Whether reminders wait because too many fell out at once."""
        return MASS in keys

    def release(self, who: Who, incident_id: str) -> bool:
        """An admin's word that people may be told all the same; of the workspace that the incident was told to."""
        now = self._clock.now()
        with self._database.transaction() as session:
            released = incidents.release(session, incident_id, who.team_id, _HOLDING, now)
            if released:
                for connection_id in conditions.struck(session):
                    probes.soon(session, connection_id, now)
                audit.record(
                    session,
                    now=now,
                    team_id=who.team_id,
                    user_id=who.user_id,
                    action="messages_released",
                    detail={"incident": incident_id},
                )
        if released:
            self._later(self.say)
        return released

    # --- telling ----------------------------------------------------------------------------------------------------

    def overview(self, team_id: str) -> Checkup:
        """What an admin of this workspace sees: what is or was broken, and how everybody is."""
        now = self._clock.now()
        with self._database.reading() as session:
            open_ones, latest = incidents.open_ones(session), incidents.latest(session, _SHOWN)
            counted = conditions.counts(session, team_id)
            answered, behind = probes.answered_last(session), probes.overdue(session, now - timedelta(minutes=5))
        seen = tuple(_seen(each, team_id) for each in (*open_ones, *latest) if _concerns(each, team_id))
        return Checkup(seen, {Health(health): count for health, count in counted.items()}, answered, behind)

    def say(self) -> None:
        """Tell the operators what they were not told yet."""
        lease, now = new_id(), self._clock.now()
        with self._database.transaction() as session:
            owed = incidents.claim_words(session, now, lease, now + _LEASE)
        for each in owed:
            todo = each.todo or ""
            try:
                is_new = todo == incidents.ALERT or (todo == incidents.EDIT and not each.messages)
                messages = self._post(each) if is_new else self._edited(each)
            except BotError as error:
                log.warning("operator_alert_undelivered", incident=each.key, error=type(error).__name__)
                with self._database.transaction() as session:
                    incidents.put_off(session, each.id, lease, now + _LATER)
                continue
            with self._database.transaction() as session:
                incidents.said(session, each.id, lease, todo, messages)

    def tell_operators(self, team_id: str, notice: Notice) -> list[MessageRef]:
        """Say something to the people who run the bot. Raises what Notifier raises when nobody could be told."""
        if self._channel:
            return [self._notifier.tell_channel(team_id, self._channel, notice)]
        people = [Who(team_id, admin) for admin in self._admins] or list(self._directory.owners(team_id))
        told, failed = list[MessageRef](), None
        for who in people:
            try:
                told.append(self._notifier.tell(who, notice))
            except BotError as error:  # one who cannot be reached must not keep it from the others
                failed = error
        if failed and not told:
            raise failed
        return told

    def announce(self, team_id: str, code: str) -> None:
        """Say something once that does not mend itself and that we do not look after any more."""
        words = incident(code)
        try:
            self.tell_operators(team_id, OperatorAlert(words.what, words.mend, since=self._clock.now()))
        except BotError as error:
            log.warning("operator_alert_undelivered", incident=code, error=type(error).__name__)

    def _post(self, each: Incident) -> list[dict[str, str]]:
        told = self.tell_operators(each.team_id, _alert(each))
        return [{"channel": ref.channel, "ts": ref.ts} for ref in told]

    def _edited(self, each: Incident) -> list[dict[str, str]]:
        """What nobody was told while it lasted is in the log alone."""
        for ref in each.messages:
            self._notifier.edit(each.team_id, MessageRef(ref["channel"], ref["ts"]), _alert(each))
        return each.messages


def _alert(each: Incident) -> OperatorAlert:
    words = incident(each.code)
    return OperatorAlert(
        words.what,
        words.mend,
        since=each.opened_at,
        resolved_at=each.resolved_at,
        touches=_touches(each),
        release=each.id if _holds(each) else None,
    )


def _touches(each: Incident) -> str:
    if each.key in _FOR_EVERYBODY:
        return f"It touches {_people(each.touched)}."
    if each.key.startswith("google_org:"):
        return f"It touches {_people(each.touched)}. Nobody is written to, and their connections stay as they are."
    if each.key == MASS:
        return f"It touches {_people(each.touched)}. Nobody has been written to."
    if each.key == TESTING_MODE:
        return f"It touches {_people(each.touched)} so far."
    return ""


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _seen(each: Incident, team_id: str) -> IncidentSeen:
    words, holds = incident(each.code), _holds(each) and each.team_id == team_id
    return IncidentSeen(each.id, words.what, words.mend, each.opened_at, each.resolved_at, each.touched, holds=holds)


def _holds(each: Incident) -> bool:
    return each.key in _HOLDING and not each.released and each.resolved_at is None


def _concerns(each: Incident, team_id: str) -> bool:
    """What is broken for one workspace alone is nobody else's business."""
    _, colon, whose = each.key.partition(":")
    return not colon or each.key.startswith("google_org:") or whose == team_id


def older_than(each: Incident, moment: datetime) -> bool:
    """Whether it was not met since then."""
    return each.seen_at < moment

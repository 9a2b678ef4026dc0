"""One look at one person's connection: does Google take the grant, and are the chosen calendars there?"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.domain.faults import GoogleFault, Verdict
from bot.domain.health import Cause, Health, Healthy, Refused, Signal
from bot.domain.looks import LINKED, Found, found, trouble
from bot.domain.people import Who
from bot.domain.permissions import missing
from bot.errors import SecretUnreadable
from bot.ports import PAGE_OF_ENTRIES, AccessToken, Calendars
from bot.services.grants import Grants
from bot.services.incidents import Incidents, org
from storage.probes import Claimed

log = structlog.get_logger()

_BLAMED = {str(cause): cause for cause in Cause}


@dataclass(frozen=True, slots=True)
class Look:
    """What one look has shown: a signal about the person, or a verdict that is about something else."""

    signal: Signal | None
    verdict: Verdict | None = None
    list_token: str | None = None
    found: Sequence[Found] = ()
    scopes: frozenset[str] | None = None
    asked: bool = True
    """False when nobody was asked, because something is broken for everybody."""


class Looker:
    """One look costs a refresh, which proves the grant and no call of Calendar's, and one listing of what changed."""

    def __init__(self, grants: Grants, calendars: Calendars, incidents: Incidents) -> None:
        self._grants = grants
        self._calendars = calendars
        self._incidents = incidents
        self._broken: frozenset[str] = frozenset()

    def may_go_on(self) -> bool:
        """Whether nothing is broken for everybody, as the database has it now."""
        self._broken = self._incidents.open_keys()
        return not self._incidents.stops_looking(self._broken)

    def is_pointless(self, one: Claimed) -> bool:
        """Whether something is broken for this one and many others, as far as we know without asking."""
        return self._incidents.stops_looking(self._broken) or org(one.hosted_domain) in self._broken

    def look(self, one: Claimed) -> Look:
        """Ask Google about one person. Raises nothing: one strange answer must not end the sweep for the others."""
        who = Who(one.team_id, one.user_id)
        try:
            held = self._grants.opened(who, one.connection_id, one.token_version, one.account, one.grant)
            return self._asked(one, self._grants.proved(held))
        except SecretUnreadable:  # the operators have been told by whoever could not open it
            self._broken = self._incidents.open_keys()
            return Look(None)
        except GoogleFault as fault:
            cause = _BLAMED.get(fault.verdict.code)
            if cause is not None:
                if cause is Cause.SESSION_EXPIRED:  # it comes back with every session, until their admin ends that
                    self._incidents.raise_for(one.team_id, fault.verdict)
                return Look(Refused(cause), fault.verdict)
            self._incidents.raise_for(one.team_id, fault.verdict)
            if fault.verdict.breaker:
                self._broken |= {fault.verdict.breaker}
            return Look(None, fault.verdict)
        except Exception:
            # the last place that can tell one person's trouble from everybody's
            log.exception("bug", connection=one.connection_id)
            return Look(None)

    def _asked(self, one: Claimed, token: AccessToken) -> Look:
        if missing(token.scopes):
            return Look(Refused(Cause.PERMISSION_MISSING), scopes=token.scopes)
        # Whatever is in doubt is looked at whole.
        in_doubt = one.strike_at is not None or one.health not in (Health.CONNECTED, Health.EXPIRING)
        changes = self._calendars.changes(token, None if in_doubt else one.list_token)
        entries, gone = changes.entries, changes.gone
        linked = next((each.calendar_id for each in one.picks if each.purpose == LINKED), None)
        if linked and not changes.whole:
            # What changed in a list leaves out changes of what one may do (calendarList.list, syncToken).
            entry = self._calendars.entry(token, linked)
            entries, gone = ((*entries, entry), gone) if entry else (entries, gone | {linked})
        # A list too long to be read whole has no sync token; what is not in it may still be there.
        seen: Sequence[Found] = found(one.picks, entries, gone, whole=changes.whole and changes.sync_token is not None)
        seen = self._not_overlooked(token, seen)
        cause = trouble(seen)
        scopes = token.scopes if _scopes(one) != token.scopes else None
        signal: Signal = Refused(cause) if cause else Healthy(one.refresh_expires_at)
        # A list of one page costs one call either way, and read whole it tells roles; only longer ones are followed.
        is_long = not changes.whole or len(entries) > PAGE_OF_ENTRIES
        return Look(signal, None, changes.sync_token if is_long else None, seen, scopes)

    def _not_overlooked(self, token: AccessToken, seen: Sequence[Found]) -> Sequence[Found]:
        """A listing can leave something out; a calendar counts as gone when Google does not know the entry either."""
        if all(each.present for each in seen):
            return seen
        asked = {each.calendar_id: self._calendars.entry(token, each.calendar_id) for each in seen if not each.present}
        there = [entry for entry in asked.values() if entry is not None]
        return found(seen, there, frozenset(), whole=False)


def _scopes(one: Claimed) -> frozenset[str]:
    return frozenset(one.scopes.split())

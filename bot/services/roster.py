"""Everybody of a workspace, kept in step with Slack: by its events, and by reading the whole directory each night."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import structlog

from bot.domain.people import Profile, Who
from bot.errors import BotError, SlackUnavailable
from bot.ports import Clock, Directory
from bot.services.erasures import mark_as_declined
from storage import audit, errands, roster
from storage.database import Database, Session
from storage.tables import new_id

log = structlog.get_logger()

_OLD, _DAY = timedelta(days=1), timedelta(days=1)
_BATCH = 500
_LEASE = timedelta(minutes=10)
"""Renewed with every batch, which is a page of Slack's."""
_SOON, _LATER = timedelta(minutes=5), timedelta(hours=1)
_STALE = timedelta(hours=6)
_ASKED_AT_MOST = 200
"""Questions to Slack about single people after one reading; the next night brings the rest."""
_DIRECTORY = "directory:"


@dataclass
class _Reading:
    """How far one reading has come. What Slack lists goes on after SlackUnavailable where it stopped."""

    began: datetime
    members: Iterator[Profile]
    batch: list[Profile] = field(default_factory=list)
    count: int = 0


class Roster:
    """``left`` is told of people who are not there any more, ``joined`` of a workspace's newcomers.

    With ``asks_again`` an address that changes raises the question whether the Google account is still their own.
    """

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Clock,
        left: Callable[[Who], object],
        joined: Callable[[str, datetime], object],
        *,
        asks_again: bool,
    ) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._left = left
        self._joined = joined
        self._asks_again = asks_again
        self._guard = Lock()
        self._under_way: dict[str, _Reading] = {}

    def read_if_old(self, team_id: str) -> None:
        """Read the directory if that has not been done for a day. Raises what Directory raises."""
        now = self._clock.now()
        with self._database.reading() as session:
            known = errands.done_last(session, _DIRECTORY + team_id)
        if known is None or known < now - _OLD:
            self.read(team_id)

    def read(self, team_id: str) -> int:
        """The whole directory, page by page. How many there are.

        Raises what Directory raises; after SlackUnavailable the next call goes on where this one stopped.
        """
        return self._read(team_id, lambda: True)

    def nightly(self, teams: Iterable[str]) -> None:
        """Once a night for each workspace, by whichever process comes first. What fails is gone on with, or tried anew.

        Nobody waits for Slack here: the errand is given back with the time at which Slack wants to be asked again.
        """
        with self._database.reading() as session:
            settled = errands.settled(session, _DIRECTORY, self._clock.now())
        for team_id in teams:
            key, lease, now = _DIRECTORY + team_id, new_id(), self._clock.now()
            if key in settled:
                continue
            with self._database.transaction() as session:
                mine = errands.claim(session, key, now, lease, now + _LEASE)
            if mine is not None:
                self._in_turn(team_id, key, lease)

    def changed(self, profile: Profile) -> None:
        """Slack says that somebody has changed, or has joined."""
        if not _is_ours(profile):
            return
        now = self._clock.now()
        facts = _facts(profile, now)
        del facts["read_at"]  # one person's word is no reading of the directory
        with self._database.transaction() as session:
            self._keep(session, profile.who.team_id, [facts], now)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _in_turn(self, team_id: str, key: str, lease: str) -> None:
        wait = None
        try:
            self._read(team_id, lambda: self._is_still_mine(key, lease))
        except SlackUnavailable as unavailable:
            wait = timedelta(seconds=unavailable.retry_after) if unavailable.retry_after else _SOON
            log.info("directory_gone_on_with_later", team=team_id)
        except BotError as error:
            wait = _LATER
            log.warning("directory_not_read", team=team_id, error=type(error).__name__)
        if wait is not None:
            with self._database.transaction() as session:
                errands.put_off(session, key, lease, self._clock.now() + wait)

    def _is_still_mine(self, key: str, lease: str) -> bool:
        with self._database.transaction() as session:
            return errands.extend(session, key, lease, self._clock.now() + _LEASE)

    def _read(self, team_id: str, goes_on: Callable[[], bool]) -> int:
        reading = self._resumed(team_id)
        try:
            for profile in reading.members:
                reading.batch.append(profile)
                if len(reading.batch) >= _BATCH:
                    self._store(team_id, reading)
                    if not goes_on():
                        log.info("lease_lost", team=team_id)
                        return reading.count
        except SlackUnavailable:
            with self._guard:
                self._under_way[team_id] = reading
            raise
        self._store(team_id, reading)
        self._finish(team_id, reading)
        return reading.count

    def _resumed(self, team_id: str) -> _Reading:
        now = self._clock.now()
        with self._guard:
            known = self._under_way.pop(team_id, None)
        if known is not None and now - known.began < _STALE:
            return known
        return _Reading(now, self._directory.members(team_id))

    def _store(self, team_id: str, reading: _Reading) -> None:
        ours = [_facts(each, reading.began) for each in reading.batch if _is_ours(each)]
        with self._database.transaction() as session:
            reading.count += self._keep(session, team_id, ours, reading.began)
        reading.batch.clear()

    def _finish(self, team_id: str, reading: _Reading) -> None:
        """Only a list that was read to its end says anything of who is not in it, and even then Slack is asked."""
        now, key = self._clock.now(), _DIRECTORY + team_id
        with self._database.transaction() as session:
            before = errands.done_last(session, key)
            errands.done(session, key, now, now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY)
            absent = roster.unread_with_grants(session, team_id, reading.began, _ASKED_AT_MOST)
            deactivated = roster.deactivated_with_grants(session, team_id, _ASKED_AT_MOST)
        for user_id in (*absent, *deactivated):
            self._gone(Who(team_id, user_id))
        if before is not None:
            self._joined(team_id, before)
        log.info("directory_read", team=team_id, people=reading.count, absent=len(absent))

    def _keep(self, session: Session, team_id: str, members: list[dict[str, Any]], now: datetime) -> int:
        known = (
            roster.connected_emails(session, team_id, [each["user_id"] for each in members]) if self._asks_again else {}
        )
        count = roster.keep(session, team_id, members, now)
        mark_as_declined(session, team_id, [each["user_id"] for each in members], now)
        for member in members:
            person_id, before, account = known.get(member["user_id"], ("", "", ""))
            email = member.get("email") or ""
            if before and email and not _same(email, before) and not _same(email, account):
                errands.begin(session, f"confirm:{person_id}", self._clock.now(), self._clock.now())
                audit.record(
                    session,
                    now=self._clock.now(),
                    team_id=team_id,
                    user_id=member["user_id"],
                    action="email_changed",
                    detail={},
                )
        return count

    def _gone(self, who: Who) -> None:
        try:
            self._left(who)
        except BotError as error:  # one whom Slack would not confirm must not keep it from the others
            log.warning("departure_put_off", user=who.user_id, error=type(error).__name__)


def _is_ours(profile: Profile) -> bool:
    """Slack lists whom we share channels with as well: they belong to another workspace."""
    return profile.home_team_id == profile.who.team_id


def _same(left: str, right: str) -> bool:
    return left.strip().casefold() == right.strip().casefold()


def _facts(profile: Profile, now: datetime) -> dict[str, Any]:
    facts = {
        "user_id": profile.who.user_id,
        "name": profile.name,
        "email": profile.email,
        "time_zone": profile.time_zone,
        "locale": profile.locale,
        "is_guest": profile.is_guest,
        "is_admin": profile.is_admin,
        "is_bot": profile.is_bot,
        "deactivated_at": now if profile.deleted else None,
        "read_at": now,
    }
    if profile.deleted:  # Slack leaves out what they were
        del facts["time_zone"], facts["locale"], facts["is_guest"]
    return facts

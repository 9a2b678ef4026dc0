"""Everybody of a workspace, kept in step with Slack: by its events, and by reading the whole directory each night."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog

from bot.domain.people import Profile, Who
from bot.errors import BotError
from bot.ports import Clock, Directory
from storage import roster, work
from storage.database import Database

log = structlog.get_logger()

_OLD = timedelta(days=1)
_BATCH = 500


class Roster:
    """``left`` is told of people who are not there any more."""

    def __init__(self, database: Database, directory: Directory, clock: Clock, left: Callable[[Who], object]) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._left = left

    def read_if_old(self, team_id: str) -> None:
        """Read the directory if that has not been done for a day. Raises what Directory raises."""
        now = self._clock.now()
        with self._database.reading() as session:
            known = roster.read_last(session, team_id)
        if known is None or known < now - _OLD:
            self.read(team_id)

    def read(self, team_id: str) -> int:
        """The whole directory, page by page; who is no longer in it has left. How many there are."""
        began, count = self._clock.now(), 0
        for batch in _batches(self._directory.members(team_id), _BATCH):
            with self._database.transaction() as session:
                count += roster.keep(session, team_id, [_facts(each, began) for each in batch if _is_ours(each)], began)
        with self._database.reading() as session:
            gone = [Who(team_id, each.user_id) for each in roster.unread_since(session, team_id, began)]
            deactivated = [Who(team_id, user_id) for user_id in roster.deactivated_with_grants(session, team_id)]
        for who in (*gone, *deactivated):
            self._gone(who)
        log.info("directory_read", team=team_id, people=count, gone=len(gone))
        return count

    def nightly(self, teams: Iterable[str]) -> None:
        """Once a day for each workspace, by whichever process comes first."""
        now = self._clock.now()
        for team_id in teams:
            with self._database.transaction() as session:
                mine = work.claim_once(session, f"directory:{team_id}:{now:%Y-%m-%d}", now)
            if mine:
                try:
                    self.read(team_id)
                except BotError as error:
                    log.warning("directory_not_read", team=team_id, error=type(error).__name__)

    def changed(self, profile: Profile) -> None:
        """Slack says that somebody has changed, or has joined."""
        if not _is_ours(profile):
            return
        now = self._clock.now()
        with self._database.transaction() as session:
            facts = _facts(profile, now)
            del facts["read_at"]  # one person's word is no reading of the directory
            roster.keep(session, profile.who.team_id, [facts], now)

    def _gone(self, who: Who) -> None:
        try:
            self._left(who)
        except BotError as error:  # one whom Slack would not confirm must not keep it from the others
            log.warning("departure_put_off", user=who.user_id, error=type(error).__name__)


def _is_ours(profile: Profile) -> bool:
    """Slack lists whom we share channels with as well: they belong to another workspace."""
    return profile.home_team_id == profile.who.team_id


def _facts(profile: Profile, now: datetime) -> dict[str, Any]:
    return {
        "user_id": profile.who.user_id,
        "name": profile.name,
        "email": profile.email,
        "time_zone": profile.time_zone,
        "is_guest": profile.is_guest,
        "is_admin": profile.is_admin,
        "is_bot": profile.is_bot,
        "deactivated_at": now if profile.deleted else None,
        "read_at": now,
    }


def _batches(people: Iterable[Profile], size: int) -> Iterator[list[Profile]]:
    whole = iter(people)
    while batch := list(islice(whole, size)):
        yield batch

"""The weekly digest for the people who run the bot: in each workspace its own, once a week."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.notices import WeeklyDigest
from bot.domain.tallies import Chart, digest_due
from bot.errors import BotError, SlackUnavailable
from bot.ports import Clock, Notifier
from bot.services.board import TeamBoard
from bot.services.tallies import Tallies
from storage import tallies, work
from storage.database import Database

log = structlog.get_logger()

_WEEK = timedelta(days=7)
_NAMED = 5
_SETTLES = timedelta(minutes=1)
"""So long a new picture is left alone: Slack does not show it at once."""


class Digest:
    """Posted into ``channel``, which is OPERATOR_CHANNEL; None: there is none."""

    def __init__(
        self,
        database: Database,
        board: TeamBoard,
        days: Tallies,
        notifier: Notifier,
        clock: Clock,
        teams: Callable[[], Sequence[str]],
        *,
        channel: str | None,
    ) -> None:
        self._database = database
        self._board = board
        self._days = days
        self._notifier = notifier
        self._clock = clock
        self._teams = teams
        self._channel = channel

    def run(self) -> None:
        """Post what fell due on Monday morning, or what a bot that was down then still owes."""
        if self._channel is None:
            return
        due = digest_due(self._clock.now())
        for team_id in self._teams():
            if self._is_owed(team_id, due):
                self._post(team_id, self._channel, due)

    def _is_owed(self, team_id: str, due: datetime) -> bool:
        with self._database.reading() as session:
            return tallies.began_before(session, team_id, due) and not work.is_claimed(session, _key(team_id, due))

    def _post(self, team_id: str, channel: str, due: datetime) -> None:
        now = self._clock.now()
        chart = self._days.chart(team_id)
        if isinstance(chart, Chart) and now - chart.uploaded_at < _SETTLES:
            return  # the next run finds it ready to be shown
        with self._database.transaction() as session:
            # what is claimed is forgotten a day after this moment: not before the week is over
            if not work.claim_once(session, _key(team_id, due), due + _WEEK):
                return
        notice = WeeklyDigest(
            self._board.counts(team_id),
            self._days.change(team_id),
            self._board.broken_longest(team_id, _NAMED),
            chart if isinstance(chart, Chart) else None,
        )
        try:
            self._notifier.tell_channel(team_id, channel, notice)
        except BotError as error:
            log.warning("digest_undelivered", team=team_id, error=type(error).__name__)
            if isinstance(error, SlackUnavailable) and not error.lost:
                with self._database.transaction() as session:
                    work.give_back(session, _key(team_id, due))
            return
        log.info("digest_posted", team=team_id)


def _key(team_id: str, due: datetime) -> str:
    year, week, _ = due.isocalendar()
    return f"digest:{team_id}:{year}-{week}"

"""How many people stand where, kept for every day, and the chart that is drawn from it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.domain.tallies import Change, Chart, NoChart, Point
from bot.errors import BotError
from bot.ports import Charts, Clock
from storage import tallies
from storage.database import Database, Session
from storage.rollout_tables import Tally

log = structlog.get_logger()

_SHOWN, _KEPT = timedelta(days=365), timedelta(days=731)
_WEEK = timedelta(days=7)
_LEAST = 2
"""Days of a chart."""


class Tallies:
    """``teams`` are the workspaces that are counted."""

    def __init__(self, database: Database, charts: Charts, clock: Clock, teams: Callable[[], Sequence[str]]) -> None:
        self._database = database
        self._charts = charts
        self._clock = clock
        self._teams = teams

    def run(self) -> None:
        """Write down how today stands, in every workspace; forget what is too old."""
        for team_id in self._teams():
            self.count(team_id)
        with self._database.transaction() as session:
            tallies.purge(session, self._clock.now().date() - _KEPT)

    def count(self, team_id: str) -> None:
        """Write down how today stands. A workspace is counted from its first invitation or connection on."""
        with self._database.reading() as session:  # no lock is held while tens of thousands are counted
            tally = self._today(session, team_id)
            is_new = tallies.latest(session, team_id, tally.day) is None
        if not is_new or tally.invited:
            with self._database.transaction() as session:
                tallies.keep(session, tally)

    def change(self, team_id: str) -> Change | None:
        """From a week ago to this moment, if a week ago is known."""
        with self._database.reading() as session:
            now = self._today(session, team_id)
            before = tallies.latest(session, team_id, now.day - _WEEK)
        return Change.between(_point(before), _point(now)) if before else None

    def chart(self, team_id: str) -> Chart | NoChart:
        """The days up to today, as a picture at Slack. Whatever goes wrong with it keeps nobody from the rest."""
        with self._database.reading() as session:
            kept = tallies.since(session, team_id, self._clock.now().date() - _SHOWN)
        if len(kept) < _LEAST:
            return NoChart.TOO_EARLY
        try:
            return self._charts.rollout(team_id, [_point(each) for each in kept])
        except BotError as error:
            log.warning("chart_not_brought", team=team_id, error=type(error).__name__)
            return NoChart.NOT_NOW

    def refused(self, team_id: str, chart: Chart) -> None:
        """Slack did not show it."""
        self._charts.refused(team_id, chart)

    def _today(self, session: Session, team_id: str) -> Tally:
        return tallies.count(session, team_id, self._clock.now().date())


def _point(tally: Tally) -> Point:
    return Point(tally.day, tally.connected, tally.invited, tally.broken)

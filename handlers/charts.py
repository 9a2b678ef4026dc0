"""The roll-out's chart, drawn by bot/pictures and brought to Slack by bot/slack: neither knows the other."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Lock

from bot.domain.tallies import Chart, Point
from bot.pictures.rollout_chart import rollout_chart
from bot.pictures.rollout_words import rollout_chart_words
from bot.ports import Clock
from bot.slack.uploads import upload_png
from bot.slack.workspaces import Clients

_TITLE = "How the roll-out goes"
_NEW = timedelta(minutes=5)
"""So long Slack may need until it shows a file; what it refuses later is gone."""


class RolloutCharts:
    """The port ``Charts``. Which file shows what is remembered by this process, so that it is brought once."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock
        self._lock = Lock()
        self._brought: dict[str, tuple[tuple[Point, ...], Chart]] = {}

    def rollout(self, team_id: str, points: Sequence[Point]) -> Chart:
        """Two days or more, drawn and brought to Slack, once as long as nothing changes."""
        wanted = tuple(points)
        with self._lock:
            known, chart = self._brought.get(team_id, ((), None))
        if chart is not None and known == wanted:
            return chart
        words = rollout_chart_words(wanted)
        filename = f"roll-out-{wanted[-1].day}.png"
        file_id = upload_png(self._clients, team_id, rollout_chart(wanted, _TITLE), filename, _TITLE, words)
        chart = Chart(file_id, words, self._clock.now())
        with self._lock:
            self._brought[team_id] = wanted, chart
        return chart

    def refused(self, team_id: str, chart: Chart) -> None:
        """Slack did not show this one: if it is no longer new, it is brought there anew next time."""
        if self._clock.now() - chart.uploaded_at < _NEW:
            return
        with self._lock:
            if self._brought.get(team_id, ((), None))[1] is chart:
                del self._brought[team_id]

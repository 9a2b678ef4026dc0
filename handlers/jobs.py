"""What the clock sets off. APScheduler is only the clock: every job asks what is due and is safe to run twice."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from handlers.background import Background

Table = Mapping[str, tuple[Callable[[], object], timedelta]]
"""What, and how often."""


class Jobs:
    """The schedule, as one table."""

    def __init__(self, work: Background, table: Table) -> None:
        self.table = table
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for name, (job, period) in table.items():
            self._scheduler.add_job(
                work.hand_over,
                "interval",
                args=[job],
                id=name,
                seconds=period.total_seconds(),
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )

    def start(self) -> None:
        """From now on."""
        self._scheduler.start()

    def stop(self) -> None:
        """No more; what runs already is the pool's to finish."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

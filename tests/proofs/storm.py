"""Slack's limits on a bad day: they are met by chance as well, and whoever does not heed them is noted."""

from datetime import timedelta
from random import Random

from tests.sandbox.slack.limits import Limits, TooOften

PATIENCE = timedelta(seconds=30)
"""What we wait where Slack does not say for how long."""


class Storm(Limits):
    """Slack's limits, further refusals by chance, and a note of who does not keep to what a 429 has said.

    ``says_when`` is whether a 429 says for how long; None: by chance.
    """

    def __init__(self, share: float, *, says_when: bool | None) -> None:
        super().__init__()
        self.on = True
        self.says_when, self._tells = says_when is not False, says_when
        self.refused = 0
        self.too_early: list[str] = []
        self._share, self._dice = share, Random(14)  # noqa: S311 - repeatable, not secret
        self._until: dict[tuple[str, str], float] = {}

    def count(self, method: str, team_id: str, channel: str, now: float) -> None:
        if now < self._until.get((method, team_id), 0):
            self.too_early.append(f"{method} {channel} {self._until[method, team_id] - now:.1f}")
        try:
            self._by_chance(method)
            super().count(method, team_id, channel, now)
        except TooOften as refused:
            self.refused += 1
            wait = PATIENCE.total_seconds() if refused.wait is None else refused.wait
            self._until[method, team_id] = now + wait
            raise

    def _by_chance(self, method: str) -> None:
        if method == "chat.postMessage" and self._dice.random() < self._share:
            tells = self._dice.random() < 1 / 2 if self._tells is None else self._tells
            raise TooOften(self._dice.randint(1, 60) if tells else None)

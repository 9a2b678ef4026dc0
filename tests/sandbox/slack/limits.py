"""How often the Web API may be called: by method and workspace, and messages by channel; off until switched on."""

import math
from collections import defaultdict, deque

from tests.sandbox.slack.refusal import Refused

WINDOW = 60.0
_TIERS = {
    1: (1, ("apps.connections.open",)),
    2: (20, ("usergroups.list", "usergroups.users.list", "users.list")),
    3: (
        50,
        (
            "bots.info",
            "chat.delete",
            "chat.update",
            "conversations.history",
            "conversations.info",
            "conversations.open",
            "team.info",
            "users.lookupByEmail",
        ),
    ),
    4: (
        100,
        (
            "chat.postEphemeral",
            "conversations.members",
            "files.completeUploadExternal",
            "files.getUploadURLExternal",
            "files.info",
            "users.info",
            "views.open",
            "views.publish",
            "views.push",
            "views.update",
        ),
    ),
}


class TooOften(Refused):
    """HTTP 429. ``wait`` is what Retry-After says, if Slack says it."""

    def __init__(self, wait: int | None) -> None:
        super().__init__("ratelimited")
        self.wait = wait


class Limits:
    """Slack's published tiers; their "or more" is taken at its least. Slack publishes no number for a workspace."""

    def __init__(self) -> None:
        self.on = False
        self.says_when = True
        """Whether a 429 carries Retry-After: Slack leaves it out at times."""
        self.a_minute = {method: most for most, methods in _TIERS.values() for method in methods}
        self.a_minute |= {"chat.postMessage": 300, "auth.test": 300}
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._posted: dict[str, float] = {}

    def count(self, method: str, team_id: str, channel: str, now: float) -> None:
        """One more call; TooOften when it is one too many. What is refused does not count."""
        if not self.on:
            return
        calls = self._calls[method, team_id]
        while calls and now - calls[0] >= WINDOW:
            calls.popleft()
        if len(calls) >= self.a_minute.get(method, math.inf):
            raise self._too_often(calls[0] + WINDOW - now)
        if method == "chat.postMessage":
            free_at = self._posted.get(channel, -math.inf) + 1
            if now < free_at:
                raise self._too_often(free_at - now)
            self._posted[channel] = now
        calls.append(now)

    def _too_often(self, seconds: float) -> TooOften:
        return TooOften(max(1, math.ceil(seconds)) if self.says_when else None)

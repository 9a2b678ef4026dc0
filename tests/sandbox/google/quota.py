"""Calendar requests counted as Google counts them: a minute slides along, a day begins at midnight Pacific time."""

from collections import Counter, deque
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.sandbox.google.errors import ApiError, google_error
from tests.sandbox.google.model import Client
from tests.sandbox.google.state import State

_PACIFIC = ZoneInfo("America/Los_Angeles")
_MINUTE = 60


class _Window:
    """How many in the last sixty seconds, kept second by second: counting costs the same however many there are."""

    def __init__(self) -> None:
        self._seconds: deque[list[int]] = deque()
        self.count = 0
        self.highest = 0

    def slide(self, now: int) -> int:
        while self._seconds and self._seconds[0][0] <= now - _MINUTE:
            self.count -= self._seconds.popleft()[1]
        return self.count

    def add(self, now: int) -> None:
        self.slide(now)
        if not self._seconds or self._seconds[-1][0] != now:
            self._seconds.append([now, 0])
        self._seconds[-1][1] += 1
        self.count += 1
        self.highest = max(self.highest, self.count)


class Quota:
    """Counters for tests to read, by the stand-in's clock; limits that refuse once ``enforce`` is called."""

    def __init__(self, state: State, client: Client) -> None:
        self._state = state
        self._client = client
        self._limits: tuple[int, int, int | None] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what was counted; the limits stay."""
        with self._state.lock:
            self.calls = 0
            self.refused = 0
            self._minutes: Counter[int] = Counter()
            self._days: Counter[date] = Counter()
            self._day: tuple[int, date] = (-1, date.min)
            self._project = _Window()
            self._users: dict[str, _Window] = {}

    def enforce(self, *, project: int = 10_000, user: int = 600, day: int | None = None) -> None:
        """Refuse what goes beyond: so many a minute for the project, for each of its users, and a day."""
        self._limits = (project, user, day)

    def relax(self) -> None:
        self._limits = None

    @property
    def enforced(self) -> bool:
        return self._limits is not None

    @property
    def busiest_minute(self) -> int:
        """The most calls that any sixty seconds have seen."""
        return self._project.highest

    @property
    def busiest_minute_of_a_user(self) -> int:
        with self._state.lock:
            return max((window.highest for window in self._users.values()), default=0)

    def calls_in(self, minute: datetime) -> int:
        """The calls in that minute of the clock."""
        return self._minutes[int(minute.timestamp()) // _MINUTE]

    def calls_on(self, day: datetime) -> int:
        """The calls on the day, in Google's sense, that this moment is part of."""
        return self._days[day.astimezone(_PACIFIC).date()]

    def count(self, email: str) -> None:
        """Count one call of this account. Raises ApiError beyond a limit, and then counts it among the refused."""
        with self._state.lock:
            now = self._state.now()
            second = int(now.timestamp())
            minute = second // _MINUTE
            if self._day[0] != minute:
                self._day = (minute, now.astimezone(_PACIFIC).date())
            user = self._users.setdefault(email, _Window())
            if self._limits is not None:
                self._check(self._limits, second, user)
            self.calls += 1
            self._minutes[minute] += 1
            self._days[self._day[1]] += 1
            self._project.add(second)
            user.add(second)

    def _check(self, limits: tuple[int, int, int | None], second: int, user: _Window) -> None:
        project_limit, user_limit, day_limit = limits
        if day_limit is not None and self._days[self._day[1]] >= day_limit:
            said = "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT)."
            raise self._refusal("dailyLimitExceeded", said)
        if user.slide(second) >= user_limit:
            raise self._refusal("userRateLimitExceeded", "User Rate Limit Exceeded")
        if self._project.slide(second) >= project_limit:
            raise self._refusal("rateLimitExceeded", "Rate Limit Exceeded")

    def _refusal(self, reason: str, message: str) -> ApiError:
        self.refused += 1
        return ApiError(403, google_error(403, reason, message, domain="usageLimits"))

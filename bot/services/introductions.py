"""What people are called on the pages, remembered for a moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.people import Who
from bot.errors import NotAnEmployee, SlackUnavailable
from bot.ports import Clock, Directory

_REMEMBERED = timedelta(minutes=1)
_STRANGER_REMEMBERED = timedelta(seconds=10)
_REMEMBERED_AT_MOST = 2000


@dataclass(frozen=True)
class Introduction:
    """Of somebody whom Slack could not name just now there is no e-mail address."""

    name: str
    team: str
    email: str | None


_STRANGER = Introduction("you", "your workspace", None)


class Introductions:
    """Whoever has a link can load its page as often as they like; Slack answers a hundred questions a minute in all.

    Whether somebody may connect is never decided by this.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._known: dict[Who, tuple[Introduction, datetime]] = {}

    def of(self, who: Who) -> Introduction:
        """As Slack introduced them within the last minute."""
        now = self._clock.now()
        known, until = self._known.get(who, (_STRANGER, now))
        if now < until:
            return known
        found = self._asked(who)
        if len(self._known) >= _REMEMBERED_AT_MOST:
            self._known.clear()
        self._known[who] = found, now + (_STRANGER_REMEMBERED if found is _STRANGER else _REMEMBERED)
        return found

    def _asked(self, who: Who) -> Introduction:
        try:
            profile = self._directory.profile(who)
            return Introduction(profile.name, self._directory.team_name(who.team_id), profile.email)
        except (SlackUnavailable, NotAnEmployee):
            return _STRANGER

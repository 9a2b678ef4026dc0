"""Who runs the bot: the admins and owners of a Slack workspace, and whoever ADMINS names."""

from collections.abc import Callable, Collection

import structlog

from bot.domain.people import Who
from bot.errors import BotError, NotAnEmployee
from bot.ports import Directory

log = structlog.get_logger()


class Admins:
    """Slack is asked each time: who was an admin when a button was drawn may be none when it is clicked.

    ``named`` are ids of ADMINS. They say no workspace, so ``is_home`` says whether they are this one's.
    """

    def __init__(self, directory: Directory, named: Collection[str], is_home: Callable[[str], bool]) -> None:
        self._directory = directory
        self._named = frozenset(named)
        self._is_home = is_home

    def admit(self, who: Who, asked: str) -> bool:
        """Whether they may do what they ask, as Slack has it now; a refusal is logged. Raises SlackUnavailable."""
        admitted = self._is_one(who)
        if not admitted:
            log.warning("not_an_admin", asked=asked, team=who.team_id, user=who.user_id)
        return admitted

    def seems_one(self, who: Who) -> bool:
        """Whether to show them what only admins may ask for: not while Slack does not answer."""
        try:
            return self._is_one(who)
        except BotError:
            return False

    def _is_one(self, who: Who) -> bool:
        try:
            profile = self._directory.profile(who)
        except NotAnEmployee:
            return False
        if profile.deleted or profile.is_bot or profile.home_team_id != who.team_id:
            return False
        is_named = who.user_id in self._named and self._is_home(who.team_id)
        return is_named or (profile.is_admin and not profile.is_guest)

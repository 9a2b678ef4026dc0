"""The workspaces the app is installed in, and the bot token of each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import structlog

from bot.errors import NotAnEmployee, SecretUnreadable, SlackRefusesApp
from bot.ports import Clock, Installation
from storage import crypto, people, workspaces
from storage.crypto import Sealer
from storage.database import Database

log = structlog.get_logger()

_DEAD = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""What Slack says of a token that it has ended; whatever else it refuses may be mended."""
_BELIEVED = timedelta(minutes=1)
"""How long a stored token is used from memory: another replica may have seen the app installed again."""


class NotInstalled(NotAnEmployee):
    """Calendar Bot is not installed in this workspace."""


class Workspaces:
    """Looks up bot tokens; the database is asked once a minute, process and team.

    ``home`` asks Slack which workspace a token is of. ``lone_token`` is SLACK_BOT_TOKEN.
    """

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, home: Callable[[str], str], lone_token: str | None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._home = home
        self._lone_token = lone_token
        self._lone_team: str | None = None
        self._ended: set[str] = set()
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def known(self, team_id: str) -> str | None:
        """The token if it is at hand already; never waits."""
        token, believed_until = self._tokens.get(team_id, ("", None))
        return token if believed_until and self._clock.now() < believed_until else None

    def token_for(self, team_id: str) -> str:
        """The bot token for a workspace. Raises NotInstalled, SecretUnreadable, SlackUnavailable, OperatorMustMend."""
        known = self.known(team_id)
        if known:
            return known
        token = self._lone_token_of(team_id) or self._opened(self._stored(team_id), team_id)
        with self._lock:
            self._tokens[team_id] = (token, self._clock.now() + _BELIEVED)
        return token

    def installed(self) -> list[str]:
        """The teams whose tokens are stored."""
        with self._database.reading() as session:
            return [row.team_id for row in workspaces.all(session)]

    def teams(self) -> list[str]:
        """Every workspace that we speak in. While Slack has not said whose SLACK_BOT_TOKEN is, those with people."""
        with self._database.reading() as session:
            known = {row.team_id for row in workspaces.all(session)}
            if self._lone_token is not None:
                known |= {self._lone_team} if self._lone_team else set(people.teams(session))
        return sorted(known - self._ended)

    def is_home(self, team_id: str) -> bool:
        """Whether ids in the settings are this workspace's: they are of SLACK_BOT_TOKEN's where there is one."""
        return self._lone_token is None or self._lone_token_of(team_id) is not None

    def _lone_token_of(self, team_id: str) -> str | None:
        if self._lone_token is None or team_id in self._ended:
            return None
        if self._lone_team is None:
            self._lone_team = self._home(self._lone_token)
        # A signed request may come from another workspace of the same app: its ids mean other people there.
        return self._lone_token if self._lone_team == team_id else None

    def _stored(self, team_id: str) -> bytes:
        with self._database.reading() as session:
            row = workspaces.of(session, team_id)
        if row is None:
            raise NotInstalled
        return row.bot_token

    def _opened(self, sealed: bytes, team_id: str) -> str:
        try:
            return self._sealer.open(sealed, _token_aad(team_id))
        except crypto.Unreadable:
            raise SecretUnreadable from None

    def install(self, installation: Installation) -> None:
        """Remember a workspace that has just installed the app, or installed it again."""
        with self._database.transaction() as session:
            workspaces.save(
                session,
                team_id=installation.team_id,
                name=installation.team_name,
                bot_user_id=installation.bot_user_id,
                bot_id=installation.bot_id,
                bot_token=self._sealer.seal(installation.bot_token, _token_aad(installation.team_id)),
                scopes=installation.scopes,
                now=self._clock.now(),
            )
        self._ended.discard(installation.team_id)
        self._forget(installation.team_id)
        log.info("workspace_installed", team=installation.team_id)

    def uninstall(self, team_id: str) -> bool:
        """Slack says the app was removed there. Its word may come late, after a new installation: the token is asked.

        Whether we are out of there. Only a token that Slack has ended is erased; one that still works stays.
        Raises SlackUnavailable when it cannot be tried just now.
        """
        self._forget(team_id)
        with self._database.reading() as session:
            row = workspaces.of(session, team_id)
        sealed = row.bot_token if row is not None else None
        if (sealed is not None and self._lives(sealed, team_id)) or self._lone_token_lives(team_id):
            log.info("workspace_kept", team=team_id)
            return False
        with self._database.transaction() as session:
            row = workspaces.of(session, team_id)
            if row is not None and row.bot_token != sealed:
                return False  # it was installed again this very moment
            workspaces.remove(session, team_id)
        self._ended.add(team_id)
        self._forget(team_id)
        log.info("workspace_uninstalled", team=team_id)
        return True

    def _lives(self, sealed: bytes, team_id: str) -> bool:
        try:
            return self._works(self._opened(sealed, team_id))
        except SecretUnreadable:
            return False

    def _lone_token_lives(self, team_id: str) -> bool:
        if self._lone_token is None or team_id in self._ended or self._lone_team not in (None, team_id):
            return False
        try:
            return self._home(self._lone_token) == team_id
        except SlackRefusesApp as refused:
            return refused.code not in _DEAD

    def _works(self, token: str) -> bool:
        try:
            self._home(token)
        except SlackRefusesApp as refused:
            return refused.code not in _DEAD
        return True

    def _forget(self, team_id: str) -> None:
        with self._lock:
            self._tokens.pop(team_id, None)


def _token_aad(team_id: str) -> str:
    return crypto.aad("workspace", "bot_token", team_id, team_id)

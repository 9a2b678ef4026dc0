"""The workspaces the app is installed in, and the bot token of each."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from bot.errors import NotAnEmployee, SecretUnreadable
from bot.ports import Clock, Installation
from storage import crypto, workspaces
from storage.crypto import Sealer
from storage.database import Database


@dataclass(frozen=True)
class Single:
    """The one workspace of SLACK_BOT_TOKEN. ``home`` asks Slack which it is."""

    token: str
    home: Callable[[str], str]

    def __repr__(self) -> str:
        return "Single(…)"


class Workspaces:
    """Looks up bot tokens; the database is asked once a process and team."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock, single: Single | None) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._single = single
        self._tokens: dict[str, str] = {}
        self._lock = Lock()

    def known(self, team_id: str) -> str | None:
        """The token if it is at hand already; never waits."""
        return self._tokens.get(team_id)

    def token_for(self, team_id: str) -> str:
        """The bot token for a workspace. Raises NotAnEmployee for one we are not installed in, SlackUnavailable."""
        with self._lock:
            known = self._tokens.get(team_id)
        if known:
            return known
        token = self._lone_token(team_id) or self._stored_token(team_id)
        with self._lock:
            self._tokens[team_id] = token
        return token

    def _lone_token(self, team_id: str) -> str | None:
        # A signed request may come from another workspace of the same app: its ids mean other people there.
        if self._single is None or self._single.home(self._single.token) != team_id:
            return None
        return self._single.token

    def _stored_token(self, team_id: str) -> str:
        with self._database.reading() as session:
            row = workspaces.of(session, team_id)
            if row is None:
                raise NotAnEmployee("Calendar Bot is not installed in this workspace.")
            try:
                return self._sealer.open(row.bot_token, _token_aad(team_id))
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
        with self._lock:
            self._tokens.pop(installation.team_id, None)

    def uninstall(self, team_id: str) -> None:
        """Slack says the app was removed there: its token is dead."""
        with self._database.transaction() as session:
            workspaces.remove(session, team_id)
        with self._lock:
            self._tokens.pop(team_id, None)


def _token_aad(team_id: str) -> str:
    return crypto.aad("workspace", "bot_token", team_id, team_id)

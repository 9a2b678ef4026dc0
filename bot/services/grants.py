"""Grants and the access tokens they give. The one place that opens and refreshes them."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from bot.domain.people import Who
from bot.errors import SecretUnreadable
from bot.ports import AccessToken, Clock, Consent
from storage import crypto
from storage.crypto import Sealer

_FRESH_ENOUGH = timedelta(minutes=2)
_REMEMBERED = 5000
"""Access tokens of the people who are at work now. A sweep over everybody leaves no trace here."""
_STRIPES = 512


@dataclass(frozen=True)
class Held:
    """A grant as it was read: whose it is, which generation, and its secret."""

    who: Who
    connection_id: str
    token_version: int
    account: str
    refresh_token: str

    def __repr__(self) -> str:
        return f"Held({self.connection_id}, v{self.token_version})"


def grant_aad(connection_id: str, who: Who) -> str:
    """What a sealed grant is bound to: moved to another row or person it no longer opens."""
    return crypto.aad("connection", "grant", connection_id, who.team_id, who.user_id)


class Grants:
    """Opens what is sealed, and gives live access tokens, kept in memory only."""

    def __init__(self, sealer: Sealer, consent: Consent, clock: Clock, unreadable: Callable[[str], object]) -> None:
        """``unreadable`` hears of a workspace whose stored grant does not open."""
        self._sealer = sealer
        self._consent = consent
        self._clock = clock
        self._unreadable = unreadable
        self._tokens: OrderedDict[str, tuple[int, AccessToken]] = OrderedDict()
        self._guard = Lock()
        self._stripes = [Lock() for _ in range(_STRIPES)]

    def opened(self, who: Who, connection_id: str, token_version: int, account: str, sealed: bytes) -> Held:
        """The grant of that row. Raises SecretUnreadable."""
        try:
            secret = self._sealer.open(sealed, grant_aad(connection_id, who))
        except crypto.Unreadable:
            self._unreadable(who.team_id)
            raise SecretUnreadable from None
        return Held(who, connection_id, token_version, account, secret)

    def token(self, held: Held, refused: AccessToken | None = None) -> AccessToken:
        """A live token, from memory if there is one that was not ``refused``. Raises GoogleFault."""
        with self._stripe(held):
            version, token = self._remembered(held.connection_id)
            usable = token is not None and token.expires_at > self._clock.now() + _FRESH_ENOUGH
            if token is not None and usable and version == held.token_version and token is not refused:
                return token
            fresh = self._consent.refresh(held.refresh_token)
            self.keep(held.connection_id, held.token_version, fresh)
            return fresh

    def proved(self, held: Held) -> AccessToken:
        """A token that Google has just given for this grant: the proof that it lives. Raises GoogleFault."""
        with self._stripe(held):
            fresh = self._consent.refresh(held.refresh_token)
            if self._remembered(held.connection_id)[1] is not None:
                self.keep(held.connection_id, held.token_version, fresh)
            return fresh

    def revoke(self, held: Held) -> None:
        """End the whole grant at Google. Raises GoogleFault."""
        self._consent.revoke(held.refresh_token)

    def keep(self, connection_id: str, token_version: int, token: AccessToken) -> None:
        """Remember a token, one that a consent brought along for instance."""
        with self._guard:
            self._tokens[connection_id] = (token_version, token)
            self._tokens.move_to_end(connection_id)
            if len(self._tokens) > _REMEMBERED:
                self._tokens.popitem(last=False)

    def forget(self, connection_id: str) -> None:
        """After a disconnect."""
        with self._guard:
            self._tokens.pop(connection_id, None)

    def _remembered(self, connection_id: str) -> tuple[int, AccessToken | None]:
        with self._guard:
            return self._tokens.get(connection_id, (0, None))

    def _stripe(self, held: Held) -> Lock:
        return self._stripes[hash(held.connection_id) % _STRIPES]

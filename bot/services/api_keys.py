"""The keys that booking systems ask with: made once, looked up by their public part, counted by the minute."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from bot.domain.api_keys import MOST_HOLDS, PER_MINUTE, PER_PERSON, Key, Scope, parsed, spelt
from bot.errors import BotError
from bot.ports import Clock
from storage import api_keys, audit, quotas
from storage.api_tables import ApiKey
from storage.database import Database, Session
from storage.tables import new_id

_MINUTE = timedelta(minutes=1)
_KEPT = timedelta(minutes=5)
_NOBODYS = hashlib.sha256(b"nobody's").hexdigest()
"""Compared with when the prefix is unknown, so that a guess takes as long as a hit."""


class KeyUnknown(BotError):
    """This API key is not one of ours, or it was revoked."""


class Exhausted(BotError):
    """This API key has asked as often as it may in a minute. Please wait, then go on more slowly."""

    def __init__(self, retry_after: int, per_minute: int = 0) -> None:
        super().__init__()
        self.retry_after = retry_after
        self.per_minute = per_minute


class PersonAskedTooOften(Exhausted):
    """The time of one of these people was asked for very often in this minute. Please wait, then go on more slowly."""


class TooManyHolds(Exhausted):
    """Too many appointments of this API key are still waiting for Google. Please wait until they are settled."""


class ApiKeys:
    """``held`` counts the appointments of a key, by its id, that are still held."""

    def __init__(self, database: Database, clock: Clock, held: Callable[[str], int] = lambda _key_id: 0) -> None:
        self._database = database
        self._clock = clock
        self._held = held

    # --- making them ------------------------------------------------------------------------------------------------

    def create(
        self, team_id: str, name: str, scopes: Collection[Scope], by: str, per_minute: int = PER_MINUTE
    ) -> tuple[Key, str]:
        """A new key, and its text, which nobody can show again."""
        now, prefix = self._clock.now(), base64.b32encode(secrets.token_bytes(8)).decode().lower()[:12]
        secret = secrets.token_urlsafe(32)
        row = ApiKey(
            id=new_id(),
            team_id=team_id,
            prefix=prefix,
            secret_hash=_digest(secret),
            name=name,
            scopes=sorted(scopes),
            per_minute=per_minute,
            created_at=now,
            created_by=by,
        )
        with self._database.transaction() as session:
            api_keys.add(session, row)
            self._record(session, team_id, by, "api_key_created", prefix)
        return _key(row), spelt(prefix, secret)

    def listing(self, team_id: str) -> Sequence[Key]:
        """A workspace's keys, revoked ones too, the oldest first."""
        with self._database.reading() as session:
            return [_key(row) for row in api_keys.of_team(session, team_id)]

    def revoke(self, team_id: str, prefix: str, by: str) -> bool:
        """From this moment it opens nothing. False when there is none to revoke."""
        with self._database.transaction() as session:
            revoked = api_keys.revoke(session, team_id, prefix, self._clock.now())
            if revoked:
                self._record(session, team_id, by, "api_key_revoked", prefix)
        return revoked

    # --- asking with them -------------------------------------------------------------------------------------------

    def admit(self, text: str) -> Key:
        """Whose key it is; the request counts. Raises KeyUnknown, Exhausted."""
        prefix, secret = parsed(text) or ("", "")
        given = _digest(secret)
        with self._database.reading() as session:
            row = api_keys.by_prefix(session, prefix)
        # Compared in every case, and in constant time: the answer's timing tells nothing of the prefix or the secret.
        opens = hmac.compare_digest(given, row.secret_hash if row else _NOBODYS)
        if row is None or not opens or row.revoked_at is not None:
            raise KeyUnknown
        key, now = _key(row), self._clock.now()
        with self._database.transaction() as session:
            granted = _reserve(session, f"api:{key.id}", now, key.per_minute)
            if granted:
                api_keys.used(session, key.id, now, now - _MINUTE)
        if not granted:
            raise Exhausted(left_of_minute(now), key.per_minute)
        return key

    def asks_about(self, key: Key, people: Collection[str]) -> None:
        """Count a question for the time of each of them. Raises PersonAskedTooOften."""
        now = self._clock.now()
        with self._database.transaction() as session:
            # In one order, so that two requests never wait for each other.
            granted = [_reserve(session, f"api:{key.id}:{person}", now, PER_PERSON) for person in sorted(set(people))]
        if not all(granted):
            raise PersonAskedTooOften(left_of_minute(now))

    def may_hold(self, key: Key) -> None:
        """Whether another appointment may be begun. Raises TooManyHolds."""
        if self._held(key.id) >= MOST_HOLDS:
            raise TooManyHolds(int(_MINUTE.total_seconds()))

    def forget_counts(self) -> None:
        """Delete what was counted for minutes long past."""
        with self._database.transaction() as session:
            api_keys.forget_counts(session, self._clock.now())

    def _record(self, session: Session, team_id: str, by: str, action: str, prefix: str) -> None:
        now = self._clock.now()
        audit.record(session, now=now, team_id=team_id, user_id=by, action=action, detail={"key": prefix})


def left_of_minute(now: datetime) -> int:
    """Seconds until the next minute, when everything is counted anew; at least one."""
    return max(1, 60 - now.second)


def _reserve(session: Session, what: str, now: datetime, most: int) -> bool:
    return quotas.reserve(session, f"{what}:{now:%Y-%m-%dT%H:%M}", now + _KEPT, 1, most) == 1


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: ApiKey) -> Key:
    known = frozenset(Scope(scope) for scope in row.scopes if scope in set(Scope))
    return Key(
        row.id,
        row.team_id,
        row.prefix,
        row.name,
        known,
        row.per_minute,
        row.created_at,
        row.created_by,
        row.last_used_at,
        row.revoked_at,
    )

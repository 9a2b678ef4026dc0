"""What is remembered of consents: requests, codes, tokens, grants."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

UNUSED_LIFETIME = timedelta(days=182)
"""A refresh token that nobody uses for six months dies."""


@dataclass(frozen=True)
class AuthRequest:
    """What a client asked the authorization endpoint for, checked, scopes in the long spelling."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    challenge: str | None = None
    challenge_method: str = "plain"
    offline: bool = False
    prompt: frozenset[str] = frozenset()
    login_hint: str | None = None
    hd: str | None = None
    include_granted: bool = False


@dataclass
class Code:
    email: str
    request: AuthRequest
    scopes: frozenset[str]
    consented: bool
    issued_at: datetime
    used: bool = False


@dataclass
class RefreshToken:
    email: str
    scopes: frozenset[str]
    issued_at: datetime
    last_used: datetime
    expires_at: datetime | None
    session_ended: bool = False
    """The person must sign in again before it is worth anything."""

    def lives(self, now: datetime) -> bool:
        return now < self.last_used + UNUSED_LIFETIME and not self.timed_out(now)

    def timed_out(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at


@dataclass(frozen=True)
class AccessToken:
    email: str
    scopes: frozenset[str]
    expires_at: datetime
    offline: bool


@dataclass
class Held:
    """One account's grant to the client."""

    granted_at: datetime
    scopes: frozenset[str] = frozenset()
    offline: bool = False
    refresh: dict[str, RefreshToken] = field(default_factory=dict)

    def timed_out(self, now: datetime) -> bool:
        """Whether access was given for a time, and the time is over."""
        return bool(self.refresh) and all(token.timed_out(now) for token in self.refresh.values())


@dataclass(frozen=True)
class Issued:
    """The tokens of one answer of the token endpoint."""

    email: str
    access_token: str
    scopes: frozenset[str]
    refresh_token: str | None
    refresh_lifetime: timedelta | None
    nonce: str | None

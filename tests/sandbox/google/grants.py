import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sandbox.google.errors import OAuthError
from tests.sandbox.google.identity import challenge_of
from tests.sandbox.google.model import Grant
from tests.sandbox.google.scopes import SIGN_IN
from tests.sandbox.google.state import State

CODE_LIFETIME = timedelta(minutes=10)
ACCESS_LIFETIME = timedelta(seconds=3599)
UNUSED_LIFETIME = timedelta(days=182)
"""A refresh token that nobody uses for six months dies."""
LIVE_REFRESH_TOKENS = 100


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
class _Code:
    email: str
    request: AuthRequest
    scopes: frozenset[str]
    consented: bool
    issued_at: datetime
    used: bool = False


@dataclass
class _RefreshToken:
    email: str
    scopes: frozenset[str]
    last_used: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class AccessToken:
    email: str
    scopes: frozenset[str]
    expires_at: datetime
    offline: bool


@dataclass
class _Held:
    """One account's grant to the client."""

    granted_at: datetime
    scopes: frozenset[str] = frozenset()
    offline: bool = False
    refresh: dict[str, _RefreshToken] = field(default_factory=dict)


@dataclass(frozen=True)
class Issued:
    """The tokens of one answer of the token endpoint."""

    email: str
    access_token: str
    scopes: frozenset[str]
    refresh_token: str | None
    refresh_lifetime: timedelta | None
    nonce: str | None


class Grants:
    """Codes, grants and tokens of the one client. All of it dies by the clock or by revocation."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._codes: dict[str, _Code] = {}
        self._held: dict[str, _Held] = {}
        self._access: dict[str, AccessToken] = {}
        self._owners: dict[str, str] = {}
        self.refresh_lifetime: timedelta | None = None
        """Time-based access: new refresh tokens live this long, and answers say so."""

    def covers(self, email: str, request: AuthRequest) -> bool:
        """Whether consent would add nothing."""
        with self._state.lock:
            held = self._held.get(email)
            return held is not None and held.scopes.issuperset(request.scopes) and held.offline >= request.offline

    def allow(self, email: str, request: AuthRequest, scopes: frozenset[str], *, consented: bool) -> str:
        """Record the consent and return the authorization code."""
        with self._state.changing():
            held = self._held.setdefault(email, _Held(granted_at=self._state.now()))
            held.scopes |= scopes
            held.offline |= request.offline
            code = f"4/0A{secrets.token_urlsafe(48)}"
            given = held.scopes if request.include_granted else scopes
            self._codes[code] = _Code(email, request, given, consented, self._state.now())
            return code

    def redeem(self, code: str, redirect_uri: str, verifier: str | None) -> Issued:
        """Exchange a code, once. Any attempt that names the code uses it up."""
        with self._state.changing():
            kept = self._codes.get(code)
            if kept is None:
                raise OAuthError(400, "invalid_grant", "Malformed auth code.")
            spent, kept.used = kept.used, True
            if spent or self._state.now() >= kept.issued_at + CODE_LIFETIME or kept.email not in self._held:
                raise OAuthError(400, "invalid_grant", "Bad Request")
            if redirect_uri != kept.request.redirect_uri:
                raise OAuthError(400, "redirect_uri_mismatch", "Bad Request")
            _check_verifier(kept.request, verifier)
            refresh = self._new_refresh_token(kept) if kept.request.offline and kept.consented else None
            timed = refresh is not None and self._held[kept.email].refresh[refresh].expires_at is not None
            return Issued(
                email=kept.email,
                access_token=self._new_access_token(kept.email, kept.scopes, offline=kept.request.offline),
                scopes=kept.scopes,
                refresh_token=refresh,
                refresh_lifetime=self.refresh_lifetime if timed else None,
                nonce=kept.request.nonce,
            )

    def refresh(self, token: str, scopes: frozenset[str] | None) -> Issued:
        with self._state.lock:
            kept = self._live_refresh_token(token)
            if scopes is not None and not scopes <= kept.scopes:
                raise OAuthError(400, "invalid_scope", "Bad Request")
            kept.last_used = self._state.now()
            given = kept.scopes if scopes is None else scopes
            left = kept.expires_at - self._state.now() if kept.expires_at else None
            access = self._new_access_token(kept.email, given, offline=True)
            return Issued(kept.email, access, given, None, left, None)

    def owner_of_refresh_token(self, token: str) -> str | None:
        with self._state.lock:
            return self._owners.get(token)

    def access(self, token: str) -> AccessToken | None:
        with self._state.lock:
            found = self._access.get(token)
            return found if found and self._state.now() < found.expires_at else None

    def revoke_token(self, token: str) -> bool:
        """Revoking any token, access or refresh, ends the account's whole grant."""
        with self._state.changing():
            access = self.access(token)
            email = access.email if access else self.owner_of_refresh_token(token)
            return email is not None and self.revoke(email)

    def revoke(self, email: str) -> bool:
        with self._state.changing():
            self._access = {key: value for key, value in self._access.items() if value.email != email}
            self._codes = {key: value for key, value in self._codes.items() if value.email != email or value.used}
            held = self._held.pop(email, None)
            for token in held.refresh if held else ():
                del self._owners[token]
            return held is not None

    def expire_access_tokens(self) -> None:
        with self._state.changing():
            self._access.clear()

    def of(self, email: str) -> list[Grant]:
        with self._state.lock:
            held = self._held.get(email)
            if held is None:
                return []
            tokens = tuple(held.refresh)
            newest = tokens[-1] if tokens else None
            return [Grant(email, held.scopes, newest, tokens, held.granted_at)]

    def _new_access_token(self, email: str, scopes: frozenset[str], *, offline: bool) -> str:
        now = self._state.now()
        if len(self._access) > 5000:  # a bench must not fill the memory
            self._access = {key: value for key, value in self._access.items() if now < value.expires_at}
        token = f"ya29.a0A{secrets.token_urlsafe(140)}"
        self._access[token] = AccessToken(email, scopes, now + ACCESS_LIFETIME, offline)
        return token

    def _new_refresh_token(self, code: _Code) -> str:
        now = self._state.now()
        held = self._held[code.email]
        timed = self.refresh_lifetime is not None and not code.scopes <= SIGN_IN
        expires_at = now + self.refresh_lifetime if timed and self.refresh_lifetime else None
        token = f"1//0{secrets.token_urlsafe(72)}"
        held.refresh[token] = _RefreshToken(code.email, code.scopes, now, expires_at)
        self._owners[token] = code.email
        while len(held.refresh) > LIVE_REFRESH_TOKENS:
            oldest = next(iter(held.refresh))
            del held.refresh[oldest], self._owners[oldest]
        return token

    def _live_refresh_token(self, token: str) -> _RefreshToken:
        email = self.owner_of_refresh_token(token)
        kept = self._held[email].refresh[token] if email else None
        now = self._state.now()
        if kept and now < kept.last_used + UNUSED_LIFETIME and (kept.expires_at is None or now < kept.expires_at):
            return kept
        raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")


def _check_verifier(request: AuthRequest, verifier: str | None) -> None:
    if request.challenge is None:
        if verifier is not None:
            raise OAuthError(400, "invalid_grant", "code_verifier or verifier is not needed")
    elif verifier is None:
        raise OAuthError(400, "invalid_grant", "Missing code verifier.")
    elif challenge_of(verifier, request.challenge_method) != request.challenge:
        raise OAuthError(400, "invalid_grant", "Invalid code verifier.")

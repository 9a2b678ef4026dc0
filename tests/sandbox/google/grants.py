import secrets
from dataclasses import replace
from datetime import timedelta

from tests.sandbox.google.errors import OAuthError, session_ended
from tests.sandbox.google.grant_records import AccessToken, AuthRequest, Code, Held, Issued, RefreshToken
from tests.sandbox.google.identity import challenge_of
from tests.sandbox.google.model import Grant
from tests.sandbox.google.scopes import SIGN_IN
from tests.sandbox.google.state import State

CODE_LIFETIME = timedelta(minutes=10)
ACCESS_LIFETIME = timedelta(seconds=3599)
LIVE_REFRESH_TOKENS = 100


class Grants:
    """Codes, grants and tokens of the one client. All of it dies by the clock or by revocation."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._codes: dict[str, Code] = {}
        self._held: dict[str, Held] = {}
        self._access: dict[str, AccessToken] = {}
        self._owners: dict[str, str] = {}
        self.refresh_lifetime: timedelta | None = None
        """Time-based access: new refresh tokens live this long, and answers say so."""
        self.lifetimes: dict[str, timedelta | None] = {}
        """The same for single accounts."""

    def covers(self, email: str, request: AuthRequest) -> bool:
        """Whether consent would add nothing."""
        with self._state.lock:
            held = self._standing(email)
            return held is not None and held.scopes.issuperset(request.scopes) and held.offline >= request.offline

    def allow(self, email: str, request: AuthRequest, scopes: frozenset[str], *, consented: bool) -> str:
        """Record the consent and return the authorization code."""
        with self._state.changing():
            self._standing(email)
            held = self._held.setdefault(email, Held(granted_at=self._state.now()))
            held.scopes |= scopes
            held.offline |= request.offline
            code = f"4/0A{secrets.token_urlsafe(48)}"
            given = held.scopes if request.include_granted else scopes
            self._codes[code] = Code(email, request, given, consented, self._state.now())
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
            lifetime = self._lifetime(kept) if refresh is not None else None
            return Issued(
                email=kept.email,
                access_token=self._new_access_token(
                    kept.email, kept.scopes, offline=kept.request.offline, left=lifetime
                ),
                scopes=kept.scopes,
                refresh_token=refresh,
                refresh_lifetime=lifetime,
                nonce=kept.request.nonce,
            )

    def refresh(self, token: str, scopes: frozenset[str] | None, session: timedelta | None = None) -> Issued:
        """A new access token. ``session`` is how long after consent the person has to sign in again."""
        with self._state.lock:
            kept = self._live_refresh_token(token)
            if kept.session_ended or (session is not None and self._state.now() >= kept.issued_at + session):
                raise session_ended()
            if scopes is not None and not scopes <= kept.scopes:
                raise OAuthError(400, "invalid_scope", "Bad Request")
            kept.last_used = self._state.now()
            given = kept.scopes if scopes is None else scopes
            left = kept.expires_at - self._state.now() if kept.expires_at else None
            access = self._new_access_token(kept.email, given, offline=True, left=left)
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

    def remove_scope(self, email: str, scope: str) -> None:
        """The person takes one permission back; what is left lives on, with less in it."""
        with self._state.changing():
            held = self._standing(email)
            if held is None or scope not in held.scopes:
                raise KeyError(f"{email} has not granted {scope}")
            held.scopes -= {scope}
            for token in held.refresh.values():
                token.scopes -= {scope}
            for key, access in self._access.items():
                if access.email == email:
                    self._access[key] = replace(access, scopes=access.scopes - {scope})

    def end_session(self, email: str) -> None:
        """Refreshing needs the person to sign in again, until there is a new consent."""
        with self._state.changing():
            held = self._standing(email)
            if held is None:
                raise KeyError(f"{email} has granted nothing")
            for token in held.refresh.values():
                token.session_ended = True

    def of(self, email: str) -> list[Grant]:
        with self._state.lock:
            held = self._standing(email)
            if held is None:
                return []
            tokens = tuple(held.refresh)
            newest = tokens[-1] if tokens else None
            ends = held.refresh[newest].expires_at if newest else None
            return [Grant(email, held.scopes, newest, tokens, held.granted_at, ends)]

    def session_ended(self, email: str) -> bool:
        """Whether no refresh token works until the person signs in again."""
        with self._state.lock:
            held = self._standing(email)
            return held is not None and bool(held.refresh) and all(t.session_ended for t in held.refresh.values())

    def _standing(self, email: str) -> Held | None:
        """The account's grant. One that was given for a time dies when the time is over."""
        held = self._held.get(email)
        if held is not None and held.timed_out(self._state.now()):
            self.revoke(email)
            return None
        return held

    def _new_access_token(
        self, email: str, scopes: frozenset[str], *, offline: bool, left: timedelta | None = None
    ) -> str:
        now = self._state.now()
        if len(self._access) > 5000:  # a bench must not fill the memory
            self._access = {key: value for key, value in self._access.items() if now < value.expires_at}
        token = f"ya29.a0A{secrets.token_urlsafe(140)}"
        self._access[token] = AccessToken(email, scopes, now + min(ACCESS_LIFETIME, left or ACCESS_LIFETIME), offline)
        return token

    def _new_refresh_token(self, code: Code) -> str:
        now = self._state.now()
        held = self._held[code.email]
        lifetime = self._lifetime(code)
        expires_at = now + lifetime if lifetime else None
        token = f"1//0{secrets.token_urlsafe(72)}"
        held.refresh[token] = RefreshToken(code.email, code.scopes, now, now, expires_at)
        self._owners[token] = code.email
        while len(held.refresh) > LIVE_REFRESH_TOKENS:
            oldest = next(iter(held.refresh))
            del held.refresh[oldest], self._owners[oldest]
        return token

    def _lifetime(self, code: Code) -> timedelta | None:
        """How long access lasts that this code stands for; mere sign-in has no end."""
        return None if code.scopes <= SIGN_IN else self.lifetimes.get(code.email, self.refresh_lifetime)

    def _live_refresh_token(self, token: str) -> RefreshToken:
        email = self.owner_of_refresh_token(token)
        kept = self._held[email].refresh[token] if email else None
        if kept and kept.lives(self._state.now()):
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

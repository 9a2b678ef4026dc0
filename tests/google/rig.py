"""The adapters, built as the composition root builds them, against the Google stand-in on loopback."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.google.calendar import GoogleCalendars
from bot.google.oauth import GoogleConsent
from bot.google.transport import Transport
from bot.ports import AccessToken, Consented
from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.google.visitor import Visitor
from tests.sandbox.server import Faulty, Served

REDIRECT = "http://127.0.0.1:3000/oauth/google/callback"
VERIFIER = "canary-verifier-0123456789-0123456789-0123456789"
NONCE = "canary-nonce"
ANA = "ana@acme.example"
BEN = "ben@acme.example"


class Rig:
    """Google, and our two adapters pointed at it."""

    def __init__(self, base_url: str, standin: GoogleStandIn, clock: SandboxClock) -> None:
        self.standin = standin
        self.script = standin.script
        self.clock = clock
        self.base_url = base_url
        self.transport = Transport()
        self.calendars = GoogleCalendars(f"{base_url}/calendar/v3/", self.transport)
        self.consent = self.consent_of(standin.client_secrets)

    def consent_of(self, secrets: Iterable[str], *, token_uri: str = "", read: float | None = None) -> GoogleConsent:
        return GoogleConsent(
            client_id=self.standin.client_id,
            client_secrets=tuple(secrets),
            redirect_uri=REDIRECT,
            auth_uri=f"{self.base_url}/o/oauth2/v2/auth",
            token_uri=token_uri or f"{self.base_url}/token",
            revoke_uri=f"{self.base_url}/revoke",
            userinfo_uri=f"{self.base_url}/v1/userinfo",
            clock=self.clock,
            transport=self.transport if read is None else Transport(read=read),
        )

    def url(self, *, login_hint: str | None = None, hosted_domain: str | None = None) -> str:
        return self.consent.url(
            state="state-1", verifier=VERIFIER, nonce=NONCE, login_hint=login_hint, hosted_domain=hosted_domain
        )

    def code(self, email: str, scopes: Iterable[str] | None = None) -> str:
        """What Google sends the browser back with after a consent."""
        back = Visitor().consents(self.url(), email, scopes=scopes)
        assert back is not None
        return parse_qs(urlsplit(back).query)["code"][0]

    def connects(self, email: str) -> Consented:
        return self.consent.exchange(code=self.code(email), verifier=VERIFIER, nonce=NONCE)

    def token(self, email: str) -> AccessToken:
        return self.connects(email).access


@contextmanager
def running() -> Iterator[Rig]:
    """A rig with Ana and Ben in it."""
    clock = SandboxClock()
    standin = GoogleStandIn(clock)
    standin.redirect_uris.add(REDIRECT)
    standin.add_account(ANA, name="Ana Lima", hd="acme.example")
    standin.add_account(BEN, name="Ben Okafor", hd="acme.example")
    served = Served(Faulty(standin.app, standin.script))
    standin.base_url = served.url
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        patch.delenv("OAUTHLIB_RELAX_TOKEN_SCOPE", raising=False)
        rig = Rig(served.url, standin, clock)
        try:
            yield rig
        finally:
            standin.script.clear()
            rig.consent.close()
            rig.transport.close()
            served.stop()

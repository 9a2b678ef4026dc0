"""Cross-Account Protection's sending side: signed security events, posted to the receiver that is registered."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread

import requests

from tests.sandbox.google import identity, jws, risc_events
from tests.sandbox.google.accounts import Accounts
from tests.sandbox.google.grants import Grants
from tests.sandbox.google.model import Client, Json
from tests.sandbox.google.risc_events import TokenAlgorithm, uri
from tests.sandbox.google.scopes import EMAIL, PROFILE
from tests.sandbox.google.state import State

CONTENT_TYPE = "application/secevent+jwt"
_ACCEPTED = 202
_TIMEOUT = 10.0


class NotSent(ValueError):
    """Google sends no such event now; the sentence says why."""


@dataclass
class Stream:
    """What the project has registered."""

    url: str
    events: tuple[str, ...]
    status: str = "enabled"


@dataclass(frozen=True)
class Delivery:
    """One token and how each attempt to hand it over was answered; 0 is no answer at all."""

    token: str
    url: str
    at: datetime
    statuses: list[int] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return self.statuses[-1:] == [_ACCEPTED]


class Risc:
    """Keys, tokens and deliveries. Nothing is sent while the stand-in's lock is held."""

    def __init__(self, state: State, client: Client, accounts: Accounts, grants: Grants) -> None:
        self._state = state
        self._client = client
        self._accounts = accounts
        self._grants = grants
        self._keys = ["risc-1"]
        self._made = 1
        self._under_way: list[Thread] = []
        self.stream: Stream | None = None
        self.automatic = True
        """Whether what happens to accounts and grants is told by itself, once a stream is registered."""
        self.tries = 3
        """How often Google tries at once; ``redeliver`` is the attempt it makes later."""
        self.sent: list[Delivery] = []
        self.key_fetches = 0
        self.configuration_fetches = 0

    # Keys

    @property
    def key(self) -> jws.Key:
        """The one that signs now."""
        return jws.key(self._keys[-1])

    def jwks(self) -> Json:
        """ID tokens are signed with the same set of keys, as at Google."""
        return {"keys": [identity.key().jwk, *(jws.key(name).jwk for name in self._keys)]}

    def rotate_keys(self, *, keep_old: bool = True) -> str:
        """Sign with another key from now on and publish it. Returns its ``kid``."""
        self._made += 1
        self._keys = [*(self._keys if keep_old else ()), f"risc-{self._made}"]
        return self.key.kid

    # Tokens

    def claims(
        self,
        event_type: str,
        *,
        email: str | None = None,
        refresh_token: str | None = None,
        algorithm: TokenAlgorithm = "hash_base64_sha512_sha512",
        audience: str | list[str] | None = None,
        jti: str | None = None,
        **more: object,
    ) -> Json:
        """What a genuine token says. ``more`` goes into the event: a reason, a state."""
        name = uri(event_type)
        event: Json = {}
        if name == uri(risc_events.TOKEN_REVOKED):
            event = risc_events.token_subject(refresh_token or self._newest_token(email), algorithm)
        elif email is not None:
            event = risc_events.account_subject(self._accounts.of(email))
        return {
            "iss": risc_events.ISSUER,
            "aud": audience or self._client.client_id,
            "iat": int(self._state.now().timestamp()),
            "jti": jti or secrets.token_hex(16),
            "events": {name: {**event, **more}},
        }

    def _newest_token(self, email: str | None) -> str:
        for grant in self._grants.of((email or "").casefold()):
            if grant.refresh_token is not None:
                return grant.refresh_token
        raise KeyError(f"{email} has no refresh token here")

    def token(self, claims: object, *, header: Json | None = None, key: jws.Key | bytes | None = None) -> str:
        """Any claims, signed. ``header`` adds to the genuine one or overrides it; with ``key`` attacks forge."""
        genuine: Json = {"alg": "RS256", "kid": self.key.kid, "typ": "secevent+jwt"}
        return jws.signed({**genuine, **(header or {})}, claims, key or self.key)

    # Sending

    def register(self, url: str, events: Iterable[str] = tuple(risc_events.URIS)) -> None:
        """What ``stream:update`` does, by hand."""
        self.stream = Stream(url, tuple(map(uri, events)))

    def send(self, event_type: str, *, url: str | None = None, **claims: object) -> int:
        """Sign an event and hand it over; the last status. Keywords as of ``claims``. Raises NotSent."""
        target = url or self._receiver(event_type).url
        return self.deliver(self.token(self.claims(event_type, **claims)), target)  # type: ignore[arg-type] # checked there

    def deliver(self, token: str, url: str | None = None, *, content_type: str = CONTENT_TYPE) -> int:
        """Post any token until it is accepted, a few times; the last status, 0 for none."""
        if url is None and self.stream is None:
            raise NotSent("No receiver is registered for security events.")
        made = Delivery(token, url or (self.stream.url if self.stream else ""), self._state.now())
        self.sent.append(made)
        while len(made.statuses) < self.tries and not made.accepted:
            made.statuses.append(_posted(made, content_type))
        with self._state.changing():
            return made.statuses[-1]

    def redeliver(self, *, accepted_too: bool = False) -> list[int]:
        """Send again what was not accepted, or everything: Google promises no "exactly once"."""
        again = [each for each in self.sent if accepted_too or not each.accepted]
        for each in again:
            each.statuses.append(_posted(each, CONTENT_TYPE))
        return [each.statuses[-1] for each in again]

    def tell(self, event_type: str, email: str, **more: object) -> None:
        """Send it because it happened: after the change, and only to a receiver that asked for it."""
        known = any(grant.scopes & {EMAIL, PROFILE} for grant in self._grants.of(email.casefold()))
        if self.automatic and known and self.wants(event_type):
            self._state.afterwards(lambda: self._tell(event_type, email, more))

    def _tell(self, event_type: str, email: str, more: Json) -> None:
        self.send(event_type, email=email, **more)

    def send_soon(self, event_type: str, **claims: object) -> None:
        """Send it from a thread of its own, after the answer to whoever asked for it. ``settle`` waits."""
        if self.wants(event_type):
            thread = Thread(target=self.send, args=(event_type,), kwargs=claims, name="risc", daemon=True)
            self._under_way.append(thread)
            thread.start()

    def settle(self) -> None:
        while self._under_way:
            self._under_way.pop().join()

    def wants(self, event_type: str) -> bool:
        stream = self.stream
        return stream is not None and stream.status == "enabled" and uri(event_type) in stream.events

    def _receiver(self, event_type: str) -> Stream:
        if self.stream is None:
            raise NotSent("No receiver is registered for security events.")
        if not self.wants(event_type):
            off = self.stream.status != "enabled"
            raise NotSent("The event stream is stopped." if off else f"The receiver did not ask for {event_type}.")
        return self.stream


def _posted(delivery: Delivery, content_type: str) -> int:
    headers = {"Content-Type": content_type, "Accept": "application/json"}
    try:
        answer = requests.post(
            delivery.url, data=delivery.token.encode(), headers=headers, timeout=_TIMEOUT, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return answer.status_code

"""A party that publishes keys and signs security event tokens, and counts how often it is asked for its keys."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.google.transport import Transport
from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Script
from tests.sandbox.google import jws
from tests.sandbox.server import Faulty, Served

CLIENT = "client-of-ours.apps.example"
ISSUER = "https://accounts.google.com/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
SUB = "110169484474386276334"


class Issuer:
    def __init__(self) -> None:
        self.script = Script()
        self.base_url = ""
        self.is_new()
        routes = [
            Route("/.well-known/risc-configuration", self._configuration),
            Route("/certs", self._certs),
        ]
        self.app = Starlette(routes=routes)

    def is_new(self) -> None:
        self.script.clear()
        self.script.met.clear()
        self.clock = SandboxClock()
        self.asked: list[str] = []
        self.issuer: object = ISSUER
        self.jwks_uri: object = ""
        self.keys: object = [jws.key("current").jwk, jws.key("next").jwk]

    @property
    def config_url(self) -> str:
        return f"{self.base_url}/.well-known/risc-configuration"

    def claims(self, **changed: Any) -> dict[str, Any]:
        """A token's claims, as Google's page shows them; None leaves one out."""
        subject = {"subject_type": "iss-sub", "iss": ISSUER, "sub": SUB}
        usual = {
            "iss": ISSUER,
            "aud": CLIENT,
            "iat": int(self.clock.now().timestamp()),
            "jti": "756E69717565206964656E746966696572",
            "events": {f"{RISC}account-disabled": {"subject": subject, "reason": "hijacking"}},
        }
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def token(self, key: str = "current", header: dict[str, Any] | None = None, **changed: Any) -> str:
        signer = jws.key(key)
        return jws.signed({"alg": "RS256", "kid": signer.kid, **(header or {})}, self.claims(**changed), signer)

    def of(self, uri: str, **told: Any) -> str:
        """A token with one event."""
        return self.token(events={uri: told})

    async def _configuration(self, _request: Request) -> Response:
        self.asked.append("configuration")
        told = {"issuer": self.issuer, "jwks_uri": self.jwks_uri or f"{self.base_url}/certs"}
        return JSONResponse({**told, "delivery_methods_supported": [f"{RISC}push"]})

    async def _certs(self, _request: Request) -> Response:
        self.asked.append("certs")
        return Response(json.dumps({"keys": self.keys}), media_type="application/json")

    @property
    def fetches(self) -> int:
        return self.asked.count("certs")


@contextmanager
def serving() -> Iterator[tuple[Issuer, Transport]]:
    issuer = Issuer()
    served, transport = Served(Faulty(issuer.app, issuer.script)), Transport(connect=2.0, read=2.0)
    issuer.base_url = served.url
    try:
        yield issuer, transport
    finally:
        issuer.script.clear()
        transport.close()
        served.stop()

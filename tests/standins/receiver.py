"""A receiver of security events: keeps what comes and answers as it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.google import jws
from tests.sandbox.google.model import Json
from tests.sandbox.server import Served


@dataclass
class Receiver:
    url: str = ""
    answers: list[int] = field(default_factory=list)
    """The statuses still to give; then 202."""
    tokens: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)

    async def endpoint(self, request: Request) -> Response:
        self.tokens.append((await request.body()).decode())
        self.types.append(request.headers["content-type"])
        return Response(status_code=self.answers.pop(0) if self.answers else 202)

    @property
    def events(self) -> list[Json]:
        """The events of every token that came."""
        return [(jws.parts(token) or ({}, {}))[1]["events"] for token in self.tokens]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    served = Served(Starlette(routes=[Route("/google/risc", receiver.endpoint, methods=["POST"])]))
    receiver.url = f"{served.url}/google/risc"
    yield receiver
    served.stop()


def checked(token: str, google: str) -> tuple[Json, Json]:
    """Header and claims, the signature checked against the keys that the configuration points to."""
    configuration = requests.get(f"{google}/.well-known/risc-configuration", timeout=5).json()
    keys = {key["kid"]: key for key in requests.get(configuration["jwks_uri"], timeout=5).json()["keys"]}
    found = jws.parts(token)
    assert found is not None
    header, claims = found
    jwk = keys[header["kid"]]
    exponent, modulus = (int.from_bytes(jws.decoded(jwk[part])) for part in ("e", "n"))
    payload, _, signature = token.rpartition(".")
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    public.verify(jws.decoded(signature), payload.encode(), padding.PKCS1v15(), hashes.SHA256())
    return header, claims

"""ID tokens, really signed."""

import hashlib

from tests.sandbox.google import jws
from tests.sandbox.google.model import Json


def key() -> jws.Key:
    return jws.key("identity")


def jwks() -> Json:
    return {"keys": [key().jwk]}


def sign(claims: Json) -> str:
    return jws.signed({"alg": "RS256", "kid": key().kid, "typ": "JWT"}, claims, key())


def verified(token: str) -> Json | None:
    """The claims of an ID token of ours, or None."""
    found = jws.parts(token)
    return found[1] if found and jws.signed_by(token, key()) else None


def half_hash(access_token: str) -> str:
    """The ``at_hash`` claim: the left half of the token's SHA-256."""
    return jws.encoded(hashlib.sha256(access_token.encode()).digest()[:16])


def challenge_of(verifier: str, method: str) -> str:
    """What a PKCE verifier's challenge must be (RFC 7636, 4.6)."""
    return jws.encoded(hashlib.sha256(verifier.encode()).digest()) if method == "S256" else verifier

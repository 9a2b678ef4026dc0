"""ID tokens, really signed."""

import base64
import hashlib
import json
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sandbox.google.model import Json


@cache
def _key() -> rsa.RSAPrivateKey:
    """One key for the process; making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int) -> str:
    return _encode(value.to_bytes((value.bit_length() + 7) // 8))


@cache
def jwks() -> Json:
    numbers = _key().public_key().public_numbers()
    modulus, exponent = _number(numbers.n), _number(numbers.e)
    kid = hashlib.sha1(modulus.encode(), usedforsecurity=False).hexdigest()
    return {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": modulus, "e": exponent}]}


def sign(claims: Json) -> str:
    header = {"alg": "RS256", "kid": jwks()["keys"][0]["kid"], "typ": "JWT"}
    payload = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{payload}.{_encode(_key().sign(payload.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def verified(token: str) -> Json | None:
    """The claims of an ID token of ours, or None."""
    try:
        payload, _, signature = token.rpartition(".")
        _key().public_key().verify(_decode(signature), payload.encode(), padding.PKCS1v15(), hashes.SHA256())
        claims: Json = json.loads(_decode(payload.partition(".")[2]))
    except (ValueError, InvalidSignature):
        return None
    return claims


def half_hash(access_token: str) -> str:
    """The ``at_hash`` claim: the left half of the token's SHA-256."""
    return _encode(hashlib.sha256(access_token.encode()).digest()[:16])


def challenge_of(verifier: str, method: str) -> str:
    """What a PKCE verifier's challenge must be (RFC 7636, 4.6)."""
    return _encode(hashlib.sha256(verifier.encode()).digest()) if method == "S256" else verifier

"""Signed tokens: the keys of this process, and how a token is signed with one; forged ones too, for attacks."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sandbox.google.model import Json

_RSA: Mapping[str, hashes.HashAlgorithm] = {
    "RS256": hashes.SHA256(),
    "RS384": hashes.SHA384(),
    "RS512": hashes.SHA512(),
}
_HMAC = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


@dataclass(frozen=True, eq=False)
class Key:
    """An RSA key under the name by which a token's header and a key set speak of it."""

    kid: str
    private: rsa.RSAPrivateKey

    @property
    def jwk(self) -> Json:
        """The public half as a member of a JSON Web Key Set."""
        numbers = self.private.public_key().public_numbers()
        modulus, exponent = _number(numbers.n), _number(numbers.e)
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid, "n": modulus, "e": exponent}

    @property
    def private_pem(self) -> str:
        kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, kind, plain).decode()

    @property
    def public_pem(self) -> bytes:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, kind)


@cache
def key(name: str) -> Key:
    """The key of that name: each is made once in a process, for making one takes a tenth of a second."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    modulus = _number(private.public_key().public_numbers().n)
    return Key(hashlib.sha1(f"{name} {modulus}".encode(), usedforsecurity=False).hexdigest(), private)


def signed(header: Json, claims: object, by: Key | bytes) -> str:
    """A compact token. The header's ``alg`` decides how it is signed: RS…, HS… (``by`` is the secret), or none."""
    payload = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{payload}.{encoded(_signature(header.get('alg'), payload.encode(), by))}"


def _signature(algorithm: object, payload: bytes, by: Key | bytes) -> bytes:
    if algorithm in _HMAC and isinstance(by, bytes):
        return hmac.new(by, payload, _HMAC[str(algorithm)]).digest()
    if algorithm in _RSA and isinstance(by, Key):
        return by.private.sign(payload, padding.PKCS1v15(), _RSA[str(algorithm)])
    if str(algorithm).lower() == "none":
        return b""
    raise ValueError(f"{algorithm} goes with another kind of key")


def parts(token: str) -> tuple[Json, Json] | None:
    """Header and claims of a token, unverified; None if it is none."""
    try:
        header, claims, _ = token.split(".")
        found = [json.loads(decoded(part)) for part in (header, claims)]
    except ValueError:
        return None
    return (found[0], found[1]) if all(isinstance(part, dict) for part in found) else None


def signed_by(token: str, by: Key) -> bool:
    """Whether the signature, as RS256, is this key's."""
    payload, _, signature = token.rpartition(".")
    try:
        by.private.public_key().verify(decoded(signature), payload.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8))

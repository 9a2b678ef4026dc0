"""Sealed columns: AES-256-GCM, bound to their row, under a ring of keys of which the first one seals."""

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# version (1 byte) | key id (4 bytes) | nonce (12 bytes) | ciphertext and tag
_VERSION = b"\x01"
_KEY_BYTES, _KEY_ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 4, 12, 16
_HEADER_BYTES = len(_VERSION) + _KEY_ID_BYTES


class Unreadable(Exception):
    """A sealed value does not open: its key is not in the ring, it was changed, or it belongs to another row."""


class Sealer:
    """Seals and opens texts. Nothing of a key can be read back from it."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """``keys`` are 32 bytes each. The first one seals; all of them open. Raises ValueError."""
        if not keys or any(len(key) != _KEY_BYTES for key in keys):
            raise ValueError(f"A key ring holds at least one key, and each is {_KEY_BYTES} bytes.")
        self._ring = {_key_id(key): AESGCM(key) for key in keys}
        if len(self._ring) != len(set(keys)):
            raise ValueError("Two keys of the ring share their id; make another one.")
        self._first = _key_id(keys[0])

    def __repr__(self) -> str:
        return f"Sealer({', '.join(self.key_ids)})"

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the ring's keys, in hex; the first one seals."""
        return tuple(key_id.hex() for key_id in self._ring)

    def seal(self, plain: str, aad: str) -> bytes:
        """``plain`` as it may be stored in the row that ``aad`` names."""
        header = _VERSION + self._first
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._ring[self._first].encrypt(nonce, plain.encode(), header + aad.encode())

    def open(self, sealed: bytes, aad: str) -> str:
        """What was sealed for the row that ``aad`` names. Raises Unreadable."""
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        if header[:1] != _VERSION or len(sealed) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise Unreadable("The value is not in the format of a sealed one.")
        key = self._ring.get(header[1:])
        if key is None:
            raise Unreadable(f"The value is sealed with key {header[1:].hex()}, which is not in the ring.")
        try:
            return key.decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], header + aad.encode()).decode()
        except InvalidTag as error:
            raise Unreadable("The value was changed, or it belongs to another row.") from error


def key_id(sealed: bytes) -> str:
    """The id of the key that ``sealed`` needs, in hex."""
    return sealed[len(_VERSION) : _HEADER_BYTES].hex()


def aad(table: str, column: str, row_id: str, team_id: str, user_id: str = "") -> str:
    """What binds a sealed value to its place. Each part carries its length, so that no two places look alike."""
    return "|".join(f"{len(part)}:{part}" for part in (table, column, row_id, team_id, user_id))


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id|" + key).digest()[:_KEY_ID_BYTES]

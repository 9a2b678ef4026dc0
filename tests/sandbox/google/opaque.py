"""Page and sync tokens: opaque to clients, and worth nothing when altered."""

import base64
import hashlib
import json

from tests.sandbox.google.model import Json


def pack(kind: str, values: Json) -> str:
    raw = json.dumps([kind, values], separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()[:6] + raw).rstrip(b"=").decode()


def unpack(kind: str, token: str) -> Json | None:
    """What was packed, or None for anything that was not."""
    try:
        whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if hashlib.sha256(whole[6:]).digest()[:6] != whole[:6]:
            return None
        found, values = json.loads(whole[6:])
    except ValueError:
        return None
    return dict(values) if found == kind else None

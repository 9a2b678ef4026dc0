"""Paging and incremental sync, alike for calendar lists and events."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tests.sandbox.google.errors import ApiError, full_sync_required, google_error, invalid
from tests.sandbox.google.model import Json
from tests.sandbox.google.opaque import pack, unpack

T = TypeVar("T")
_PAGING = frozenset(
    {"pageToken", "maxResults", "fields", "prettyPrint", "alt", "quotaUser", "userIp", "key", "syncToken"}
)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page, and the tokens that go with it."""

    items: list[T]
    next_page: str | None
    next_sync: str | None


@dataclass(frozen=True)
class Listing:
    """One list request: whose list it is, what was asked, and the version the list is at."""

    of: str
    params: Json
    version: int
    floor: int
    """Sync tokens from before this version have expired."""
    largest_page: int

    @property
    def _asked(self) -> str:
        asked = {name: value for name, value in self.params.items() if name not in _PAGING}
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:12]

    def since(self) -> int | None:
        """The version the client already has; None for a full listing."""
        if "syncToken" not in self.params:
            return None
        found = unpack("sync", self.params["syncToken"])
        if found is None or found["of"] != self.of or found["v"] < self.floor:
            raise full_sync_required()
        return int(found["v"])

    def page(self, items: Sequence[T], key: Callable[[T], tuple[object, ...]], *, syncs: bool) -> Page[T]:
        """Cut a page out of ``items``. Tokens remember a key and not a place: what vanishes shifts nothing."""
        after, version = self._resume()
        ordered = sorted(items, key=key)
        left = [item for item in ordered if after is None or list(key(item)) > after]
        size = min(self.params["maxResults"], self.largest_page)
        shown, more = left[:size], len(left) > size
        base: Json = {"of": self.of, "asked": self._asked, "since": self.params.get("syncToken")}
        return Page(
            items=shown,
            next_page=pack("page", {**base, "after": list(key(shown[-1])), "v": version}) if more else None,
            next_sync=pack("sync", {"of": self.of, "v": version}) if syncs and not more else None,
        )

    def _resume(self) -> tuple[list[object] | None, int]:
        if "pageToken" not in self.params:
            return None, self.version
        found = unpack("page", self.params["pageToken"])
        same = found and (found["of"], found["asked"]) == (self.of, self._asked)
        if found is None or not same or found["since"] != self.params.get("syncToken"):
            raise invalid("Invalid page token value.", "pageToken")
        return list(found["after"]), int(found["v"])


def refuse_with_sync_token(params: Json, names: Sequence[str]) -> None:
    """Some parameters make no sense beside a sync token."""
    if "syncToken" not in params:
        return
    for name in names:
        if params.get(name) not in (None, []):
            said = f"Sync token cannot be used with other query restrictions: {name}."
            raise ApiError(400, google_error(400, "invalidParameter", said, location=name))

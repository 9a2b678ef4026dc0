"""A message in a channel, or an ephemeral one that only one person sees."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.surfaces import Surface


@dataclass(eq=False)
class Message:
    ts: str
    channel: str
    user: str
    text: str
    surface: Surface
    at: datetime
    bot_id: str | None = None
    team: str = ""
    metadata: Json | None = None
    edited: Json | None = None
    deleted: bool = False
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    unfurl_links: bool = True
    unfurl_media: bool = True
    files: list[Json] = field(default_factory=list)
    """Files that were shared with the message."""
    revision: int = 0
    """Counts what happened to it, so that the one touched last can be found."""

    @property
    def blocks(self) -> list[Json]:
        return self.surface.blocks

    @property
    def state(self) -> Json:
        """What is chosen and typed in it just now, as ``state.values``."""
        return self.surface.values()

    @property
    def from_bot(self) -> bool:
        return self.bot_id is not None

    def to_json(self, app_id: str) -> Json:
        """The message object, as answers and payloads show it."""
        body: dict[str, Any] = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        body["team"] = self.team
        if self.bot_id is not None:
            body |= {"bot_id": self.bot_id, "app_id": app_id}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.thread_ts is not None:
            body["thread_ts"] = self.thread_ts
        if self.files:
            body |= {"files": self.files, "upload": True}
        if self.edited is not None:
            body["edited"] = self.edited
        if self.metadata:
            # The payload is left out of everything but the answers that were asked for all metadata
            body["metadata"] = {"event_type": self.metadata["event_type"]}
        return body

"""Files on their way into Slack: a ticket, the bytes, the completion, and the moment from which they can be shown."""

import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sandbox.slack.refusal import Json

IMAGES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}
"""What an image block may show from Slack's own files, says Slack."""
_PRETTY = {"png": "PNG", "jpg": "JPEG", "gif": "GIF"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(eq=False)
class File:
    """``ready_at`` is None until the upload was completed: only then Slack looks at what it is."""

    team_id: str
    user_id: str
    name: str
    length: int
    alt_text: str
    id: str = field(default_factory=lambda: f"F{secrets.token_hex(5).upper()}")
    ticket: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    title: str = ""
    body: bytes | None = None
    created: datetime | None = None
    ready_at: datetime | None = None
    channels: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str | None:
        """By the bytes and not by the name: png, jpg, gif or none of them."""
        return _kind(self.body or b"")

    @property
    def path(self) -> str:
        """Where the file stands at Slack."""
        return f"/files-pri/{self.team_id}-{self.id}/{_UNSAFE.sub('_', self.name).lower()}"

    def is_ready(self, now: datetime) -> bool:
        return self.ready_at is not None and now >= self.ready_at

    def to_json(self, now: datetime, base_url: str, domain: str) -> Json:
        """The file object. What kind it is stays empty until Slack has looked."""
        kind = self.kind if self.is_ready(now) else None
        created = int((self.created or now).timestamp())
        body: Json = {
            "id": self.id,
            "created": created,
            "timestamp": created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": IMAGES.get(kind or "", ""),
            "filetype": kind or "",
            "pretty_type": _PRETTY.get(kind or "", ""),
            "user": self.user_id,
            "user_team": self.team_id,
            "mode": "hosted",
            "editable": False,
            "is_external": False,
            "external_type": "",
            "size": self.length,
            "url_private": f"{base_url}{self.path}",
            "permalink": f"https://{domain}.slack.com/files/{self.user_id}/{self.id}/{self.path.rpartition('/')[2]}",
            "is_public": False,
            "public_url_shared": False,
            "channels": list(self.channels),
            "groups": [],
            "ims": [],
        }
        if self.alt_text:
            body["alt_txt"] = self.alt_text
        if kind == "png":
            body["original_w"], body["original_h"] = png_size(self.body or b"")
        return body


class Files:
    """``delay`` is how long Slack needs after the completion: its scan for malware stands in a queue."""

    def __init__(self) -> None:
        self.delay = timedelta()
        self.refused: str | None = None
        """Why no file may come in: "file_uploads_disabled", "storage_limit_reached" and the like."""
        self._by_id: dict[str, File] = {}

    def add(self, file: File) -> None:
        self._by_id[file.id] = file

    def of(self, team_id: str, file_id: str) -> File | None:
        file = self._by_id.get(file_id)
        return file if file is not None and file.team_id == team_id else None

    def with_ticket(self, ticket: str) -> File | None:
        """The file still waited for under this ticket."""
        return next((each for each in self if each.ticket == ticket and each.ready_at is None), None)

    def __iter__(self) -> Iterator[File]:
        return iter(tuple(self._by_id.values()))


def png_size(body: bytes) -> tuple[int, int]:
    """Width and height as the first chunk says."""
    width, height = struct.unpack(">II", body[16:24])
    return width, height


def _kind(body: bytes) -> str | None:
    if body.startswith(_PNG) and body[12:16] == b"IHDR" and body.endswith(_PNG_END):
        return "png" if min(png_size(body)) > 0 else None
    if body.startswith(b"\xff\xd8\xff") and body.endswith(b"\xff\xd9"):
        return "jpg"
    return "gif" if body[:6] in {b"GIF87a", b"GIF89a"} else None

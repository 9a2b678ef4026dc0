"""Modals and home tabs as Slack keeps them: ids, hashes, the stack of at most three."""

import secrets
from dataclasses import dataclass, field

from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.surfaces import Surface, settled

DEEPEST_STACK = 3


def fresh_hash(seconds: float) -> str:
    return f"{int(seconds)}.{secrets.token_urlsafe(6)}"


@dataclass(eq=False)
class View:
    id: str
    team_id: str
    user_id: str
    given: Json
    hash: str
    surface: Surface
    root_id: str
    previous_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    """Shown under the fields, by block_id."""

    @property
    def kind(self) -> str:
        return str(self.given["type"])

    @property
    def external_id(self) -> str:
        return str(self.given.get("external_id", ""))

    def replace(self, given: Json, new_hash: str) -> None:
        """Another content for the same view; what the person typed stays where the ids stayed."""
        self.given = given
        self.hash = new_hash
        self.errors = {}
        self.surface.replace(settled(given["blocks"]))

    def to_json(self, app_id: str, bot_id: str) -> Json:
        """The view object, as answers and payloads show it."""
        given = self.given
        title = {"type": "plain_text", "text": "View Title", "emoji": True}  # Slack's own, for home tabs
        return {
            "id": self.id,
            "team_id": self.team_id,
            "type": self.kind,
            "blocks": self.surface.blocks,
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": {"values": self.surface.values()},
            "hash": self.hash,
            "title": given.get("title", title),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app_id,
            "external_id": self.external_id,
            "app_installed_team_id": self.team_id,
            "bot_id": bot_id,
        }

"""Slack's app manifest, as it is shipped and with the operator's address in it."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PLACEHOLDER = "https://calendar.example.com"
_FILE = Path(__file__).parent.parent / "manifest.yml"


def shipped() -> str:
    """manifest.yml as it stands."""
    return _FILE.read_text(encoding="utf-8")


@cache
def _read() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(shipped())
    return manifest


def scopes() -> dict[str, list[str]]:
    """The scopes it asks for, by "bot" and "user"."""
    return dict(_read()["oauth_config"]["scopes"])


def events() -> list[str]:
    """The events it asks for."""
    return list(_read()["settings"]["event_subscriptions"]["bot_events"])


def for_address(public_url: str, *, socket_mode: bool = False) -> str:
    """The manifest with every address under ``public_url``; in Socket Mode Slack needs none but the redirect."""
    text = shipped().replace(PLACEHOLDER, public_url.rstrip("/"))
    if not socket_mode:
        return text
    return text.replace("socket_mode_enabled: false", "socket_mode_enabled: true")

"""The edge of the bot with nothing behind it."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import pytest
from fastapi import FastAPI

from bot.settings import Settings
from handlers import edge, health, http_connect
from handlers.background import Background
from handlers.rendering import Pages
from tests.edge.asgi import Caller
from tests.edge.consent import COOKIE, RecordedConsent

SCALE = float(os.environ.get("PROOF_SCALE", "1")) / 100
"""1 is the proof's full size, PROOF_SCALE=100; the suite runs a hundredth."""


def settings_for(public_url: str, **more: str) -> Settings:
    return Settings.read(
        {
            "PUBLIC_URL": public_url,
            "ENCRYPTION_KEYS": base64.b64encode(bytes(32)).decode(),
            "SLACK_BOT_TOKEN": "xoxb-edge",
            "SLACK_SIGNING_SECRET": "signing-secret",
            "GOOGLE_CLIENT_ID": "client",
            "GOOGLE_CLIENT_SECRET": "client-secret",
            "GOOGLE_AUTH_URI": "https://accounts.google.example/auth",
            **more,
        }
    )


@dataclass
class Edge:
    """The app of a bot whose services only remember."""

    http: FastAPI
    consent: RecordedConsent
    background: Background
    settings: Settings
    problems: list[str]

    @property
    def caller(self) -> Caller:
        return Caller(self.http)

    @property
    def secure(self) -> bool:
        return self.settings.public_url.startswith("https")


def cookie(edge: Edge, value: str = COOKIE) -> tuple[str, str]:
    return ("cookie", f"{'__Host-flow' if edge.secure else 'flow'}={value}")


def build_edge(settings: Settings) -> Edge:
    background, pages = Background(4, 100, "edge"), Pages()
    consent, problems = RecordedConsent(settings.google_auth_uri), list[str]()
    http = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    edge.harden(http, pages, settings)
    http.include_router(http_connect.router(consent, background, pages, settings))
    http.include_router(health.router(lambda: problems, background, settings.metrics_token))
    return Edge(http, consent, background, settings, problems)


@pytest.fixture(autouse=True)
def _quiet(logged: StringIO) -> None:
    """Nothing of the edge is printed."""


@pytest.fixture(params=["https://calendar.example.com", "http://127.0.0.1:3000"], ids=["https", "loopback"])
def any_edge(request: pytest.FixtureRequest) -> Iterator[Edge]:
    """Once behind https, once on plain loopback."""
    built = build_edge(settings_for(request.param))
    yield built
    built.background.stop()


@pytest.fixture
def web() -> Iterator[Edge]:
    built = build_edge(settings_for("https://calendar.example.com"))
    yield built
    built.background.stop()

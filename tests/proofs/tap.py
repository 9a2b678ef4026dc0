"""A tap on the line: every request and answer that passes, written down whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Exchange:
    """One request and what was answered; ``status`` 0 if nothing was."""

    method: str
    path: str
    query: str
    sent: list[tuple[str, str]]
    body: bytes = b""
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    answer: bytes = b""

    @property
    def given(self) -> dict[str, str]:
        """The parameters of the query and of a form."""
        return dict(parse_qsl(self.query)) | dict(parse_qsl(self.body.decode("utf-8", "replace")))

    def header(self, name: str) -> str:
        """A header of the request."""
        return next((value for each, value in self.sent if each == name), "")


class Tap:
    """Stands in front of an ASGI app."""

    def __init__(self, app: ASGIApp, into: list[Exchange]) -> None:
        self._app = app
        self._into = into

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passing = _Passing(scope, receive, send)
        self._into.append(passing.exchange)
        await self._app(scope, passing.receive, passing.send)


class _Passing:
    """One exchange on its way. What cuts the line asks the sender for its transport, so it has one."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query, headers = scope["query_string"].decode("latin-1"), _read(scope["headers"])
        self.exchange = Exchange(scope["method"], scope["path"], query, headers)
        self._receive = receive
        self._send = send

    @property
    def transport(self) -> Any:
        return getattr(self._send, "__self__").transport  # noqa: B009 - ASGI types it as a plain callable

    async def receive(self) -> Message:
        message = await self._receive()
        self.exchange.body += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.exchange.status, self.exchange.headers = message["status"], _read(message["headers"])
        self.exchange.answer += message.get("body", b"")
        await self._send(message)


def _read(headers: Any) -> list[tuple[str, str]]:
    return [(bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1")) for name, value in headers]


def with_header(exchange: Exchange, name: str) -> list[str]:
    """What the answer says under this name."""
    return [value for each, value in exchange.headers if each == name]


def text(parts: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in parts.items())

"""Asking an ASGI app without a socket in between: ten thousand requests in a breath."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

T = TypeVar("T")
Pairs = Iterable[tuple[str, str]]


def run(asked: Coroutine[Any, Any, T]) -> T:
    """Its outcome, from a loop in a thread of its own: Playwright's sync API keeps one running in the main thread."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, asked).result()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Caller:
    """One client of one app. ``chunks`` sends a body in pieces, without saying how long it is."""

    app: ASGIApp
    default: dict[str, str] = field(default_factory=dict)

    def get(self, target: str, headers: Pairs = (), method: str = "GET") -> Answer:
        return run(self.ask(method, target, headers))

    def post(self, target: str, body: bytes = b"", headers: Pairs = ()) -> Answer:
        return run(self.ask("POST", target, headers, body))

    async def ask(
        self,
        method: str,
        target: str,
        headers: Pairs = (),
        body: bytes = b"",
        chunks: AsyncIterable[bytes] | None = None,
    ) -> Answer:
        path, _, query = target.partition("?")
        pairs = [*self.default.items(), *headers]
        if chunks is None and body:
            pairs.append(("content-length", str(len(body))))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1", "replace"),
            "query_string": query.encode("latin-1", "replace"),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        sent: list[Message] = []
        incoming = _pieces(body, chunks)

        async def receive() -> Message:
            return await anext(incoming)

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        return Answer(start["status"], Headers(raw=start["headers"]), content)


async def _pieces(body: bytes, chunks: AsyncIterable[bytes] | None) -> AsyncIterator[Message]:
    if chunks is None:
        yield {"type": "http.request", "body": body, "more_body": False}
    else:
        async for chunk in chunks:
            yield {"type": "http.request", "body": chunk, "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}
    yield {"type": "http.disconnect"}

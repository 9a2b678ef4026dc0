"""Serving an ASGI app on loopback from a thread, and meeting its requests with scripted faults."""

import asyncio
import json
import socket
from threading import Thread
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.faults import Fault, Script


class Faulty:
    """The outermost layer of a stand-in: every request first asks the script whether it is to go wrong."""

    def __init__(self, app: ASGIApp, script: Script) -> None:
        self._app = app
        self._script = script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._script.take(f"{scope['method']} {scope['path']}") if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.when == "after":
            await self._app(scope, receive, _swallow)
        elif fault.kind == "answer":
            await _heard_out(receive)
        await _go_wrong(fault, receive, send)


async def _heard_out(receive: Receive) -> None:
    """Read the whole request: an answer to half of one makes the server reset the line."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        continue


async def _swallow(message: Message) -> None:
    """Nobody hears this answer."""


async def _go_wrong(fault: Fault, receive: Receive, send: Send) -> None:
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "drop":
        # uvicorn hands the outermost app the bound method of its request cycle; ASGI itself cannot cut a line.
        cycle: Any = getattr(send, "__self__")  # noqa: B009 - typed as a plain callable
        cycle.transport.abort()
        while (await receive())["type"] != "http.disconnect":  # or uvicorn complains of a missing answer
            continue
        return
    body = fault.body
    is_json = isinstance(body, dict | list)
    raw = json.dumps(body).encode() if is_json else body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[arg-type]  # neither dict nor list here
    headers = {"content-type": "application/json" if is_json else "text/html", **fault.headers}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": pairs})
    await send({"type": "http.response.body", "body": raw})


class Served:
    """An ASGI app listening on 127.0.0.1 in a thread of its own; port 0 takes a free one."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it a request waits 40 ms for an ACK
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(1024)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._socket],), name=f"served-{self.port}", daemon=True)
        self._thread.start()

    def cuts_every_line(self) -> None:
        """Whoever is connected hears nothing more, not even a goodbye."""
        for line in tuple(self._server.server_state.connections):
            line.loop.call_soon_threadsafe(line.transport.abort)

    def ends_soon(self) -> None:
        """Several end together sooner than one after the other: each looks up ten times a second."""
        self._server.should_exit = True

    def stop(self) -> None:
        self.ends_soon()
        self._thread.join(timeout=5)
        self._socket.close()

"""Socket Mode: a websocket the bot opened, and the envelopes that go over it."""

import asyncio
import json
import secrets
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.sandbox.slack.call import Call
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.state import State

MOST_CONNECTIONS = 10


@dataclass(eq=False)
class _Connection:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    waiting: dict[str, Future[Json]] = field(default_factory=dict)


class Sockets:
    def __init__(self, state: State) -> None:
        self._state = state
        self._tickets: set[str] = set()
        self._open: list[_Connection] = []
        self.opened = 0
        """How many there have been so far."""

    def open(self, call: Call) -> Json:
        """apps.connections.open: a websocket address for one use."""
        with call.state.lock:
            if len(self._open) >= MOST_CONNECTIONS:
                raise Refused("too_many_websockets")
            ticket = secrets.token_urlsafe(16)
            self._tickets.add(ticket)
        base = self._state.base_url.replace("http", "ws", 1)
        return {"url": f"{base}/link/?ticket={ticket}&app_id={self._state.credentials.app_id}"}

    @property
    def connected(self) -> bool:
        return bool(self._open)

    async def endpoint(self, socket: WebSocket) -> None:
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        connection = _Connection(socket, asyncio.get_running_loop())
        await socket.send_text(
            json.dumps(
                {
                    "type": "hello",
                    "num_connections": len(self._open) + 1,
                    "debug_info": {"host": "applink-sandbox", "approximate_connection_time": 18060},
                    "connection_info": {"app_id": self._state.credentials.app_id},
                }
            )
        )
        self._open.append(connection)
        self.opened += 1
        self._state.changed()
        try:
            while True:
                self._acknowledged(connection, await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self._open.remove(connection)
            for future in connection.waiting.values():
                future.set_exception(ConnectionError("the websocket was closed"))
            self._state.changed()

    def _acknowledged(self, connection: _Connection, raw: str) -> None:
        try:
            message = json.loads(raw)
            future = connection.waiting.pop(message["envelope_id"])
        except (ValueError, KeyError, TypeError):
            self._state.fault(f"Socket Mode: an acknowledgement of nothing sent, or a late one: {raw[:200]}")
            return
        future.set_result(message)

    def send(self, kind: str, payload: Json, *, answers: bool, timeout: float, **extra: Any) -> Json:
        """Send one envelope and wait for its acknowledgement. Raises TimeoutError or ConnectionError."""
        try:
            connection = self._open[-1]
        except IndexError:
            raise ConnectionError("no websocket is open") from None
        envelope_id = secrets.token_hex(16)
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": answers,
            **extra,
        }
        future: Future[Json] = Future()
        connection.waiting[envelope_id] = future
        began = time.monotonic()
        sending = connection.socket.send_text(json.dumps(envelope))
        try:
            asyncio.run_coroutine_threadsafe(sending, connection.loop).result(timeout)
        except (RuntimeError, WebSocketDisconnect):
            raise ConnectionError("the websocket is closing") from None
        try:
            return future.result(timeout - (time.monotonic() - began))
        except TimeoutError:
            connection.waiting.pop(envelope_id, None)
            raise

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the bot that its connection ends, and, unless this is the warning, end it."""
        for connection in tuple(self._open):
            body = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
            asyncio.run_coroutine_threadsafe(connection.socket.send_text(json.dumps(body)), connection.loop).result(3)
            if reason != "warning":
                asyncio.run_coroutine_threadsafe(connection.socket.close(), connection.loop).result(3)

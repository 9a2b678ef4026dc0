"""How much a stranger may send, and how long they may take over it."""

import asyncio
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_AT_MOST = 1024 * 1024
HEADERS_AT_MOST = 32 * 1024
PATIENCE = 10.0
_BAD_REQUEST, _TIMEOUT, _TOO_LARGE = 400, 408, 413


class Limits:
    """In front of every route: headers up to 32 kB, bodies up to 1 MiB that arrive within ten seconds."""

    def __init__(self, app: ASGIApp, refuse: Callable[[int], Response], patience: float = PATIENCE) -> None:
        self._app = app
        self._refuse = refuse
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _too_much(scope)
        if status is not None:
            await self._refuse(status)(scope, receive, send)
            return
        await self._app(scope, _Measured(receive, self._patience), send)


class _Measured:
    """A body, counted as it comes in. An endpoint that reads too much of it ends in 413, too slowly in 408."""

    def __init__(self, receive: Receive, patience: float) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + patience
        self._left = BODY_AT_MOST
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:  # what is waited for now is the end of the connection
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(_TIMEOUT) from None
        self._left -= len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._left < 0:
            raise HTTPException(_TOO_LARGE)
        return message


def _too_much(scope: Scope) -> int | None:
    """The status for a request that is refused unread."""
    headers = scope["headers"]
    if sum(len(name) + len(value) for name, value in headers) + len(scope["query_string"]) > HEADERS_AT_MOST:
        return _BAD_REQUEST
    lengths = [value for name, value in headers if name == b"content-length"]
    if lengths and not lengths[0].isdigit():
        return _BAD_REQUEST
    return _TOO_LARGE if lengths and int(lengths[0][:20]) > BODY_AT_MOST else None

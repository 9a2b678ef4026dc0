"""Telling open pages that something changed: many changes in a row are one word."""

import asyncio
from collections.abc import AsyncIterator
from threading import Lock

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

_GATHERING = 0.04
"""Seconds in which further changes join the one that came first."""


class Live:
    """The open event streams, each with its own wake-up call."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._closed = False

    def changed(self) -> None:
        """Called from any thread; never blocks."""
        with self._lock:
            waiting = list(self._open.items())
        for event, loop in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """End all streams, so that the server need not wait for them."""
        self._closed = True
        self.changed()

    async def stream(self, request: Request) -> EventSourceResponse:  # noqa: ARG002 - every page hears the same
        return EventSourceResponse(self._words())

    async def _words(self) -> AsyncIterator[ServerSentEvent]:
        event = asyncio.Event()
        with self._lock:
            self._open[event] = asyncio.get_running_loop()
        try:
            while not self._closed:
                yield ServerSentEvent(event="changed", data="")
                await event.wait()
                await asyncio.sleep(_GATHERING)
                event.clear()
        finally:
            with self._lock:
                del self._open[event]

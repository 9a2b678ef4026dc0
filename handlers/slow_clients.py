"""HTTP/1.1 that does not wait for ever for somebody to finish their request; uvicorn would."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 20.0
"""Seconds for a whole request, of which handlers/limits.py gives the body ten and then says so politely."""

_UNFINISHED = frozenset({h11.IDLE, h11.SEND_BODY})


class ImpatientProtocol(H11Protocol):
    """Cuts the line of whoever connects and does not ask, or sends a byte now and then to hold the line.

    Between two requests it is uvicorn's own limit that counts.
    """

    patience = PATIENCE

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Somebody is there: the first request may begin."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Some of a request, or the last of it."""
        if self._deadline is None:
            self._expect()
        super().data_received(data)
        if self.conn.their_state not in _UNFINISHED:
            self._expect_nothing()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self.patience, self.transport.abort)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

"""The Google of the sweeps, a process of its own: `python -m tests.bench.google_side CERTIFICATE`.

The sandbox's stand-in is strict, and slower than what asks it here. This one answers two questions over TLS, a refresh
and a listing of the calendar list, and counts how often each person asked each.
"""

import asyncio
import json
import re
import ssl
import sys
from collections import Counter

from bot.domain.permissions import SCOPES
from tests.bench.cores import OTHER, pin
from tests.bench.tls import HOST

REFRESH, ACCESS = "1//bench-", "ya29.bench-"
"""What tokens begin with; a person's number follows."""
CALENDARS = ("primary", "team", "holidays", "birthdays")
_REFRESHING = re.compile(rb"(?:^|&)refresh_token=1%2F%2Fbench-(\d+)(?:&|$)")
_LISTING = re.compile(rb"^authorization: bearer ya29\.bench-(\d+)\r?$", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


def calendar_id(number: int, name: str) -> str:
    """Google's id of a person's calendar."""
    return f"{name}-{number}@acme.example"


class Asked:
    """Who asked what since the last look at it."""

    def __init__(self) -> None:
        self.refreshed = Counter[int]()
        self.listed = Counter[int]()

    def taken(self) -> dict[str, int]:
        """How many people asked anything, and how many of them asked each question exactly once."""
        people = self.refreshed.keys() | self.listed.keys()
        once = sum(self.refreshed[each] == self.listed[each] == 1 for each in people)
        self.refreshed.clear()
        self.listed.clear()
        return {"people": len(people), "once": once}


class Answering(asyncio.Protocol):
    """One connection, kept for as long as the other side wants."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # asyncio hands a WriteTransport over

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[: end + 2]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            if self._transport is not None:
                self._transport.write(_answer(*self._about(head, body)))

    def _about(self, head: bytes, body: bytes) -> tuple[int, object]:
        path = head.split(b" ", 2)[1]
        if path == b"/token" and (found := _REFRESHING.search(body)):
            number = int(found[1])
            self._asked.refreshed[number] += 1
            token = {"access_token": f"{ACCESS}{number}", "expires_in": 3599, "scope": " ".join(SCOPES)}
            return 200, {**token, "token_type": "Bearer"}
        if path.startswith(b"/calendar/v3/users/me/calendarList?") and (found := _LISTING.search(head)):
            number = int(found[1])
            self._asked.listed[number] += 1
            return 200, _listed(number)
        return (200, self._asked.taken()) if path == b"/asked" else (404, {"error": "not_found"})


def _listed(number: int) -> object:
    """The whole list, with the fields that are read of it."""
    entries = [
        {
            "id": calendar_id(number, name),
            "summary": name,
            "timeZone": "Europe/Lisbon",
            "accessRole": "owner",
            "primary": name == CALENDARS[0],
            "dataOwner": f"person{number}@acme.example",
        }
        for name in CALENDARS
    ]
    return {"kind": "calendar#calendarList", "nextSyncToken": f"CPDAlvWDx70CEPDAlvWDx{number}", "items": entries}


def _answer(status: int, body: object) -> bytes:
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json; charset=UTF-8\r\nCache-Control: private\r\n"
    return f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw


async def _serve(certificate: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    asked = Asked()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(asked), HOST, 0, ssl=context, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main(certificate: str) -> None:
    """Print the port, then answer until standard input ends."""
    pin(OTHER)
    asyncio.run(_serve(certificate))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Very many HTTP requests from a few hands at once."""

import http.client
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

HANDS = 8
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ask:
    """One request, as it stands on the wire."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back for it. ``status`` 0: the line was cut."""

    ask: Ask
    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for each, value in self.headers if each.lower() == name), None)


def flood(base_url: str, asks: Sequence[Ask]) -> list[Answer]:
    """Ask all of it, and hear every answer."""
    with ThreadPoolExecutor(HANDS) as pool:
        shares = pool.map(lambda hand: _asked_by_one(base_url, asks[hand::HANDS]), range(HANDS))
        return [answer for share in shares for answer in share]


def _asked_by_one(base_url: str, asks: Iterable[Ask]) -> list[Answer]:
    parts = urlsplit(base_url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    answers = []
    for ask in asks:
        try:
            line.request(ask.method, ask.target, ask.body or None, dict(ask.headers))
            heard = line.getresponse()
            answers.append(Answer(ask, heard.status, tuple(heard.getheaders()), heard.read()))
        except (OSError, http.client.HTTPException):
            line.close()  # the next request opens it again
            answers.append(Answer(ask, 0))
    line.close()
    return answers

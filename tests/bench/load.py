"""What sends, a process of its own: bodies in, all sent at once, seconds until each answer out."""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from tests.bench.cores import OTHER, pin

PATIENCE = 60.0
"""Seconds until a request counts as never answered: late ones are to be measured, not lost."""


@dataclass(frozen=True)
class Answer:
    """What came back, and when. ``status`` 0: nothing did."""

    status: int
    seconds: float


@dataclass(frozen=True)
class Signed:
    """One request as Slack sends it."""

    body: bytes
    headers: Mapping[str, str]


def signed(body: str, secret: str, moment: int) -> Signed:
    """A form with Slack's proof."""
    base = f"v0:{moment}:{body}".encode()
    headers = {
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "application/json,*/*",
        "Accept-Encoding": "gzip,deflate",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(moment),
        "X-Slack-Signature": "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest(),
    }
    return Signed(body.encode(), headers)


async def burst(port: int, requests: Sequence[Signed]) -> list[Answer]:
    """All of them at once, each on a new connection."""
    url = f"http://127.0.0.1:{port}/slack/events"
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience) as session:

        async def one(request: Signed) -> Answer:
            began = time.perf_counter()
            try:
                async with session.post(url, data=request.body, headers=request.headers) as response:
                    await response.read()
                    return Answer(response.status, time.perf_counter() - began)
            except (aiohttp.ClientError, TimeoutError):
                return Answer(0, time.perf_counter() - began)

        return await asyncio.gather(*(one(request) for request in requests))


def main() -> None:
    """Each line on standard input is a burst; each line on standard output is what became of one."""
    pin(OTHER)
    for line in sys.stdin:
        asked = json.loads(line)
        moment = int(time.time())
        requests = [signed(body, asked["secret"], moment) for body in asked["bodies"]]
        answers = asyncio.run(burst(asked["port"], requests))
        sys.stdout.write(json.dumps([[each.status, each.seconds] for each in answers]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

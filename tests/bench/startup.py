"""P10: from a command to something that answers, with everything already compiled and in the file cache."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.processes import answers_at, bare_environment, free_port, stop
from tests.bench.rows import Figure, Row
from tests.bench.sizes import Size, Step
from tests.sandbox.world import KEY

_READY_WITHIN = 120.0
_STARTS = 3
_LIBRARIES = (
    "aiohttp, alembic.command, apscheduler.schedulers.background, cryptography.hazmat.primitives.ciphers.aead, fastapi,"
    "google_auth_oauthlib.flow, googleapiclient.discovery, jinja2, slack_bolt.async_app, sqlmodel, structlog, uvicorn"
)
_BOT = re.compile(r"The bot itself listens at http://127\.0\.0\.1:(\d+)")


def steps(goals: Collection[str], size: Size) -> int:
    """How many there are in all."""
    return size.rounds * _STARTS if "P10" in goals else 0


def measure(goals: Collection[str], size: Size, step: Step) -> list[Row]:
    """Interleaved, after a round that does not count unless it is the only one."""
    if "P10" not in goals:
        return []
    starts = {"make sandbox": _sandbox, "calendar-bot serve": _serve, "importing the libraries": _libraries}
    taken: dict[str, list[float]] = {name: [] for name in starts}
    for number in range(-1 if size.rounds > 1 else 0, size.rounds):
        for name, start in starts.items():
            if number >= 0:
                step(name)
            seconds = start()
            if number >= 0:
                taken[name].append(seconds)
    ours, *others = (Figure(name, tuple(seconds)) for name, seconds in taken.items())
    what = "From the start of `make sandbox` until its page and the bot's /readyz answer"
    return [Row("P10", what, ours, tuple(others), limit=3, is_ratio=False)]


def _sandbox() -> float:
    port, began = free_port(), time.perf_counter()
    with _running("-m", "tests.sandbox", "--port", str(port)) as process:
        for line in process.stdout or ():
            bot = _BOT.search(line)
            if bot:
                answers_at(port, "/", within=_READY_WITHIN)
                _ready(int(bot[1]))
                return time.perf_counter() - began
    raise RuntimeError("The sandbox ended before it was ready.")


def _serve() -> float:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="calendar-bot-bench-") as folder:
        settings = {
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "ENCRYPTION_KEYS": KEY,
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": "bench",
            "SLACK_API_URL": "http://127.0.0.1:9/api/",
            "GOOGLE_CLIENT_ID": "bench",
            "GOOGLE_CLIENT_SECRET": "bench",
        }
        began = time.perf_counter()
        with _running("-c", "from handlers.cli import main; main()", "serve", **settings):
            _ready(port)
            return time.perf_counter() - began


def _libraries() -> float:
    began = time.perf_counter()
    with _running("-c", f"import {_LIBRARIES}") as process:
        process.wait(_READY_WITHIN)
    return time.perf_counter() - began


def _ready(port: int) -> None:
    status = answers_at(port, "/readyz", within=_READY_WITHIN)
    if status != 200:
        raise RuntimeError(f"/readyz says {status}.")


@contextmanager
def _running(*arguments: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**bare_environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        stop(process)
        if process.stdout:
            process.stdout.close()

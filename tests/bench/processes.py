"""Starting what is measured, and the generator of load, as processes of their own."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from tests.bench.load import Answer

_STARTED_WITHIN = 60.0
_ENDED_WITHIN, _STOPPED_WITHIN = 5.0, 15.0


class Contender:
    """One server under measurement, by its name in contenders.py."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.name = name
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.contenders", name, str(self.port)],
            env={**bare_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        answers_at(self.port, "/readyz", within=_STARTED_WITHIN)

    def stop(self) -> None:
        stop(self._process)


class Servant:
    """A module of ours as a process that answers each line of JSON with another."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.{module}", *arguments],
            env={**bare_environment(), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def asked(self, question: object) -> Any:
        """What it says to that."""
        self.tells(question)
        return self.heard()

    def tells(self, question: object) -> None:
        """Ask without waiting for the answer."""
        talk = _open(self._process.stdin)
        talk.write(json.dumps(question) + "\n")
        talk.flush()

    def heard(self) -> Any:
        """Its next line."""
        line = _open(self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"The process ended before it answered: {self._process.args!r}")
        return json.loads(line)

    def stop(self) -> None:
        """What answers lines ends with the last one."""
        _open(self._process.stdin).close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDED_WITHIN)
        stop(self._process)
        _open(self._process.stdout).close()


class Generator(Servant):
    """The process that sends bursts."""

    def __init__(self) -> None:
        super().__init__("load")

    def burst(self, port: int, bodies: Sequence[str], secret: str) -> list[Answer]:
        """Send all of ``bodies`` at once, each signed; what became of each."""
        answers = self.asked({"port": port, "bodies": list(bodies), "secret": secret})
        return [Answer(status, seconds) for status, seconds in answers]


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers_at(port: int, path: str, *, within: float) -> int:
    """Wait until something answers there; its status."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            return connection.getresponse().status
        connection.close()
        time.sleep(0.01)
    raise RuntimeError(f"Nothing answered on port {port} within {within:g} s.")


def stop(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """End it kindly, then for certain."""
    process.terminate()
    try:
        process.wait(_STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def bare_environment() -> dict[str, str]:
    """What any program needs, and none of the settings that happen to stand in this shell."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}


def _open(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("The process was started without this pipe.")
    return stream

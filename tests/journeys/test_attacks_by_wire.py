"""Below the requests that browsers make: half of one, a hundred thousand brackets, the wrong method, a made-up host."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from handlers import serving
from handlers.slow_clients import ImpatientProtocol
from tests.sandbox.world import World


class _VeryImpatient(ImpatientProtocol):
    patience = 0.1


@contextmanager
def served_as_for_real(world: World) -> Iterator[int]:
    """By the server of `calendar-bot serve`, which only has less patience. Its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = serving.config(world.bot.http, _VeryImpatient)
        config.lifespan = "off"  # the world's own server has begun it
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


HALF = {
    "nothing": b"",
    "half the headers": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half a body that nobody reads": b"POST /connected/again HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\na=",
}


def test_a26_half_a_request_does_not_hold_a_line_for_ever(world: World) -> None:
    with served_as_for_real(world) as port:
        for what, half in HALF.items():
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(half)
                heard = _until_the_end(line)
                assert not heard or heard.startswith(b"HTTP/1.1 403"), what


def _until_the_end(line: socket.socket) -> bytes:
    heard = b""
    try:
        while more := line.recv(65536):
            heard += more
    except ConnectionResetError:
        pass
    return heard


def test_a26_there_is_no_websocket_to_talk_to(world: World) -> None:
    with served_as_for_real(world) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert line.recv(65536).startswith(b"HTTP/1.1 200"), "an ordinary answer"

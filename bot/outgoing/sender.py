"""One signed message to one address: no redirects, no proxy, no cookies, and nothing of the answer but its status."""

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from threading import Timer

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from standardwebhooks import Webhook

from bot.domain.webhooks import Answer
from bot.outgoing import targets
from bot.outgoing.targets import Refused, Resolve, Target, Unresolved

CONNECT, WHOLE = 5.0, 10.0
"""Seconds: for a connection, and for all of it, however slowly the other side talks."""
READ_AT_MOST = 64 * 1024
_ADDRESSES = 2
"""Of one name that are tried."""


class WebhookSender:
    """Names are looked up at every attempt, and the connection goes to the very address that was looked at.

    ``loopback`` allows this very machine, for a bot whose own PUBLIC_URL is there. The proxies of the environment are
    not used: they would look the name up once more, behind our back.
    """

    def __init__(self, *, loopback: bool = False, resolve: Resolve = targets.resolved, whole: float = WHOLE) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._whole = whole

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Made when it is first needed: most installations tell nobody, and it takes 50 ms."""
        context = ssl.create_default_context()
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)  # slim images have none of their own
        return context

    def check(self, url: str) -> str | None:
        """Why this address is never called, in a sentence; None when it may be. A name unknown just now may."""
        try:
            targets.addresses(targets.target(url, loopback=self._loopback), self._resolve)
        except Refused as refused:
            return str(refused)
        except Unresolved:
            return None
        return None

    def send(self, url: str, secret: str, message_id: str, body: str, now: datetime) -> Answer:
        """One attempt, signed as Standard Webhooks has it."""
        try:
            to = targets.target(url, loopback=self._loopback)
            found = targets.addresses(to, self._resolve)
        except Refused:
            return Answer(None, "refused")
        except Unresolved:
            return Answer(None, "unresolved")
        headers = {
            "Host": to.host_header,
            "User-Agent": "calendar-bot",
            "Content-Type": "application/json",
            "Connection": "close",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now.astimezone(UTC), body),
        }
        line = _Line(self._whole)
        try:
            line.open(found, to, self._context)
            return Answer(line.post(to, headers, body.encode()))
        except ssl.SSLCertVerificationError:
            return Answer(None, "certificate")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(None, "too_slow" if line.was_cut or isinstance(error, TimeoutError) else "unreachable")
        finally:
            line.close()


class _Line:
    """A connection that is cut when its time is up: a byte now and then would outwit every time limit of a socket."""

    def __init__(self, whole: float) -> None:
        self.was_cut = False
        self._whole = whole
        self._socket: socket.socket | None = None
        self._timer = Timer(whole, self._cut)
        self._timer.daemon = True

    def open(self, found: Sequence[str], to: Target, context: ssl.SSLContext) -> None:
        self._timer.start()
        self._socket = _connected(found, to.port)
        self._socket.settimeout(self._whole)
        if to.is_tls:
            self._socket = context.wrap_socket(self._socket, server_hostname=to.host, do_handshake_on_connect=False)
            self._socket.do_handshake()

    def post(self, to: Target, headers: Mapping[str, str], body: bytes) -> int:
        connection = http.client.HTTPConnection(to.host, to.port)
        connection.sock = self._socket
        connection.request("POST", to.path, body, dict(headers))
        answer = connection.getresponse()
        with suppress(OSError, http.client.HTTPException):  # the status is all that counts
            answer.read(READ_AT_MOST)
        return answer.status

    def close(self) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def _cut(self) -> None:
        self.was_cut = True
        if self._socket is not None:
            with suppress(OSError):
                # The plain socket's: TLS' own would first take its state away from whoever reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _connected(found: Sequence[str], port: int) -> socket.socket:
    trouble: OSError = ConnectionError("no address")
    for address in found[:_ADDRESSES]:
        try:
            return socket.create_connection((address, port), timeout=CONNECT)
        except OSError as error:
            trouble = error
    raise trouble

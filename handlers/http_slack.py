"""Everything Slack sends over HTTP: proven, checked, and only then shown to Bolt."""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.ports import Clock
from handlers import slack_shapes

log = structlog.get_logger()

PATH = "/slack/events"
_FRESH = timedelta(minutes=5)
_REMEMBERED = timedelta(minutes=10)
_REMEMBERED_AT_MOST = 200_000
_TIMESTAMP = re.compile(r"[0-9]{10}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_CERTIFICATE_CHECK_AT_MOST = 1024
_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _METHOD_NOT_ALLOWED, _SERVER_ERROR = 400, 401, 404, 405, 500


class SlackFront:
    """In front of all routes, where nothing is done twice: what Slack sends is most of all that comes."""

    def __init__(self, app: ASGIApp, edge: "SlackEdge", refuse: Callable[[int], Response]) -> None:
        self._app = app
        self._edge = edge
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        scope["endpoint"] = self._edge  # as a route does: the access line names what was found
        try:
            await (await self._answer(Request(scope, receive)))(scope, receive, send)
        except HTTPException as refused:
            await self._refuse(refused.status_code)(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._edge.receive(request)
        refused = self._refuse(_METHOD_NOT_ALLOWED)
        refused.headers["Allow"] = "POST"
        return refused


def is_genuine(secret: str, headers: Headers, body: bytes, now: float) -> bool:
    """Whether Slack signed exactly this body within the last five minutes."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False
    expected = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    fresh = abs(now - int(timestamp)) <= _FRESH.total_seconds()
    return hmac.compare_digest("v0=" + expected, signature) and fresh


def is_certificate_check(body: bytes) -> bool:
    """Slack asks this without a signature, to see whether our certificate is good."""
    return len(body) <= _CERTIFICATE_CHECK_AT_MOST and b"ssl_check=1" in body.split(b"&")


class SlackEdge:
    """The pre-filter in front of Bolt. What is refused is named in the log; its content never is.

    ``bolt`` is built with ``request_verification_enabled=False``: this proof is stricter, and goes by our clock.
    """

    def __init__(self, bolt: AsyncApp, signing_secret: str, clock: Clock) -> None:
        self._bolt = bolt
        self._secret = signing_secret
        self._clock = clock
        self._seen = SeenSignatures()

    async def receive(self, request: Request) -> Response:
        """Answer one request. The size and the patience for its body are limited in front of all routes."""
        body = await request.body()
        now = self._clock.now().timestamp()
        if not is_genuine(self._secret, request.headers, body, now):
            certificate_check = is_certificate_check(body)
            return Response() if certificate_check else _refused(_UNAUTHORIZED, "signature")
        try:
            payload = slack_shapes.read(body.decode(), request.headers.get("content-type", ""))
        except UnicodeDecodeError:
            return _refused(_BAD_REQUEST, "utf8")
        except slack_shapes.Malformed as malformed:
            return _refused(_BAD_REQUEST, "malformed", str(malformed))
        signature = request.headers["x-slack-signature"]
        # A typeahead's question only reads, and two of one text within a second are signed alike.
        if payload.get("type") != "block_suggestion" and not self._seen.is_new(signature, now):
            log.info("slack_replayed")
            return Response()
        answer = await self._dispatch(payload, request.headers)
        if answer.status_code == _NOT_FOUND:
            log.warning("slack_unhandled", kind=str(payload.get("type", "command")))
        if answer.status_code >= _SERVER_ERROR:
            self._seen.forget(signature)
        return answer

    async def _dispatch(self, payload: slack_shapes.Payload, headers: Headers) -> Response:
        # In Socket Mode's form Bolt takes the payload as it is. In HTTP's it would parse the body once more, by other
        # rules: a command whose text says "payload" would reach it empty.
        retry = {name: headers[name] for name in ("x-slack-retry-num", "x-slack-retry-reason") if name in headers}
        answer = await self._bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload, headers={**retry}))
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


class SeenSignatures:
    """Signatures of the last ten minutes: a request recorded on its way does nothing a second time."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_new(self, signature: str, now: float) -> bool:
        """Whether it was not seen yet; from now on it was."""
        while self._seen and (
            len(self._seen) >= _REMEMBERED_AT_MOST
            or next(iter(self._seen.values())) < now - _REMEMBERED.total_seconds()
        ):
            self._seen.popitem(last=False)
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True

    def forget(self, signature: str) -> None:
        """It did not have its effect: let Slack try again."""
        self._seen.pop(signature, None)


def _refused(status: int, outcome: str, detail: str = "") -> Response:
    log.warning("slack_refused", outcome=outcome, detail=detail)
    return Response(status_code=status)

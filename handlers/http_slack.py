"""Everything Slack sends over HTTP: proven, checked, and only then shown to Bolt."""

import hashlib
import hmac
import re
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

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
_SKEWED_AFTER, _SKEWED_WITHIN = 6, timedelta(minutes=10)
_SAID_AGAIN_AFTER = timedelta(minutes=1)
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


class Proof(StrEnum):
    """What the signature of a request proves."""

    GENUINE = "genuine"
    """Slack signed exactly this within the last five minutes."""
    STALE = "stale"
    """Slack signed it, by the clocks here and there at another time: somebody recorded it, or our clock is wrong."""
    MISSING = "signature"


def proof_of(secret: str, headers: Headers, body: bytes, now: float) -> Proof:
    """Whether Slack signed exactly this body, and when."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return Proof.MISSING
    expected = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest("v0=" + expected, signature):
        return Proof.MISSING
    return Proof.GENUINE if abs(now - int(timestamp)) <= _FRESH.total_seconds() else Proof.STALE


def is_certificate_check(body: bytes) -> bool:
    """Slack asks this without a signature, to see whether our certificate is good."""
    return len(body) <= _CERTIFICATE_CHECK_AT_MOST and b"ssl_check=1" in body.split(b"&")


class SlackEdge:
    """The pre-filter in front of Bolt. What is refused is named in the log; its content never is.

    ``bolt`` is built with ``request_verification_enabled=False``: this proof is stricter, and goes by our clock.
    ``skewed`` hears of a workspace whose requests show that this clock is wrong.
    """

    def __init__(self, bolt: AsyncApp, signing_secret: str, clock: Clock, skewed: Callable[[str], object]) -> None:
        self._bolt = bolt
        self._secret = signing_secret
        self._clock = clock
        self._skewed = skewed
        self._seen = SeenSignatures()
        self._stale = StaleRequests()

    async def receive(self, request: Request) -> Response:
        """Answer one request. The size and the patience for its body are limited in front of all routes."""
        body = await request.body()
        now = self._clock.now().timestamp()
        proof = proof_of(self._secret, request.headers, body, now)
        if proof is Proof.STALE:
            self._doubt_the_clock(request, body, now)
        if proof is not Proof.GENUINE:
            return Response() if is_certificate_check(body) else _refused(_UNAUTHORIZED, proof)
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

    def _doubt_the_clock(self, request: Request, body: bytes, now: float) -> None:
        """Nothing but an alert may come of what could have been recorded, and little work."""
        if not self._stale.are_many(now):
            return
        team_id = _team_of(body, request.headers.get("content-type", ""))
        if team_id:
            self._stale.are_told(now)
            log.warning("clock_skew", team=team_id)
            self._skewed(team_id)


class StaleRequests:
    """When Slack's own requests were refused for their age; kept in memory, and no more of it than is looked at."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=_SKEWED_AFTER)
        self._told = 0.0

    def are_many(self, now: float) -> bool:
        """Note one more. Whether so many have come lately that it is to be told."""
        self._last.append(now)
        many = len(self._last) == _SKEWED_AFTER and abs(now - self._last[0]) <= _SKEWED_WITHIN.total_seconds()
        return many and abs(now - self._told) >= _SAID_AGAIN_AFTER.total_seconds()

    def are_told(self, now: float) -> None:
        """Not again for a minute: while it lasts the incident stays open by it."""
        self._told = now


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


def _team_of(body: bytes, content_type: str) -> str:
    """Where a request comes from, if it says so."""
    try:
        payload = slack_shapes.read(body.decode(), content_type)
    except (UnicodeDecodeError, slack_shapes.Malformed):
        return ""
    places = (payload, "team_id"), (payload.get("team"), "id"), (payload.get("user"), "team_id")
    return next((str(place[name]) for place, name in places if isinstance(place, dict) and place.get(name)), "")


def _refused(status: int, outcome: str, detail: str = "") -> Response:
    log.warning("slack_refused", outcome=outcome, detail=detail)
    return Response(status_code=status)

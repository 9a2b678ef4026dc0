"""The Calendar API v3 over HTTP: who may call, what they may say, and Google's way to refuse."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.sandbox.google import discovery, errors, partial
from tests.sandbox.google.accounts import Accounts
from tests.sandbox.google.calls import Handler, Reply, Request
from tests.sandbox.google.discovery import Method
from tests.sandbox.google.errors import ApiError
from tests.sandbox.google.grant_records import AccessToken
from tests.sandbox.google.grants import Grants
from tests.sandbox.google.model import Account, Client
from tests.sandbox.google.quota import Quota
from tests.sandbox.google.state import State

_PREFIX = "/calendar/v3/"
_READS = ("GET", "HEAD")


class CalendarApi:
    def __init__(
        self,
        state: State,
        client: Client,
        accounts: Accounts,
        grants: Grants,
        quota: Quota,
        handlers: Mapping[str, Handler],
    ) -> None:
        self._state = state
        self._client = client
        self._accounts = accounts
        self._grants = grants
        self._quota = quota
        self._handlers = handlers

    def routes(self) -> list[Route]:
        verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return [Route(_PREFIX + "{rest:path}", self.endpoint, methods=verbs)]

    async def endpoint(self, http: HttpRequest) -> Response:
        raw = await http.body()
        try:
            return self._answer(http, raw)
        except ApiError as refusal:
            return JSONResponse(refusal.body, refusal.status, headers=refusal.headers)

    def _answer(self, http: HttpRequest, raw: bytes) -> Response:
        verb, query, body = _overridden(http, raw)
        path = http.scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(_PREFIX)
        found = discovery.match(verb, path)
        if found is None:
            return HTMLResponse("<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", 404)
        method, values = found
        access = self._authenticated(http, method, query)
        account = self._accounts.of(access.email)
        http.state.account = account.email
        self._check_allowed(method, account, access)
        self._quota.count(account.email)
        pairs = [(name, value) for name, value in query if name not in ("oauth_token", "access_token")]
        request = Request(
            method=method,
            account=account,
            scopes=access.scopes,
            path=values,
            query=discovery.read_query(method, pairs),
            body=discovery.read_body(method, body, http.headers.get("content-type", "")),
            if_match=http.headers.get("if-match"),
            if_none_match=http.headers.get("if-none-match"),
        )
        return self._run(request)

    def _run(self, request: Request) -> Response:
        handler = self._handlers.get(request.method.id)
        if handler is None:
            return JSONResponse({"error": {"code": 501, "message": f"No {request.method.id} in this stand-in."}}, 501)
        fields = request.query.get("fields")
        mask = partial.parse(fields, request.method.response) if fields and request.method.response else None
        with self._state.lock:  # an answer shows one moment
            reply = handler(request)
        return _response(request, reply, mask)

    def _authenticated(self, http: HttpRequest, method: Method, query: list[tuple[str, str]]) -> AccessToken:
        kind, _, token = http.headers.get("authorization", "").partition(" ")
        given = dict(query)
        token = token.strip() if kind.lower() == "bearer" else given.get("access_token") or given.get("oauth_token", "")
        if not token:
            raise errors.login_required(method.rpc_name)
        access = self._grants.access(token)
        if access is None or self._accounts.of(access.email).gone:
            raise errors.invalid_credentials()
        return access

    def _check_allowed(self, method: Method, account: Account, access: AccessToken) -> None:
        if self._client.project_state != "ok":
            in_full = self._client.project_state == "SERVICE_DISABLED"
            raise errors.api_disabled(self._client.project_number, with_details=in_full)
        if not access.scopes & method.scopes:
            raise errors.scopes_insufficient(method.rpc_name, " ".join(sorted(method.scopes)))
        if account.state == "not_a_calendar_user":
            raise errors.not_a_calendar_user()


def _overridden(http: HttpRequest, raw: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
    """Clients send a GET with a very long query as a POST that says so."""
    query = http.query_params.multi_items()
    if http.method == "POST" and http.headers.get("x-http-method-override", "").upper() == "GET":
        return "GET", query + parse_qsl(raw.decode("latin-1"), keep_blank_values=True), b""
    return "GET" if http.method in _READS else http.method, query, raw


def _response(request: Request, reply: Reply, mask: partial.Mask | None) -> Response:
    headers = {
        "cache-control": "private, max-age=0, must-revalidate, no-transform",
        "vary": "Origin, X-Origin, Referer",
    }
    if reply.etag is not None:
        headers["etag"] = reply.etag
    if reply.body is None:
        return Response(status_code=204, headers=headers)
    if request.method.http == "GET" and reply.etag is not None and request.if_none_match == reply.etag:
        return Response(status_code=304, headers=headers)
    body = partial.apply(mask, reply.body) if mask is not None else reply.body
    return JSONResponse(body, headers=headers)

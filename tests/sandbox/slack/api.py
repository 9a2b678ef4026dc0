"""The Web API over HTTP: forms and JSON in, HTTP 200 with ok true or false out."""

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.sandbox.slack import (
    methods_chat,
    methods_conversations,
    methods_files,
    methods_history,
    methods_oauth,
    methods_people,
    methods_usergroups,
    methods_views,
)
from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.limits import TooOften
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.sockets import Sockets
from tests.sandbox.slack.state import ApiCall, State, Token

_KEPT = 20
_NOBODY = Token("none", "", "", frozenset())


class Api:
    def __init__(self, state: State, sockets: Sockets) -> None:
        self._state = state
        self._methods: dict[str, Method] = {
            **methods_people.METHODS,
            **methods_conversations.METHODS,
            **methods_history.METHODS,
            **methods_chat.METHODS,
            **methods_views.METHODS,
            **methods_usergroups.METHODS,
            **methods_files.METHODS,
            **methods_oauth.METHODS,
            "apps.connections.open": Method(sockets.open, "connections:write", tokens=("app",)),
        }

    async def endpoint(self, request: Request) -> Response:
        name = request.path_params["method"]
        try:
            given, was_json = await _arguments(request)
        except Refused as refused:
            return self._respond(refused.answer(), _NOBODY)
        token = _bearer(request) or _text(given.pop("token", None))
        caller = _NOBODY
        call = Call(self._state, name, {}, _NOBODY, request.headers)
        wait: int | None = None
        try:
            method = self._method(name)
            caller = call.token = self._caller(token, method)
            if method.scope is not None:
                call.need(method.scope)
            call.args = given if method.takes_json or not was_json else {}
            with self._state.lock:
                self._state.limits.count(name, caller.team_id, call.text("channel") or "", self._state.seconds())
            body = {"ok": True, **method.run(call)}
        except Refused as refused:
            body = refused.answer()
            wait = refused.wait if isinstance(refused, TooOften) else None
        with self._state.lock:
            # lists are kept in order of arrival; the token never is
            self._state.journal.append(ApiCall(name, _decoded(given), _brief(body), self._state.clock.now()))
        return self._respond(body, caller, wait)

    def _method(self, name: str) -> Method:
        if name not in self._methods:
            raise Refused("unknown_method", req_method=name)
        return self._methods[name]

    def _caller(self, token: str | None, method: Method) -> Token:
        if not method.tokens:
            return _NOBODY
        if not token:
            raise Refused("not_authed")
        if token in self._state.refused_tokens:
            raise Refused(self._state.refused_tokens[token])
        caller = self._known(token)
        if caller is None:
            raise Refused("invalid_auth")
        if caller.kind not in method.tokens:
            raise Refused("not_allowed_token_type")
        return caller

    def _known(self, token: str) -> Token | None:
        if token == self._state.credentials.app_token:
            return Token("app", "", "", frozenset({"connections:write"}))
        return self._state.tokens.get(token)

    def _respond(self, body: Json, caller: Token, wait: int | None = None) -> Response:
        headers = {
            "x-slack-req-id": secrets.token_hex(16),
            "x-oauth-scopes": ",".join(sorted(caller.scopes)),
            "cache-control": "private, no-cache, no-store, must-revalidate",
        }
        if body.get("error") == "ratelimited":
            after = {} if wait is None else {"retry-after": str(wait)}
            return JSONResponse(body, status_code=429, headers={**headers, **after})
        return JSONResponse(body, headers=headers)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


async def _arguments(request: Request) -> tuple[Json, bool]:
    """The arguments, and whether they came as JSON."""
    query = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET" or not await request.body():
        return query, False
    if kind == "application/json":
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            raise Refused("invalid_json") from None
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        return body, True
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form() as form:
            return {**query, **{name: value for name, value in form.items() if isinstance(value, str)}}, False
    raise Refused("invalid_post_type" if kind else "missing_post_type")


def _brief(body: Json) -> Json:
    """The answer as the journal keeps it: a few members of many, or a large workspace would fill the memory."""
    return {**body, "members": body["members"][:_KEPT]} if "members" in body else body


def _decoded(args: Json) -> Json:
    """Arguments as they were meant, for the journal: JSON that came as text is read."""
    result = {}
    for name, value in args.items():
        result[name] = value
        if name in {"blocks", "view", "metadata", "files"} and isinstance(value, str):
            try:
                result[name] = json.loads(value)
            except ValueError:
                continue
        if name in {"client_secret", "code"}:
            result[name] = "…"
    return result

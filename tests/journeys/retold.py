"""A service between the bot and a stand-in that tells what the stand-in says in other words."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import requests
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Json = dict[str, Any]
Retell = Callable[[Json], object]


class Retold:
    """Stands before a stand-in and tells its answers in other words: ``words`` by "METHOD /path", matched in part."""

    def __init__(self, target: str, words: Mapping[str, Retell]) -> None:
        self._target = target
        self._words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body, headers = await request.body(), {name: value for name, value in request.headers.items() if name != "host"}
        address = f"{self._target}{scope['raw_path'].decode()}?{request.url.query}"
        answer = await run_in_threadpool(
            requests.request, request.method, address, data=body, headers=headers, allow_redirects=False, timeout=30
        )
        line = f"{request.method} {request.url.path}"
        retell = next((retell for where, retell in self._words.items() if where in line), None)
        told, status = answer.content, answer.status_code
        if retell and answer.ok:
            kept = retell(json.loads(told or b"{}"))
            told, status = (kept if isinstance(kept, str) else json.dumps(kept)).encode(), 200
        await Response(told, status, media_type=answer.headers.get("content-type"))(scope, receive, send)

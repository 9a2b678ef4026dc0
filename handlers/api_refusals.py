"""From an error of the booking API to its problem document. What was asked is never quoted."""

import re
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from handlers.api_models import PLAINLY
from handlers.api_problems import ProblemFound, Problems, Wrong

log = structlog.get_logger()

_NOT_FOUND, _METHOD_NOT_ALLOWED = 404, 405


class Refusals:
    """From an error to its problem document. What it was is logged by its name alone."""

    def __init__(self, problems: Problems, api: FastAPI) -> None:
        self._problems = problems
        self._api = api

    async def by_status(self, request: Request, error: Exception) -> Response:
        """What Starlette refuses."""
        status = error.status_code if isinstance(error, HTTPException) else _NOT_FOUND
        if status == _NOT_FOUND:
            request.scope.pop("endpoint", None)  # the access log knows a route by it, and this was none of ours
        headers = {"Allow": ", ".join(self._allowed(request))} if status == _METHOD_NOT_ALLOWED else None
        return self._problems.status(status, headers)

    async def invalid(self, _request: Request, error: Exception) -> Response:
        """What pydantic refuses."""
        found = error.errors() if isinstance(error, RequestValidationError) else []
        if any(each["type"] == "json_invalid" for each in found):
            return self._problems.document("bad-request")
        return self._problems.document("invalid", errors=[_wrong(each) for each in found])

    async def found(self, _request: Request, error: Exception) -> Response:
        """What the edge has found."""
        if not isinstance(error, ProblemFound):
            raise error
        log.warning("api_refused", outcome=error.kind.replace("-", "_"))
        return self._problems.found(error)

    async def raised(self, _request: Request, error: Exception) -> Response:
        """What a service has raised."""
        log.warning("api_refused", outcome=re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower())
        return self._problems.raised(error)

    async def bug(self, _request: Request, _error: Exception) -> Response:
        """What nobody foresaw."""
        return self._problems.document("internal")  # Starlette raises it once more, and the access log writes it down

    def _allowed(self, request: Request) -> list[str]:
        path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
        return sorted(
            method
            for route in self._api.routes
            if (pattern := getattr(route, "path_regex", None)) is not None and pattern.match(path)
            for method in getattr(route, "methods", None) or ()
        )


def _wrong(problem: dict[str, Any]) -> Wrong:
    """The field by its name, and our sentence or pydantic's; never the value, which may be a title."""
    names = [str(each) for each in problem["loc"][1:]] or [str(problem["loc"][0])]
    plainly = PLAINLY.get(str(problem.get("ctx", {}).get("pattern")))
    return Wrong(".".join(names), plainly or str(problem["msg"]).removeprefix("Value error, "))

"""The booking API described: the OpenAPI document, and a page that renders it without anything from elsewhere."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from handlers.api_problems import API, KINDS
from handlers.api_replies import CHANGES, WISH
from handlers.rendering import STYLESHEET

_FILES = Path(__file__).parent / "pages"
_INTRODUCTION = """Find people by e-mail, read when they are free, book, change, cancel.

Send `Authorization: Bearer cb_…`; `calendar-bot api-key create` makes a key. Times are RFC 3339 with an offset, answers
are in UTC, and appointments begin and end on whole five minutes. Errors are problem documents (RFC 9457). A calendar
that cannot be read makes time unknown, never free: then the answer is 503."""
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Why, in a word, where there are several reasons"},
        "errors": {
            "type": "array",
            "description": "Each field, or person, and what is wrong",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_OURS = frozenset({"HTTPValidationError", "ValidationError"})
_EXAMPLES = {"NewAppointment": [WISH], "Change": list(CHANGES)}


def add_to(api: FastAPI, public_url: str) -> None:
    """Serve both, to anybody: they hold nothing of anybody's."""
    document = cache(lambda: openapi(api, public_url))
    page = cache(lambda: _page(document()))
    css = (_FILES / "api.css").read_text(encoding="utf-8")

    async def as_json(_request: Request) -> Response:
        return JSONResponse(document())

    async def as_page(_request: Request) -> Response:
        return HTMLResponse(page())

    async def stylesheet(_request: Request) -> Response:
        return Response(css, media_type="text/css")

    for path, endpoint in (("/openapi.json", as_json), ("/docs", as_page), ("/docs.css", stylesheet)):
        api.router.add_route(path, endpoint, methods=["GET"], include_in_schema=False)


def openapi(api: FastAPI, public_url: str) -> dict[str, Any]:
    """FastAPI's document, with what it cannot know of."""
    document = get_openapi(
        title="Calendar Bot's booking API",
        version="1",
        openapi_version="3.1.0",
        summary="Appointments in people's own calendars, never two at once.",
        description=_INTRODUCTION,
        routes=api.routes,
        servers=[{"url": public_url + API}],
    )
    for route in api.routes:
        if isinstance(route, APIRoute):
            _put_back_nulls(document["paths"][route.path], route)
    parts = document["components"]
    parts["schemas"] = {name: each for name, each in parts["schemas"].items() if name not in _OURS}
    parts["schemas"]["Problem"] = _PROBLEM
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "cb_<prefix>_<secret>"}}
    for name, examples in _EXAMPLES.items():
        parts["schemas"][name].setdefault("required", [])  # the page asks for it
        parts["schemas"][name]["examples"] = examples
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] = dict(sorted(operation["responses"].items()))
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "idempotency-key":  # ours to ask for, so that its absence is a 400 of its own
                    parameter.update(
                        name="Idempotency-Key",
                        required=True,
                        schema={"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~][ -~]*$"},
                    )
                if parameter["name"] == "if-match":
                    parameter["name"] = "If-Match"
    return document


def _put_back_nulls(operations: dict[str, Any], route: APIRoute) -> None:
    """FastAPI leaves out of its document whatever is null, of examples too."""
    for method in route.methods or ():
        for status, reply in operations[method.lower()]["responses"].items():
            told = route.responses.get(int(status), {}).get("content", {})
            for media, content in told.items():
                if "example" in content:
                    reply["content"][media]["example"] = content["example"]


def _page(document: dict[str, Any]) -> str:
    jinja = Environment(
        loader=FileSystemLoader(_FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.policies["json.dumps_kwargs"] = {"sort_keys": False}
    jinja.filters["marked"] = _marked
    jinja.filters["kind"] = lambda schema: _kind(schema, document)
    template = jinja.get_template("api.jinja")
    return template.render(document=document, kinds=KINDS, api=API, stylesheet=STYLESHEET)


def _kind(schema: dict[str, Any], document: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each, document) for each in schema["anyOf"] if each != {"type": "null"})
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'], document)}"
    words = [str(schema.get("format") or schema.get("type", "anything"))]
    if "multipleOf" in schema:
        words.append(f"in steps of {schema['multipleOf']}")
    return " ".join(words)


def _marked(text: str) -> Markup:
    """What stands between two backticks is code."""
    code, plain = Markup("<code>{}</code>"), Markup("{}")
    return Markup().join((code if odd % 2 else plain).format(each) for odd, each in enumerate(text.split("`")))

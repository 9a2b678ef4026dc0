"""The discovery document that google-api-python-client ships, and what it says a request may hold."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import googleapiclient

from tests.sandbox.google.errors import ApiError, google_error, invalid, required, unknown_name
from tests.sandbox.google.model import Json

_INT32 = range(-(2**31), 2**31)


@cache
def document() -> Json:
    folder = Path(googleapiclient.__path__[0])
    text = (folder / "discovery_cache" / "documents" / "calendar.v3.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    return loaded


@dataclass(frozen=True)
class Method:
    """One method of the API, as the document lists it."""

    id: str
    http: str
    path: tuple[str, ...]
    parameters: Json
    request: str | None
    response: str | None
    scopes: frozenset[str]

    @property
    def rpc_name(self) -> str:
        """How Google names the method inside error details."""
        _, resource, verb = self.id.split(".")
        return f"calendar.v3.Calendar{resource[0].upper()}{resource[1:]}.{verb[0].upper()}{verb[1:]}"


@cache
def methods() -> tuple[Method, ...]:
    found = [
        Method(
            id=raw["id"],
            http=raw["httpMethod"],
            path=tuple(raw["path"].split("/")),
            parameters={**document()["parameters"], **raw.get("parameters", {})},
            request=raw.get("request", {}).get("$ref"),
            response=raw.get("response", {}).get("$ref"),
            scopes=frozenset(raw["scopes"]),
        )
        for resource in document()["resources"].values()
        for raw in resource.get("methods", {}).values()
        if "scopes" in raw
    ]
    return tuple(sorted(found, key=lambda method: sum(part.startswith("{") for part in method.path)))


def match(http: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
    """The method meant by a path that is still percent-encoded, and the values in it."""
    parts = raw_path.split("/")
    for method in methods():
        if method.http == http and len(parts) == len(method.path):
            pairs = list(zip(method.path, parts, strict=True))
            if all(name.startswith("{") or name == part for name, part in pairs):
                return method, {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}
    return None


def read_query(method: Method, query: list[tuple[str, str]]) -> Json:
    """Query parameters with their types, defaults filled in. Raises ApiError for what the document does not have."""
    values: Json = {}
    for name, text in query:
        spec = method.parameters.get(name)
        if spec is None or spec["location"] != "query":
            raise unknown_name(name, ": Cannot bind query parameter. Field could not be found in request message.")
        value = _typed(name, text, spec)
        if spec.get("repeated"):
            values.setdefault(name, []).append(value)
        elif name in values:
            raise _bad_parameter(name, f"Parameter {name} can only have one value.")
        else:
            values[name] = value
    for name, spec in method.parameters.items():
        if spec["location"] != "query":
            continue
        if spec.get("required") and name not in values:
            raise required(f"Required parameter: {name}", name)
        if "default" in spec and name not in values and not spec.get("repeated"):
            values[name] = _typed(name, spec["default"], spec)
    return values


def _typed(name: str, text: str, spec: Json) -> object:
    if spec["type"] == "boolean":
        if text not in ("true", "false"):
            raise _bad_parameter(name, f"Invalid boolean value: '{text}'.")
        return text == "true"
    if spec["type"] == "integer":
        if not re.fullmatch(r"[+-]?\d{1,10}", text) or int(text) not in _INT32:
            raise _bad_parameter(name, f"Invalid integer value: '{text}'.")
        low, high = int(spec.get("minimum", -(2**31))), int(spec.get("maximum", 2**31 - 1))
        if not low <= int(text) <= high:
            raise _bad_parameter(name, f"Invalid value '{text}'. Values must be within the range: [{low}, {high}]")
        return int(text)
    if "enum" in spec and text not in spec["enum"]:
        raise _bad_parameter(name, f"Invalid string value: '{text}'. Allowed values: {spec['enum']}")
    return text


def _bad_parameter(name: str, message: str) -> ApiError:
    return ApiError(400, google_error(400, "invalidParameter", message, location=name))


def read_body(method: Method, raw: bytes, content_type: str) -> Json:
    """The JSON body, every field of it known to the document and of its type."""
    if method.request is None:
        if raw:
            raise ApiError(400, google_error(400, "badRequest", "The HTTP method must not include a request body."))
        return {}
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, google_error(400, "parseError", "Parse Error")) from None
    if not isinstance(body, dict) or content_type.partition(";")[0].strip().lower() != "application/json":
        raise ApiError(400, google_error(400, "parseError", "Parse Error"))
    _check_value(body, {"$ref": method.request}, "")
    return body


def _check_value(value: Any, spec: Json, path: str) -> None:
    if value is None:
        return
    spec = document()["schemas"][spec["$ref"]] if "$ref" in spec else spec
    kind = spec["type"]
    if kind == "object" and isinstance(value, dict):
        for name, item in value.items():
            inner = spec.get("properties", {}).get(name) or spec.get("additionalProperties")
            if inner is None:
                raise unknown_name(name, f" at '{path}': Cannot find field." if path else ": Cannot find field.")
            _check_value(item, inner, f"{path}.{name}" if path else name)
    elif kind == "array" and isinstance(value, list) and None not in value:
        for index, item in enumerate(value):
            _check_value(item, spec["items"], f"{path}[{index}]")
    elif kind in ("object", "array") or not _is(value, kind, spec.get("format")):
        raise invalid(f"Invalid value at '{path}' (TYPE_{kind.upper()}), {json.dumps(value)[:200]}", path)


def _is(value: object, kind: str, form: str | None) -> bool:
    if kind == "string":
        if form == "int64":
            return isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value) is not None
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool) and value in _INT32
    return True

"""Partial responses: the ``fields`` parameter, checked against the response's schema and applied."""

import re
from typing import Any

from tests.sandbox.google.discovery import document
from tests.sandbox.google.errors import ApiError, google_error
from tests.sandbox.google.model import Json

Mask = dict[str, "Mask"]
"""Field name to the mask inside it; an empty mask keeps everything."""

_TOKEN = re.compile(r"\s*([A-Za-z0-9_\-.@]+|[*,/()])")


def parse(selector: str, schema: str) -> Mask:
    """The mask a selector like ``items(id,start/date),nextPageToken`` means. Raises ApiError if it makes no sense."""
    tokens: list[str] = []
    at = 0
    while at < len(selector):
        found = _TOKEN.match(selector, at)
        if not found:
            raise _invalid(selector)
        tokens.append(found.group(1))
        at = found.end()
    mask, left = _list(tokens, selector)
    if left or not mask:
        raise _invalid(selector)
    _check(mask, {"$ref": schema})
    return mask


def _list(tokens: list[str], selector: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        tokens = _item(tokens, mask, selector)
        if not tokens or tokens[0] != ",":
            return mask, tokens
        tokens = tokens[1:]


def _item(tokens: list[str], mask: Mask, selector: str) -> list[str]:
    if not tokens or tokens[0] in ",/()":
        raise _invalid(selector)
    name, tokens = tokens[0], tokens[1:]
    if tokens and tokens[0] == "/":
        return _item(tokens[1:], mask.setdefault(name, {}), selector)
    if tokens and tokens[0] == "(":
        inner, tokens = _list(tokens[1:], selector)
        if not tokens or tokens[0] != ")":
            raise _invalid(selector)
        mask.setdefault(name, {}).update(inner)
        return tokens[1:]
    mask[name] = {}
    return tokens


def _check(mask: Mask, spec: Json) -> None:
    spec = document()["schemas"][spec["$ref"]] if "$ref" in spec else spec
    while spec["type"] == "array":
        spec = spec["items"]
        spec = document()["schemas"][spec["$ref"]] if "$ref" in spec else spec
    for name, inner in mask.items():
        if name == "*":
            continue
        found = spec.get("properties", {}).get(name) or spec.get("additionalProperties")
        if found is None:
            raise _invalid(name)
        _check(inner, found)


def _invalid(selection: str) -> ApiError:
    return ApiError(
        400, google_error(400, "invalidParameter", f"Invalid field selection {selection}", location="fields")
    )


def apply(mask: Mask, value: Any) -> Any:
    """What is left of ``value``."""
    if not mask or "*" in mask:
        inner = mask.get("*")
        if not inner or not isinstance(value, dict):
            return value
        return {key: apply(inner, item) for key, item in value.items()}
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if isinstance(value, dict):
        return {key: apply(mask[key], item) for key, item in value.items() if key in mask}
    return value

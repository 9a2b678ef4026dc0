"""A small vocabulary to write Slack's rules for JSON down as tables: every key known, every length and count held."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tests.sandbox.slack.refusal import Json

_URL = re.compile(r"^(https?://[^\s/?#]+|mailto:\S+|slack://\S+|tel:\S+)")


class Findings:
    """What is wrong, each with a pointer to the place, in the words Slack uses in ``response_metadata.messages``."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, at: str, what: str) -> None:
        self.messages.append(f"[ERROR] {what} [json-pointer:{at}]")


Rule = Callable[[Findings, str, Any], None]


def string(most: int, least: int = 1) -> Rule:
    def check(found: Findings, at: str, value: Any) -> None:
        if not isinstance(value, str):
            found.add(at, "must provide a string")
        elif len(value) < least:
            found.add(at, f"must be more than {least - 1} characters")
        elif len(value) > most:
            found.add(at, f"must be less than {most + 1} characters")

    return check


def url(most: int = 3000) -> Rule:
    def check(found: Findings, at: str, value: Any) -> None:
        string(most)(found, at, value)
        if isinstance(value, str) and not _URL.match(value):
            found.add(at, "must be a valid url")

    return check


def matching(pattern: str, words: str) -> Rule:
    compiled = re.compile(pattern)

    def check(found: Findings, at: str, value: Any) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            found.add(at, words)

    return check


def boolean(found: Findings, at: str, value: Any) -> None:
    if not isinstance(value, bool):
        found.add(at, "must provide a boolean")


def integer(least: int, most: int) -> Rule:
    def check(found: Findings, at: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add(at, "must provide an integer")
        elif not least <= value <= most:
            found.add(at, f"must be between {least} and {most}")

    return check


def one_of(*allowed: str) -> Rule:
    def check(found: Findings, at: str, value: Any) -> None:
        if value not in allowed:
            found.add(at, f"must be one of: {', '.join(allowed)}")

    return check


def listing(item: Rule, least: int = 1, most: int = 1_000_000) -> Rule:
    def check(found: Findings, at: str, value: Any) -> None:
        if not isinstance(value, list):
            found.add(at, "must provide an array")
            return
        if len(value) < least:
            found.add(at, f"no less than {least} items required")
        if len(value) > most:
            found.add(at, f"no more than {most} items allowed")
        for index, each in enumerate(value):
            item(found, f"{at}/{index}", each)

    return check


def anything(found: Findings, at: str, value: Any) -> None:
    """Known as a key, not looked into."""


def shape(keys: Mapping[str, Rule], required: Collection[str] = (), also: Rule = anything) -> Rule:
    """An object with these keys and no other; ``also`` looks at it whole, once its parts are sound."""

    def check(found: Findings, at: str, value: Any) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object")
            return
        before = len(found.messages)
        for name in required:
            if value.get(name) is None:
                found.add(at, f"missing required field: {name}")
        for name, part in value.items():
            rule = keys.get(name)
            if rule is None:
                found.add(at, f"invalid additional property: {name}")
            elif part is None:
                found.add(f"{at}/{name}", "must not be null")
            else:
                rule(found, f"{at}/{name}", part)
        if len(found.messages) == before:
            also(found, at, value)

    return check


def tagged(kinds: Mapping[str, Rule], allowed: Collection[str] | None = None) -> Rule:
    """An object whose ``type`` says which shape it has; ``allowed`` narrows which of them may stand here."""

    def check(found: Findings, at: str, value: Any) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object")
            return
        kind = value.get("type")
        if kind is None:
            found.add(at, "missing required field: type")
        elif not isinstance(kind, str) or kind not in kinds or (allowed is not None and kind not in allowed):
            found.add(at, f"unsupported type: {kind}")
        else:
            kinds[kind](found, at, value)

    return check


def unique(found: Findings, at: str, items: list[Json], name: str) -> None:
    """No two objects of the list may carry the same value under ``name``."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        value = item.get(name)
        if value is None:
            continue
        if value in seen:
            found.add(f"{at}/{index}/{name}", f'`{name}` "{value}" already exists')
        seen.add(value)

"""The smallest sound parts of Block Kit, for tests that make one of them wrong."""

from typing import Any

from tests.sandbox.slack.refusal import Json


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def option(number: int = 0, **changed: Any) -> Json:
    return {"text": plain(3), "value": f"value-{number}", **changed}


def options(count: int) -> list[Json]:
    return [option(number) for number in range(count)]


def button(**changed: Any) -> Json:
    return {"type": "button", "text": plain(3), "action_id": "go", **changed}


def menu(**changed: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **changed}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**changed: Any) -> Json:
    return {"type": "section", "text": plain(3), **changed}


def field(element: Json, **changed: Any) -> Json:
    return {"type": "input", "label": plain(3), "element": element, **changed}


def confirm(**changed: Any) -> Json:
    return {"title": plain(3), "text": plain(3), "confirm": plain(3), "deny": plain(3), **changed}


def modal(*blocks: Json, **changed: Any) -> Json:
    return {"type": "modal", "title": plain(3), "submit": plain(3), "blocks": list(blocks), **changed}

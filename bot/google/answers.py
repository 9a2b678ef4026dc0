"""What an answer that is not the wanted one tells, as facts without any text of Google's or of a proxy's."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.domain.faults import Facts, GoogleFault, Kind, Step, classify

_WORD = re.compile(r"[A-Za-z][A-Za-z_.]{0,63}")
_TOO_MANY = 429
_SERVER_ERROR = 500


def fault(facts: Facts) -> GoogleFault:
    """The exception that the facts deserve."""
    return GoogleFault(classify(facts), facts)


def failed(step: Step, kind: Kind, status: int = 0) -> GoogleFault:
    """The exception for a call that got no answer of Google's."""
    return fault(Facts(step=step, kind=kind, status=status))


def json_object(body: bytes | str) -> dict[str, Any] | None:
    """The JSON object in ``body``, or None: a captive portal answers 200 with HTML."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def word(text: object) -> str:
    """An error code as it may be logged and compared; whatever does not look like one is "unrecognised"."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else "unrecognised"


def refusal(step: Step, status: int, body: bytes | str) -> Facts:
    """The facts in a refusing answer, in the shape of OAuth or in that of Google's APIs."""
    error = (json_object(body) or {}).get("error")
    if isinstance(error, str):
        subtype = (json_object(body) or {}).get("error_subtype")
        return Facts(step=step, status=status, oauth_error=word(error), oauth_subtype=word(subtype) if subtype else "")
    if isinstance(error, dict):
        return Facts(step=step, status=status, reasons=frozenset(_reasons(error)))
    # Neither of Google's shapes. Google's front end speaks HTML when it is in trouble itself; a 403 or 404 of that
    # kind comes from whatever stands between us, and must not be blamed on an employee or a calendar.
    in_trouble = status == _TOO_MANY or status >= _SERVER_ERROR
    return Facts(step=step, status=status, kind="answer" if in_trouble else "garbage")


def _reasons(error: dict[str, Any]) -> Iterator[str]:
    for place in ("errors", "details"):
        items = error.get(place)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and "reason" in item:
                yield word(item["reason"])

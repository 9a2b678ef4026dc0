"""What an answer that is not the wanted one tells, as facts without any text of Google's or of a proxy's."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.domain.faults import Facts, GoogleFault, Kind, Step, classify

BROKEN = (OSError, TypeError, ValueError, LookupError, AttributeError, RecursionError)
"""What Transport raises, and what libraries raise from inside when an answer is not shaped as they believe."""
_WORD = re.compile(r"[A-Za-z][A-Za-z_.]{0,63}")
_SECONDS = re.compile(r"[0-9]{1,18}")
_LONGEST_WAIT = 86_400.0
_TOO_MANY = 429
_SERVER_ERROR = 500


def fault(facts: Facts) -> GoogleFault:
    """The exception that the facts deserve."""
    return GoogleFault(classify(facts), facts)


def failed(step: Step, kind: Kind, status: int = 0) -> GoogleFault:
    """The exception for a call that got no answer of Google's."""
    return fault(Facts(step=step, kind=kind, status=status))


def broken(step: Step, error: BaseException) -> Facts:
    """The facts in one of ``BROKEN``; whatever is not about the line is about what came over it."""
    match error:
        case TimeoutError():
            return Facts(step=step, kind="timeout")
        case ssl.SSLCertVerificationError():
            return Facts(step=step, kind="certificate")
        case ConnectionError():
            return Facts(step=step, kind="network")
        case _:
            return Facts(step=step, kind="garbage")


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


def refusal(step: Step, status: int, body: bytes | str, headers: Mapping[str, str] | None = None) -> Facts:
    """The facts in a refusing answer, in the shape of OAuth or of Google's APIs. Header names are lower-case."""
    answer = json_object(body) or {}
    error = answer.get("error")
    wait = _wait(headers or {})
    if isinstance(error, str):
        subtype = answer.get("error_subtype")
        return Facts(
            step=step,
            status=status,
            oauth_error=word(error),
            oauth_subtype=word(subtype) if subtype else "",
            retry_after=wait,
        )
    if isinstance(error, dict):
        return Facts(step=step, status=status, reasons=frozenset(_reasons(error)), retry_after=wait)
    # Neither of Google's shapes. Google's front end speaks HTML when it is in trouble itself; a 403 or 404 of that
    # kind comes from whatever stands between us, and must not be blamed on an employee or a calendar.
    in_trouble = status == _TOO_MANY or status >= _SERVER_ERROR
    return Facts(step=step, status=status, kind="answer" if in_trouble else "garbage", retry_after=wait)


def _reasons(error: dict[str, Any]) -> Iterator[str]:
    for place in ("errors", "details"):
        items = error.get(place)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and "reason" in item:
                yield word(item["reason"])


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks for, at most a day. A date is held against the answer's own, not our clock."""
    told = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(told):
        return min(float(told), _LONGEST_WAIT)
    until, now = _moment(told), _moment(headers.get("date", ""))
    return None if until is None or now is None else min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return None

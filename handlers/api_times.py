"""Times as the booking API takes them: RFC 3339 with an offset, and nothing that has to be guessed."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

_FORM = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_NO_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII)
_LOST_PLUS = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)? \d{2}:\d{2}", re.ASCII)
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
EXAMPLE = "2026-03-02T09:00:00+01:00"


def instant(value: object) -> datetime:
    """The moment, in UTC. Raises ValueError with a sentence for whoever wrote the request."""
    if not isinstance(value, str):
        raise ValueError(f"must be a text like {EXAMPLE}")  # noqa: TRY004 - pydantic asks for ValueError
    if _NO_OFFSET.fullmatch(value):
        raise ValueError(f"has no offset from UTC; write Z or one like +01:00 at its end, as in {EXAMPLE}")
    if _LOST_PLUS.fullmatch(value):
        raise ValueError("lost the + of its offset: in an address it is written %2B")
    found = _FORM.fullmatch(value)
    if found is None:
        raise ValueError(f"must be a time as RFC 3339 has it, with an offset, like {EXAMPLE}")
    day, time, fraction, offset = found.groups()
    if time.endswith(":60"):
        raise ValueError("is a leap second, which calendars do not have")
    try:
        local = datetime.fromisoformat(f"{day}T{time}{(fraction or '')[:7]}{offset.upper().replace('Z', '+00:00')}")
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no time that exists") from None
    if not _FIRST <= moment < _LAST:
        raise ValueError("must lie between the years 2000 and 2100")
    return moment


def _checked(value: Any) -> datetime:
    return instant(value)


Instant = Annotated[
    datetime,
    PlainValidator(_checked),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339 with an offset",
            "examples": [EXAMPLE],
        }
    ),
]

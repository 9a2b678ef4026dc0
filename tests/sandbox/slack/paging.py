"""Lists in portions: how many Slack gives at once, and the cursor that stands for who comes next."""

import base64
import binascii

from tests.sandbox.slack.call import Call
from tests.sandbox.slack.refusal import Json, Refused

MOST_A_PAGE = 1000
_MARK = "user:"


def size_asked(call: Call, default: int) -> int:
    """The ``limit`` of this call."""
    limit = call.whole("limit", default)
    if limit > MOST_A_PAGE:
        raise Refused("invalid_limit")
    return limit


def first_asked(call: Call) -> str | None:
    """With whom the page begins that the cursor of this call stands for."""
    cursor = call.text("cursor")
    if cursor is None:
        return None
    try:
        said = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("invalid_cursor") from None
    if not said.startswith(_MARK):
        raise Refused("invalid_cursor")
    return said.removeprefix(_MARK)


def following(user_id: str | None) -> Json:
    """The ``response_metadata`` of a page; an empty cursor says that nothing comes after it."""
    cursor = "" if user_id is None else base64.b64encode(f"{_MARK}{user_id}".encode()).decode()
    return {"next_cursor": cursor}

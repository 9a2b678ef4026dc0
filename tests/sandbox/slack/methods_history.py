"""Web API: reading back what was said."""

import base64
import binascii
import re
from decimal import Decimal

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.methods_conversations import readable
from tests.sandbox.slack.refusal import Json, Refused

MOST_MESSAGES = 999
_MOMENT = re.compile(r"\d{1,11}(\.\d{1,6})?")
_CURSOR = "next_ts:"


def conversations_history(call: Call) -> Json:
    channel = readable(call, "history")
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    limit = call.whole("limit", 100)
    if not 0 < limit <= MOST_MESSAGES:
        raise Refused("invalid_limit")
    until = _until(call)
    with call.state.lock:
        standing = [each for each in call.state.messages.get(channel.id, {}).values() if _wanted(call, each)]
    standing.sort(key=lambda each: Decimal(each.ts), reverse=True)
    rest = [each for each in standing if until is None or Decimal(each.ts) <= until]
    page = rest[: min(limit, call.state.longest_page)]
    more = rest[len(page) :]
    body: Json = {
        "messages": [_shown(call, each) for each in page],
        "has_more": bool(more),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    if more:
        cursor = base64.b64encode(f"{_CURSOR}{more[0].ts}".encode()).decode()
        body["response_metadata"] = {"next_cursor": cursor}
    return body


def _until(call: Call) -> Decimal | None:
    """Where the page begins that the cursor stands for."""
    cursor = call.text("cursor")
    if cursor is None:
        return None
    try:
        said = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("invalid_cursor") from None
    moment = said.removeprefix(_CURSOR)
    if moment == said or not _MOMENT.fullmatch(moment):
        raise Refused("invalid_cursor")
    return Decimal(moment)


def _wanted(call: Call, message: Message) -> bool:
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    if message.deleted or message.thread_ts is not None:
        return False
    at, inclusive = Decimal(message.ts), call.flag("inclusive")
    if oldest is not None and (at < oldest or (at == oldest and not inclusive)):
        return False
    return latest is None or at < latest or (at == latest and inclusive)


def _moment(call: Call, name: str) -> Decimal | None:
    said = call.text(name)
    if said is not None and not _MOMENT.fullmatch(said):
        raise Refused(f"invalid_ts_{name}")
    return None if said is None else Decimal(said)


def _shown(call: Call, message: Message) -> Json:
    body = message.to_json(call.state.credentials.app_id)
    if message.metadata and call.flag("include_all_metadata"):
        body["metadata"] = message.metadata
    return body


METHODS = {"conversations.history": Method(conversations_history, takes_json=False)}

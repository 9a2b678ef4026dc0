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
    oldest, latest, until = _moment(call, "oldest"), _moment(call, "latest"), _until(call)
    inclusive = call.flag("inclusive")
    with call.state.lock:
        said = [each for each in call.state.messages.get(channel.id, {}).values() if not each.deleted]
    rest = [
        each
        for each in sorted(said, key=_at, reverse=True)
        if each.thread_ts is None
        and (oldest is None or _at(each) > oldest or (inclusive and _at(each) == oldest))
        and (latest is None or _at(each) < latest or (inclusive and _at(each) == latest))
        and (until is None or _at(each) <= until)
    ]
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


def _at(message: Message) -> Decimal:
    return Decimal(message.ts)


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

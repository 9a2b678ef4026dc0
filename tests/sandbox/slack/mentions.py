"""What Slack makes of typed text: markup characters are escaped, and the @names of members become mentions."""

import re

from tests.sandbox.slack.people import User
from tests.sandbox.slack.state import State

_MENTION = re.compile(r"(<[@#][A-Z0-9]+(?:\|[^>]*)?>)")
_AT = re.compile(r"(?<![\w.])@([\w.-]*\w)")


def escaped(state: State, user: User, text: str, *, named: bool) -> str:
    """As in a message; ``named`` with the handle in each mention, as in a command with "should_escape"."""
    parts = _MENTION.split(text)
    for index in range(0, len(parts), 2):
        plain = parts[index].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts[index] = _AT.sub(lambda hit: _mention(state, user, hit, named=named), plain)
    return "".join(parts)


def _mention(state: State, user: User, hit: re.Match[str], *, named: bool) -> str:
    for each in state.users.values():
        if each.team_id == user.team_id and hit[1] in {each.handle, each.id}:
            return f"<@{each.id}|{each.handle}>" if named else f"<@{each.id}>"
    return hit[0]

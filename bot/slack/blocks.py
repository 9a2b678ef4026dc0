"""Block Kit, built so that Slack takes it: every length is clipped here, and what people typed is made harmless.

Formatted text is of the type ``Mrkdwn``, and ``say`` is the one way to make it: nothing unescaped can get in.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString

from bot.domain.picks import clean

Block = dict[str, Any]
Element = dict[str, Any]

SECTION_LIMIT = 3000
CONTEXT_LIMIT = 2000
HEADER_LIMIT = 150
BUTTON_LIMIT = 75
OPTION_LIMIT = 75
PLACEHOLDER_LIMIT = 150
LABEL_LIMIT = 2000
ALT_TEXT_LIMIT = 2000
VALUE_LIMIT = 1000
"""The longest a single value may be in a sentence; no sentence of ours needs more."""

# A cut must not leave half an entity or half of Slack's own <…> behind.
_HALF = re.compile(r"(&[a-z]{0,4}|<[^>]*)$")
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,20}")
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?(?:/[A-Za-z0-9._~/?=%#+-]{0,500})?")
# In plain text there is nothing to escape with, so the brackets of Slack's own markup become their look-alikes.
_BRACKETS = str.maketrans("<>", "\u2039\u203a")


class Mrkdwn(str):
    """Text in Slack's markup, in which everything that is not ours has been escaped."""

    __slots__ = ()


def clip(text: str, limit: int) -> str:
    """The text, no longer than ``limit``, with … where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def short(text: str, limit: int) -> str:
    """Text from outside on one line, without control or bidirectional characters, no longer than ``limit``."""
    # cut before it is looked at: a name may be megabytes long, and nobody would see the end of it
    return clip(clean(text[: 8 * limit]), limit)


def escape(value: object) -> Mrkdwn:
    """A value from outside as harmless text on one line, without any markup."""
    text = short(str(value), VALUE_LIMIT)
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def say(template: LiteralString, **values: object) -> Mrkdwn:
    """Our own words with values put in, each escaped unless it is Mrkdwn already."""
    return Mrkdwn(template.format(**{name: _safe(value) for name, value in values.items()}))


def join(separator: LiteralString, parts: Iterable[Mrkdwn]) -> Mrkdwn:
    """Several texts as one."""
    return Mrkdwn(separator.join(parts))


def when(moment: datetime) -> Mrkdwn:
    """A moment in the reader's own words and time zone; in UTC where Slack cannot translate it."""
    utc = moment.astimezone(UTC)
    return Mrkdwn(f"<!date^{int(utc.timestamp())}^{{date_long_pretty}} at {{time}}|{utc:%d %B %Y, %H:%M} UTC>")


def day(moment: datetime) -> Mrkdwn:
    """Like ``when``, without the hour."""
    utc = moment.astimezone(UTC)
    return Mrkdwn(f"<!date^{int(utc.timestamp())}^{{date_long_pretty}}|{utc:%d %B %Y}>")


def mention(user_id: str) -> Mrkdwn:
    """A person by their id, as Slack shows people; whatever is no id is only text."""
    return Mrkdwn(f"<@{user_id}>") if _USER_ID.fullmatch(user_id) else escape(user_id)


def link(address: str, text: LiteralString) -> Mrkdwn:
    """A link to an https address from outside; nothing at all if it is none."""
    return Mrkdwn(f"<{address}|{text}>") if _ADDRESS.fullmatch(address) else Mrkdwn()


def plain(text: str, limit: int) -> Element:
    """A plain text object, on one line."""
    return {"type": "plain_text", "text": short(text, limit).translate(_BRACKETS), "emoji": True}


def mrkdwn(text: Mrkdwn, limit: int) -> Element:
    """A formatted text object; ``verbatim`` keeps Slack from finding links and mentions of its own in it."""
    return {"type": "mrkdwn", "text": _clipped(text, limit), "verbatim": True}


def header(text: str) -> Block:
    """A large heading."""
    return {"type": "header", "text": plain(text, HEADER_LIMIT)}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def section(text: Mrkdwn, accessory: Element | None = None, block_id: str | None = None) -> Block:
    """A paragraph, with at most one thing to click beside it."""
    block: Block = {"type": "section", "text": mrkdwn(text, SECTION_LIMIT)}
    if block_id:
        block["block_id"] = block_id
    if accessory:
        block["accessory"] = accessory
    return block


def context(text: Mrkdwn) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT_LIMIT)]}


def picture(file_id: str, words: str) -> Block:
    """A picture that was brought to Slack, and what it shows for those who do not see it."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": clip(words, ALT_TEXT_LIMIT)}


def without_pictures(blocks: Sequence[Block]) -> list[Block]:
    """The same for when Slack does not show them, or not yet."""
    return [block for block in blocks if "slack_file" not in block]


def actions(*elements: Element) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def button(
    text: str,
    action_id: str,
    *,
    value: str | None = None,
    url: str | None = None,
    style: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """A button; ``style`` is "primary" or "danger". A url button tells us of the click all the same."""
    element: Element = {"type": "button", "action_id": action_id, "text": plain(text, BUTTON_LIMIT)}
    parts = {"value": value, "url": url, "style": style, "confirm": confirm}
    return element | {name: part for name, part in parts.items() if part is not None}


def confirm(title: str, text: Mrkdwn, *, yes: str, no: str) -> Element:
    """The question before something that cannot be undone by a click."""
    return {
        "title": plain(title, 100),
        "text": mrkdwn(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        "style": "danger",
    }


def option(text: str, value: str) -> Element:
    """One line of a menu."""
    return {"text": plain(text, OPTION_LIMIT), "value": value}


def select(kind: str, action_id: str, placeholder: str, **parts: object) -> Element:
    """A menu of any kind; parts that are None or empty are left out, as Slack wants them."""
    element: Element = {"type": kind, "action_id": action_id, "placeholder": plain(placeholder, PLACEHOLDER_LIMIT)}
    return element | {name: part for name, part in parts.items() if part is not None and part != []}


def field(block_id: str, label: str, element: Element, *, hint: str | None = None, optional: bool = False) -> Block:
    """A labelled input of a modal, under which Slack can show an error."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL_LIMIT),
        "element": element,
        "optional": optional,
    }
    return block | ({"hint": plain(hint, LABEL_LIMIT)} if hint else {})


def listed(names: Sequence[str], most: int = 10) -> Mrkdwn:
    """Names in bold, a line each; beyond ``most`` only how many more."""
    lines = [say("• *{name}*", name=short(name, OPTION_LIMIT)) for name in names[:most]]
    if len(names) > most:
        lines.append(say("• and {more} more", more=len(names) - most))
    return join("\n", lines)


def _safe(value: object) -> Mrkdwn:
    return value if isinstance(value, Mrkdwn) else escape(value)


def _clipped(text: Mrkdwn, limit: int) -> str:
    return text if len(text) <= limit else _HALF.sub("", text[: limit - 1]).rstrip() + "…"

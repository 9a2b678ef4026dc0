"""The rich_text block: sections, lists, quotes and preformatted text, and the small parts they are made of."""

from tests.sandbox.slack.schema import Rule, boolean, integer, listing, one_of, shape, string, tagged, url

_STYLE = shape(dict.fromkeys(("bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink"), boolean))
_part = {"type": string(50), "style": _STYLE}

_PARTS: dict[str, Rule] = {
    "text": shape({**_part, "text": string(40000)}, required=("text",)),
    "link": shape({**_part, "url": url(), "text": string(3000), "unsafe": boolean}, required=("url",)),
    "user": shape({**_part, "user_id": string(255)}, required=("user_id",)),
    "channel": shape({**_part, "channel_id": string(255)}, required=("channel_id",)),
    "usergroup": shape({**_part, "usergroup_id": string(255)}, required=("usergroup_id",)),
    "team": shape({**_part, "team_id": string(255)}, required=("team_id",)),
    "emoji": shape({**_part, "name": string(255), "unicode": string(255), "skin_tone": integer(1, 6)}, ("name",)),
    "broadcast": shape({**_part, "range": one_of("here", "channel", "everyone")}, required=("range",)),
    "color": shape({**_part, "value": string(7)}, required=("value",)),
    "date": shape(
        {
            **_part,
            "timestamp": integer(0, 9_999_999_999),
            "format": string(255),
            "url": url(),
            "fallback": string(255),
        },
        required=("timestamp", "format"),
    ),
}

_parts = listing(tagged(_PARTS), 0)
_border = {"border": integer(0, 1)}
_SECTION = shape({"type": string(50), "elements": _parts}, required=("elements",))
_NESTED: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"type": string(50), "elements": _parts, **_border}, required=("elements",)),
    "rich_text_preformatted": shape(
        {"type": string(50), "elements": _parts, "language": string(50), **_border}, required=("elements",)
    ),
    "rich_text_list": shape(
        {
            "type": string(50),
            "style": one_of("bullet", "ordered"),
            "elements": listing(tagged({"rich_text_section": _SECTION}), 1),
            "indent": integer(0, 8),
            "offset": integer(0, 1_000_000),
            **_border,
        },
        required=("style", "elements"),
    ),
}

RICH_TEXT = shape(
    {"type": one_of("rich_text"), "block_id": string(255), "elements": listing(tagged(_NESTED), 1)},
    required=("type", "elements"),
)

"""Words in the picture's own typeface: a machine that serves a bot has no fonts installed.

Inter.ttf is Inter 4.1, cut down to Latin, Greek, Cyrillic and some signs, with its weights from 400 to 700.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_FILE = Path(__file__).with_name("Inter.ttf")
_NOWHERE = "\uffff"
_SAMPLE = 40

REGULAR = 450
"""Light letters on a dark ground look thinner than they are, so the usual weight is a little above 400."""
BOLD = 640

# Of the letters' size: up to a capital's top, and down to a g's foot. An accent on a capital stands above that.
RISE, DROP = 0.78, 0.22


@lru_cache(maxsize=64)
def face(size: float, weight: int) -> ImageFont.FreeTypeFont:
    """The typeface at a size in pixels. The plain layout is the same on every machine; the other needs a library."""
    found = ImageFont.truetype(_FILE, size, layout_engine=ImageFont.Layout.BASIC)
    found.set_variation_by_axes([weight])
    return found


@lru_cache(maxsize=2048)
def length(words: str, size: float, weight: int) -> float:
    """How wide the words are, in the unit of the size."""
    return face(_SAMPLE, weight).getlength(words) * size / _SAMPLE


def drawable(words: str) -> str:
    """The words in one line, without what the typeface has no sign for."""
    line = " ".join(unicodedata.normalize("NFC", words).split())
    return " ".join("".join(sign for sign in line if sign == " " or _is_known(sign)).split())


def fitted(words: str, size: float, weight: int, room: float) -> str:
    """The words, shortened with an ellipsis where they are too long for the room."""
    if length(words, size, weight) <= room:
        return words
    for end in range(len(words) - 1, 0, -1):
        short = words[:end].rstrip() + "…"
        if length(short, size, weight) <= room:
            return short
    return ""


@lru_cache(maxsize=2048)
def _is_known(sign: str) -> bool:
    known = face(_SAMPLE, REGULAR)
    return bytes(known.getmask(sign)) != bytes(known.getmask(_NOWHERE))

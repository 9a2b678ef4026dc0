"""Colours of the pictures, and how well one reads on another.

Slack shows a picture on white or on near black, and does not say on which. No text colour has a contrast of 4.5 on both
(the best has 4.1), so every picture brings a card of its own, and only what lies on the card has to be told from it.
"""

from typing import NamedTuple


class Colour(NamedTuple):
    """sRGB, 0 to 255 each."""

    red: int
    green: int
    blue: int

    def over(self, ground: "Colour", share: float) -> "Colour":
        """This colour as a tint that lets the ground through, so that nothing needs transparency."""
        return Colour(*(round(ours * share + theirs * (1 - share)) for ours, theirs in zip(self, ground, strict=True)))


CARD = Colour(0x1F, 0x25, 0x31)
TEXT = Colour(0xF1, 0xF4, 0xF9)
QUIET = Colour(0xA9, 0xB3, 0xC4)
RULE = Colour(0x3A, 0x43, 0x53)

# Blue, near white and vermilion stay apart for every kind of colour blindness, and differ in brightness.
GOOD = Colour(0x56, 0xB4, 0xF9)
OPEN = Colour(0xE3, 0xD9, 0xB8)
BAD = Colour(0xFF, 0x7A, 0x4D)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2's contrast ratio, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """WCAG 2's relative luminance, from 0 to 1."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's knee

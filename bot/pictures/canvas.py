"""A laid-out picture as the bytes of a PNG."""

from io import BytesIO

from PIL import Image, ImageDraw

from bot.pictures.lettering import face
from bot.pictures.masks import SCALE, Mask
from bot.pictures.shapes import Area, Block, Box, Dot, Hatch, Picture, Shape, Stroke, Words

_SOFT = 16
"""Palette entries for the card's round corners, from unseen to nearly opaque."""


def png(picture: Picture) -> bytes:
    """The picture as a file, two pixels for each point. The same picture is always the same file."""
    image = Image.new("RGB", (picture.width * SCALE, picture.height * SCALE), picture.card)
    for shape in picture.shapes:
        _draw(image, shape)
    return _packed(image, picture)


def _packed(image: Image.Image, picture: Picture) -> bytes:
    """A chart has few colours: with a palette it is a third of the size, and no channel is more than 16 of 255 off."""
    opaque = 256 - _SOFT
    packed = image.quantize(opaque, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours = (packed.getpalette() or [])[: 3 * opaque]
    packed.putpalette([*colours, *[0] * (3 * opaque - len(colours)), *picture.card * _SOFT])
    card = Box(0, 0, picture.width, picture.height)
    cover = Image.new("L", image.size)
    Mask(card).rounded(card, picture.radius).colour(cover, 255)
    soft = Image.frombytes(
        "P", image.size, cover.point([opaque + level * _SOFT // 256 for level in range(256)]).tobytes()
    )
    packed.paste(soft, mask=cover.point([255] * 255 + [0]))
    file = BytesIO()
    alpha = bytes([255] * opaque + [level * 256 // _SOFT for level in range(_SOFT)])
    packed.save(file, "PNG", transparency=alpha)
    return file.getvalue()


def _draw(image: Image.Image, shape: Shape) -> None:
    match shape:
        case Block(box, colour, radius, edge):
            Mask(box).rounded(box, radius).colour(image, edge or colour)
            if edge is not None:
                inner = box.grown(-1)
                Mask(inner).rounded(inner, max(0, radius - 1)).colour(image, colour)
        case Area(corners, colour):
            Mask(Box.around(corners)).polygon(corners).colour(image, colour)
        case Hatch(box, colour, width):
            mask = Mask(box)
            for line in shape.lines:
                mask.line(line, width)
            mask.colour(image, colour)
        case Stroke(path, colour, width, dashes):
            Mask(Box.around(path).grown(width)).line(path, width, dashes).colour(image, colour)
        case Dot(at, radius, colour, ring):
            spot = Box.around([at])
            if ring is not None:
                Mask(spot.grown(radius + 2)).disc(at, radius + 2).colour(image, ring)
            Mask(spot.grown(radius)).disc(at, radius).colour(image, colour)
        case Words(words, (x, y), colour, size, weight, align):
            anchor = {"left": "ls", "middle": "ms", "right": "rs"}[align]
            letters = face(size * SCALE, weight)
            ImageDraw.Draw(image).text((x * SCALE, y * SCALE), words, fill=colour, font=letters, anchor=anchor)

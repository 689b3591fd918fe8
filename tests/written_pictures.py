"""Pictures with something written in them: posters, labels and signs of our own."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CHINESE = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
LATIN = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    CHINESE,
)


def is_there(font: str) -> bool:
    """The system has the font."""
    return Path(font).is_file()


def poster(
    lines: list[str],
    font: str,
    *,
    letters: int = 64,
    angle: float = 0.0,
    ink: str = "#1A1A1A",
    ground: str = "#EFE6D2",
    size: tuple[int, int] = (1_200, 900),
) -> Image.Image:
    """Lines one below the other.

    Args:
        letters: their height, pixels.
        angle: counter-clockwise, degrees; in quarters the whole page is turned.
    """
    layer = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    face = ImageFont.truetype(font, letters)
    for number, line in enumerate(lines):
        draw.text((size[0] // 10, size[1] // 6 + number * letters * 2), line, fill=ink, font=face)
    page = Image.new("RGB", size, ground)
    if angle % 90 == 0:
        page.paste(layer, (0, 0), layer)
        return page.rotate(angle, expand=True)
    turned = layer.rotate(angle, Image.Resampling.BICUBIC)
    page.paste(turned, (0, 0), turned)
    return page


def product(seed: int, size: tuple[int, int] = (1_200, 900)) -> Image.Image:
    """A still life without a letter: shapes with a sheen on a soft ground."""
    chance = random.Random(seed)

    def colour() -> tuple[int, int, int]:
        return chance.randrange(40, 220), chance.randrange(40, 220), chance.randrange(40, 220)

    page = Image.linear_gradient("L").resize(size).convert("RGB")
    page = Image.blend(page, Image.new("RGB", size, colour()), 0.7)
    draw = ImageDraw.Draw(page)
    for _ in range(chance.randrange(2, 7)):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        w, h = chance.randrange(150, 500), chance.randrange(150, 500)
        if chance.random() < 0.5:
            draw.ellipse((x - w, y - h, x, y), colour())
        else:
            draw.rounded_rectangle((x - w, y - h, x, y), 40, colour())
    return page

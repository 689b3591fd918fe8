"""The card that the files in ``tests/data/cases`` show: red, green, blue, yellow in its corners."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

CASES = Path(__file__).parent.parent / "data" / "cases"
CORNERS = ((220, 40, 40), (40, 170, 60), (40, 70, 210), (240, 200, 40))
"""Top left, top right, bottom left, bottom right."""


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four corners."""
    width, height = image.size
    x, y = width // 8, height // 8
    places = ((x, y), (width - 1 - x, y), (x, height - 1 - y), (width - 1 - x, height - 1 - y))
    return [tuple(np.asarray(image.getpixel(place)).ravel().tolist()) for place in places]


def shows_the_card(image: Image.Image, allowed: int = 3) -> bool:
    """True when each corner differs by at most ``allowed`` levels."""
    found, right = np.asarray(corners(image)), np.asarray(CORNERS)
    return bool(np.abs(found - right).max() <= allowed)

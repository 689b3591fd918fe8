"""Text of a page that PDFium could not draw, because no font has it."""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MOST_CHARACTERS = 4000
_SMALLEST = 3
"""Pixels; of less nothing can be told."""
_ALIKE = 24
"""Levels of 255 by which letters differ at least from their ground, or nobody could read them."""
_EASILY_DRAWN = 0xFF
"""Up to here PDFium has glyphs of its own."""
_UNDRAWN_MODES = frozenset({3, 7})
"""Neither filled nor stroked: as text is laid over a scan."""


def undrawn_text(page: Any, image: Image.Image) -> str:
    """Characters that should stand on the page and do not, each once.

    Only of fonts of which most is missing: a single bullet is not worth a word.

    Args:
        page: of pypdfium2.
        image: the page as drawn.
    """
    from pypdfium2 import raw

    pixels = np.asarray(image)
    drawn: Counter[bytes] = Counter()
    lost: dict[bytes, list[str]] = {}
    text = page.get_textpage()
    try:
        for index in range(min(text.count_chars(), _MOST_CHARACTERS)):
            character = _written(raw, text, index)
            if not character:
                continue
            name = _font_name(raw, text, index)
            if _is_blank(raw, page, text, index, pixels):
                lost.setdefault(name, []).append(character)
            else:
                drawn[name] += 1
    finally:
        text.close()
    found = [
        character
        for name, characters in lost.items()
        if len(characters) > drawn[name]
        for character in characters
    ]
    return "".join(dict.fromkeys(found))


def _written(raw: Any, text: Any, index: int) -> str:
    """The character, if it needs an installed font and is meant to be seen."""
    code = raw.FPDFText_GetUnicode(text, index)
    if code <= _EASILY_DRAWN or code > 0x10FFFF or unicodedata.category(chr(code))[0] in "CZM":
        return ""
    thing = raw.FPDFText_GetTextObject(text, index)
    if not thing or raw.FPDFTextObj_GetTextRenderMode(thing) in _UNDRAWN_MODES:
        return ""
    font = raw.FPDFTextObj_GetFont(thing)
    return chr(code) if font and raw.FPDFFont_GetIsEmbedded(font) == 0 else ""


def _font_name(raw: Any, text: Any, index: int) -> bytes:
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text, index, buffer, 128, ctypes.c_int())
    return buffer.value


def _is_blank(raw: Any, page: Any, text: Any, index: int, pixels: NDArray[np.uint8]) -> bool:
    """True when where it should stand there is one colour, and not its own."""
    height, width = pixels.shape[:2]
    left, bottom, right, top = text.get_charbox(index, loose=True)
    corners: list[tuple[int, int]] = []
    for place in ((left, bottom), (right, top)):
        x, y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, *place, x, y)
        corners.append((x.value, y.value))
    (x0, x1), (y0, y1) = sorted(c[0] for c in corners), sorted(c[1] for c in corners)
    box = pixels[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1), :3].astype(np.int16)
    if min(box.shape[:2]) < _SMALLEST or np.ptp(box.reshape(-1, 3), axis=0).max() > 0:
        return False
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFText_GetFillColor(text, index, *parts):
        return True
    *colour, alpha = (part.value for part in parts)
    return alpha > 0 and int(np.abs(box[0, 0] - np.array(colour)).max()) > _ALIKE

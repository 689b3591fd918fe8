"""What moves, for looking at: frames for the screen, handed over one after the other.

Both kinds of files, animations and videos, are played by the same conversation: the decoder hands
over a ``MovingFrame``, and is answered by what it should hand over next: None for the one after it,
a time in ms for the one that is seen then. Behind the last one comes the first again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

HandOver = Callable[["MovingFrame"], int | None]

LONGEST_SIDE = 1920
"""Pixels; larger frames are reduced, or a film of 8K would have to be carried over 30 times a
second."""
USUAL_MS = 100
"""How long a frame is shown that does not say so, or says next to nothing: as browsers do."""
_SHORTEST_MS = 20


@dataclass(frozen=True, slots=True)
class MovingFrame:
    """One frame, ready to be painted.

    Attributes:
        width, height: of its pixels.
        original: width and height of the picture itself, upright.
        has_alpha: some pixel is not opaque.
        pixels: 4 bytes each: blue, green, red, and alpha, by which the others are multiplied
            already; a byte without a meaning where there is none.
        number: from 0 in each round; -1 where frames are not counted.
        at_ms: from the beginning.
        lasts_ms: until the next one.
    """

    width: int
    height: int
    original: tuple[int, int]
    has_alpha: bool
    pixels: bytes
    number: int
    at_ms: int
    lasts_ms: int


def frame_of(
    image: Image.Image, original: tuple[int, int], number: int, at_ms: int, lasts_ms: int
) -> MovingFrame:
    """A decoded picture as a frame.

    Args:
        image: mode RGB, or RGBA (straight) where some pixel is not opaque.
    """
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    has_alpha = image.mode == "RGBA"
    if has_alpha:
        pixels = image.convert("RGBa").tobytes("raw", "BGRa")
    else:
        pixels = image.tobytes("raw", "BGRX")
    size = image.width, image.height
    return MovingFrame(*size, original, has_alpha, pixels, number, at_ms, lasts_ms)


def picture_of(frame: MovingFrame) -> Image.Image:
    """The way back: mode RGB, or RGBA (straight)."""
    size = frame.width, frame.height
    if frame.has_alpha:
        return Image.frombytes("RGBa", size, frame.pixels, "raw", "BGRa").convert("RGBA")
    return Image.frombytes("RGB", size, frame.pixels, "raw", "BGRX")


def shown_for(stated_ms: int) -> int:
    """How long a frame of an animation is shown, ms."""
    return stated_ms if stated_ms >= _SHORTEST_MS else USUAL_MS

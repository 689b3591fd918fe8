"""A picture for looking at, given out in strips: a copy of a hundred megapixels in one piece would
keep every other thread of the program from running for half a second."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image

from desktop.media.colour import OwnColours


@dataclass(frozen=True, slots=True)
class LargePicture:
    """Pixels to look at.

    Attributes:
        image: 8-bit sRGB, mode RGB, or RGBA (straight) where some pixel is not opaque.
        original: width and height of the picture itself, upright, whatever was decoded of it.
        is_stored: it is what the library keeps of it, because its file is away, or is a video.
        is_preview: it is the small picture that its file holds of itself.
        own: the same pixels as the file has them, where its colour space is another than sRGB.
    """

    image: Image.Image
    original: tuple[int, int]
    is_stored: bool = False
    is_preview: bool = False
    own: OwnColours | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pixels that there are."""
        return self.image.size

    @property
    def has_alpha(self) -> bool:
        return self.image.mode == "RGBA"

    def rows(self, top: int, count: int) -> bytes:
        """Rows from the top, without gaps: RGBA with ``has_alpha``, else RGB."""
        return self.image.crop((0, top, self.image.width, top + count)).tobytes()

    def color_at(self, x: int, y: int) -> tuple[int, ...]:
        """Of a pixel: red, green, blue, and alpha with ``has_alpha``."""
        value = self.image.getpixel((x, y))
        assert isinstance(value, tuple)
        return tuple(round(level) for level in value)

    def halved(self) -> LargePicture:
        """Half as wide and high, each pixel the mean of four."""
        return replace(self, image=self.image.reduce(2), own=None)

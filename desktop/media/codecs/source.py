"""What every codec is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.media.decode_limits import DecodeLimits, Needed

BYTES_A_PIXEL = 8
"""What decoding takes: 4 in Pillow's own memory, and as much again for a copy in another mode."""

_USUAL_SIDE = 2048
_LONGEST_SIDE = 16_384


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as a file holds it, and what is wanted of it.

    Attributes:
        path: for errors.
    """

    path: Path
    data: bytes
    needed: Needed
    limits: DecodeLimits

    def holding(self, data: bytes) -> Encoded:
        """The same wish for a picture found inside this one."""
        return replace(self, data=data)

    def check_size(self, size: tuple[int, int], max_pixels: int | None = None) -> None:
        """Raises FileDamaged for no pixels, FileTooLarge for more than ``max_pixels`` (those that
        may be decoded, when None)."""
        max_pixels = self.limits.max_pixels if max_pixels is None else max_pixels
        width, height = size
        if width <= 0 or height <= 0:
            raise FileDamaged(self.path, "The picture has no width or no height.")
        if width * height > max_pixels:
            raise FileTooLarge(
                self.path,
                f"The picture is {width} × {height} pixels, more than the "
                f"{max_pixels / 1_000_000:g} megapixels that are safe to open.",
                next_step="Save a smaller copy to have it in the library.",
            )

    def drawn_size(self, width: float, height: float) -> tuple[int, int]:
        """At how many pixels to draw what has no pixels of its own.

        Args:
            width, height: as the drawing states them; finite, positive, only their ratio counts.
        """
        shorter, longer = sorted((width, height))
        scale = max(self.needed.longer / longer, self.needed.shorter / shorter)
        if not scale:
            scale = _USUAL_SIDE / longer
        scale = min(scale, _LONGEST_SIDE / longer)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def lacking(self, what: str, library: str) -> FileUnsupported:
        """The error for a format whose library is not installed."""
        return FileUnsupported(
            self.path,
            f"{what} needs the library {library}, which is not installed here.",
            next_step=f"Install it (pip install {library}), then index again with --retry-failed.",
        )


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels as they are stored.

    Attributes:
        image: loaded, any mode.
        profile: the embedded ICC profile.
        orientation: EXIF's, 1 to 8: how to turn the image upright.
        frame_count: 1 for a still; 0 for several, uncounted because counting costs a decode.
    """

    image: Image.Image
    profile: bytes | None = None
    orientation: int = 1
    frame_count: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A picture whose header was read and found harmless.

    Attributes:
        size: pixels that ``load`` makes.
        load: makes them; once.
        original: stored size of the whole picture, not yet upright; None: that of the pixels.
        memory: bytes that ``load`` and the conversion to sRGB take; 0: as usual for ``size``.
    """

    size: tuple[int, int]
    load: Callable[[], Raster]
    original: tuple[int, int] | None = None
    memory: int = 0

    def cost(self) -> int:
        return self.memory or self.size[0] * self.size[1] * BYTES_A_PIXEL

"""One decode, and everything that is made of it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.pixels import PixelSpec
from desktop.media.decode import Picture, encoder_pixels, load_picture
from desktop.media.decode_limits import Needed, Room
from desktop.media.likeness import perceptual_hash
from desktop.media.palette import dominant_colours, hex_code
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import fitted


class Views:
    """A picture, its thumbnail, and what an encoder and a catalogue see of it.

    Attributes:
        picture: its facts, and its pixels as they were decoded.
        thumbnail: mode RGB, the longer side at most what was asked for.
    """

    def __init__(self, picture: Picture, thumbnail_side: int) -> None:
        self.picture = picture
        self.thumbnail = fitted(picture.image, thumbnail_side)

    def encoder_pixels(self, spec: PixelSpec) -> NDArray[np.uint8]:
        """(size, size, 3) uint8; see ``decode.encoder_pixels``."""
        # A thumbnail half as large again as the encoder's input loses nothing: the vectors' mean
        # cosine to those of the full decode is above 0.9999. Narrow ones are too small for it.
        is_enough = 2 * min(self.thumbnail.size) >= 3 * spec.size
        return encoder_pixels(self.thumbnail if is_enough else self.picture.image, spec)

    def palette(self) -> str:
        """Up to six colours from dark to light: "#1A2B3C #F5C518"."""
        return " ".join(hex_code(colour) for colour in dominant_colours([self.thumbnail]))

    def perceptual_hash(self) -> str:
        """See ``likeness.perceptual_hash``."""
        return perceptual_hash(self.thumbnail)


def load_views(
    source: Path | bytes,
    thumbnail_side: int,
    spec: PixelSpec | None,
    *,
    room: Room = nullcontext,
    sandbox: Sandbox | None = None,
) -> Views:
    """Decode a picture no larger than its thumbnail and its encoder need.

    Args:
        source: a file, or the bytes of one.
        thumbnail_side: the longer side of the thumbnail, pixels.
        spec: of the encoder that will look at it; None when there is none.
        room, sandbox: as for ``load_picture``.

    Raises:
        FileError: as ``load_picture``.
    """
    needed = Needed(shorter=spec.size if spec else 1, longer=thumbnail_side)
    return Views(load_picture(source, at_least=needed, room=room, sandbox=sandbox), thumbnail_side)

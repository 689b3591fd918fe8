"""A picture put together from bands of rows, and reduced on the way.

So one of 140 megapixels takes the memory of a band, and of the little that is left of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class BandReducer:
    """Takes rows from top to bottom, averages blocks of ``factor`` × ``factor`` pixels.

    Args:
        mode: of the picture: L, LA, RGB, RGBA, CMYK or LAB.
        size: of the whole, pixels.
    """

    def __init__(self, mode: str, size: tuple[int, int], factor: int) -> None:
        self._mode = mode
        self._factor = factor
        self._left: NDArray[np.uint8] | None = None
        self._top = 0
        reduced = tuple(-(-side // factor) for side in size)
        self.image = Image.new(mode, (reduced[0], reduced[1]))

    def add(self, rows: NDArray[np.uint8]) -> None:
        """Rows of the whole width: (n, width) or (n, width, channels)."""
        if self._left is not None:
            rows = np.concatenate([self._left, rows])
        whole = len(rows) // self._factor * self._factor
        self._left = rows[whole:].copy() if whole < len(rows) else None
        self._put(rows[:whole])

    def finish(self) -> Image.Image:
        """The picture, once all rows are in."""
        if self._left is not None:
            self._put(self._left)
            self._left = None
        return self.image

    def _put(self, rows: NDArray[np.uint8]) -> None:
        if not len(rows):
            return
        band = Image.fromarray(np.ascontiguousarray(rows), self._mode)
        if self._factor > 1:
            band = band.reduce(self._factor)
        self.image.paste(band, (0, self._top))
        self._top += band.height

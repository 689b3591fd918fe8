"""A hash that stays nearly the same when a picture is scaled, recompressed or slightly graded."""

from __future__ import annotations

import numpy as np
from PIL import Image


def perceptual_hash(image: Image.Image) -> str:
    """The 64-bit difference hash (dHash; N. Krawetz, "Kind of Like That", 2013).

    The picture in grey, 9 × 8 pixels; each bit says whether a pixel is brighter than its right
    neighbour, row by row. Pictures that show the same differ in a few bits (their Hamming
    distance), others in about half of them.

    Args:
        image: mode RGB, upright; a thumbnail is large enough.

    Returns:
        16 hex digits.
    """
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX, reducing_gap=2.0)
    rows = np.asarray(grey)
    return np.packbits(rows[:, :-1] > rows[:, 1:]).tobytes().hex()

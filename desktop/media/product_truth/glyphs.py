"""Letters that are read as before, and are drawn differently: a reader of text takes a 0 among
letters for an O, as an eye does that knows the word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from desktop.media.editing.opencv import opencv

_WINDOW = 0.6
"""Width of what is compared at a time, about a letter's, by the height of the line."""
_SLACK = 0.06
"""Of the height: how far a letter may stand beside its place."""
_LEVEL = 0.2
"""Rise by length up to which a line lies level."""
_INK = 12.0
"""Contrast of a window with something in it, levels."""
_LEAST_ALIKE = 0.88
"""Correlation of a window. Letters of true products, 14 pixels high and more, have 0.93 at least;
an O that became a 0 had 0.24 to 0.83 where it was read as an O."""
_STANDS_OUT = 2.5
"""By how much further from 1 than the line's median: all of a line that is bent is alike bad."""


def odd_letter(
    reference: Image.Image, seen: Image.Image, corners: Sequence[tuple[float, float]]
) -> float | None:
    """Where in a line the letters are drawn differently, as a share of its length; None: nowhere.

    Args:
        reference: the product, as blurred as ``seen``.
        seen: what stands in its place, laid over it; the same size.
        corners: of the line, as shares of both, clockwise from its start.
    """
    cv2 = opencv()
    points = np.asarray(corners, np.float64) * reference.size
    rise, run = abs(points[1, 1] - points[0, 1]), points[1, 0] - points[0, 0]
    if run <= 0 or rise > _LEVEL * run:
        return None
    left, top = np.floor(points.min(axis=0)).astype(int)
    right, low = np.ceil(points.max(axis=0)).astype(int)
    one, other = (np.asarray(each.convert("L"), np.float32) for each in (reference, seen))
    height, width = one.shape
    window = max(6, round(_WINDOW * (low - top)))
    slack = max(2, round(_SLACK * (low - top)))
    alike: list[tuple[float, float]] = []
    for x in range(max(0, left), max(left, right - window) + 1, max(1, window // 4)):
        part = one[max(0, top) : low, x : x + window]
        around = other[
            max(0, top - slack) : min(height, low + slack),
            max(0, x - slack) : min(width, x + window + slack),
        ]
        if part.std() < _INK or any(np.array(around.shape) < part.shape):
            continue
        fit = float(np.asarray(cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED)).max())
        alike.append((fit, (x + window / 2 - left) / max(1, right - left)))
    if not alike:
        return None
    least, where = min(alike)
    usual = float(np.median([fit for fit, _ in alike]))
    stands_out = 1 - least >= _STANDS_OUT * (1 - usual)
    return min(max(where, 0.0), 1.0) if least < _LEAST_ALIKE and stands_out else None

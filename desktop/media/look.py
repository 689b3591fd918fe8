"""What a frame looks like from afar: whether there is anything on it, and whether two frames differ
in more than their light. Shared by videos and animations, which both may begin with nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CELLS = 12
"""To each side; so few that grain and small movements count for little."""

Look = NDArray[np.float32]
"""(12, 12, 3 or 4), 0 to 255: colours; with transparency, weighted by it, and it."""

_SOMETHING = 4.0
"""Contrast from which there is something to see, levels."""
_SAME = 3.0
"""Levels by which a cell that stayed as it was may differ."""
_LEAST_CHANGED = 8
"""Cells that must have changed before they say of what kind the change is."""
_LIKENESS = 0.97
"""Correlation of the changed cells from which only the light is another. Between a picture and
itself at a tenth of its light it was 0.998 and more, 0.98 through a lossy encoder; of 780 pairs of
made landscapes, which all are bright above and dark below, 90 % were below 0.93."""


def look_of(image: Image.Image) -> Look:
    """Of a picture in mode RGB or RGBA."""
    small = image.resize((CELLS, CELLS), Image.Resampling.BOX, reducing_gap=2.0)
    look = np.asarray(small, np.float32)
    if small.mode == "RGBA":
        opacity = look[..., 3:]
        look = np.dstack([look[..., :3] * (opacity / 255.0), opacity]).astype(np.float32)
    return look


def contrast(look: Look) -> float:
    """How much a frame differs within itself, levels; 0 for one plain colour, clear or not."""
    return float(look.std(axis=(0, 1)).max())


def is_plain(look: Look) -> bool:
    """True for a frame in one colour."""
    return contrast(look) < _SOMETHING


def difference(one: Look, other: Look) -> float:
    """Mean difference, levels."""
    return float(np.abs(one - other).mean())


def shows_the_same(one: Look, other: Look) -> bool:
    """True for two frames that look alike, maybe in another light."""
    return difference(one, other) < _SAME or differs_in_light_only(one, other)


def differs_in_light_only(one: Look, other: Look) -> bool:
    """True when one is the other behind some share of a plain colour, as while a film fades.

    Only the cells that changed are compared, or the black bars that two frames share would make
    them alike.
    """
    if is_plain(one) or is_plain(other):
        return False
    changed = np.abs(one - other).max(axis=-1) >= _SAME
    if np.count_nonzero(changed) < _LEAST_CHANGED:
        return False
    before, after = (look[changed] - look[changed].mean(axis=0) for look in (one, other))
    size = float(np.linalg.norm(before) * np.linalg.norm(after))
    return size > 0 and float((before * after).sum()) >= _LIKENESS * size

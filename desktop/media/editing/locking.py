"""Locked pixels: of a model's answer only the part that was to change is put into the picture.

Whatever else the model changed stays out, and is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import AnswerMisfit, UsageError
from desktop.core.text import number, tr
from desktop.media.editing.opencv import opencv
from desktop.media.editing.registration import Mask, Pixels, find_place
from desktop.media.editing.tone import with_tone_of

LEAST_OUTSIDE = 0.03
"""Of the picture: with less there is nothing to lay the answer by."""
LOOKED_AT_SIDE = 1536
"""Pixels."""
_SEAM = 0.12
"""Of the region's width: the seam lies within it, and is at most ``_WIDEST_SEAM`` wide."""
_WIDEST_SEAM = 24.0
_LEVELS_APART = 14
"""A pixel that lies so far outside of what its neighbours in the picture are has changed."""
_LEAST_CHANGE = 2e-4
"""Of the picture: a smaller spot is no change that anybody sees."""
_LEAST_ALIKE = 0.5
"""Share of what was to stay, and has structure, that must be there again."""
_TEXTURED = 4.0
"""Levels of spread around a pixel that has structure."""
_AROUND = 15
_LEAST_COVERED = 0.98
_CLIPPED = 4
_MOST_CHANGED = 0.4
_MOST_DIFFERENT_GROUND = 0.6


@dataclass(frozen=True, slots=True)
class LockedEdit:
    """The picture with its region from the answer.

    Attributes:
        pixels: exactly those of the picture outside the region.
        changes: what else the answer would have changed, outside the region.
    """

    pixels: Pixels
    changes: Mask

    @property
    def changed_share(self) -> float:
        """Of the picture, that the answer would have changed beside the region."""
        return float(np.count_nonzero(self.changes)) / self.changes.size


def check_region(region: Mask) -> None:
    """Raises: UsageError where nothing is marked, or nearly everything."""
    if not np.any(region):
        raise UsageError(
            tr("No part of the picture is marked."),
            next_step=tr("Mark the part that is to change."),
        )
    if np.count_nonzero(~region) < LEAST_OUTSIDE * region.size:
        raise UsageError(
            tr("Nearly all of the picture is marked, so there is nothing to lay the answer by."),
            next_step=tr("Leave out what is to stay, or create a new picture."),
        )


def locked(picture: Pixels, answer: Pixels, region: Mask) -> LockedEdit:
    """Put the ``region`` of ``answer`` into ``picture``.

    Args:
        answer: of any size; what it shows may lie some hundredths beside its place.

    Raises:
        AnswerMisfit: it does not show the same picture, or not all of the region.
    """
    outside = ~region
    place = find_place(picture, answer, outside)
    laid, reached = place.laid_over(answer)
    if np.count_nonzero(reached & region) < _LEAST_COVERED * np.count_nonzero(region):
        raise AnswerMisfit(tr("The answer does not show all of the part that was to change."))
    seen = outside & reached
    toned = with_tone_of(picture, laid, seen)
    _check_alike(_looked_at(picture), _looked_at(toned), _looked_at(seen))
    changes = _changes(picture, laid, toned, seen)
    if np.any(changes):  # once more, without what is no tone at all
        toned = with_tone_of(picture, laid, seen & ~changes)
        changes = _changes(picture, laid, toned, seen)
    if np.count_nonzero(changes) > _MOST_CHANGED * np.count_nonzero(seen):
        raise _another_picture(1 - np.count_nonzero(changes) / np.count_nonzero(seen))
    return LockedEdit(_put_in(picture, toned, region), changes)


def _put_in(picture: Pixels, toned: Pixels, region: Mask) -> Pixels:
    pixels = picture.copy()
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    share = _seam(region)[box][..., None]
    mixed = picture[box] + (toned[box].astype(np.float32) - picture[box]) * share
    inside = region[box][..., None]
    pixels[box] = np.where(inside, np.rint(np.clip(mixed, 0, 255)), picture[box])
    return pixels


def _seam(region: Mask) -> NDArray[np.float32]:
    """How much of the answer each pixel takes: 0 outside the region, rising to 1 inside it.

    The border of the picture is no border of the region.
    """
    cv2 = opencv()
    framed = np.pad(region.astype(np.uint8), 1, mode="edge")
    deep = np.asarray(cv2.distanceTransform(framed, cv2.DIST_L2, 5), np.float32)[1:-1, 1:-1]
    deepest = float(deep.max(initial=0.0))
    width = float(np.clip(_SEAM * 2 * min(deepest, max(region.shape)), 1.0, _WIDEST_SEAM))
    rise = np.clip((deep - 0.5) / width, 0, 1)
    return np.where(region, rise * rise * (3 - 2 * rise), 0).astype(np.float32)


def _changes(picture: Pixels, laid: Pixels, toned: Pixels, seen: Mask) -> Mask:
    """Where the answer is nothing that the picture has close by, in spots of some size.

    What was ``laid`` over it as brightest or darkest may have been more so before it was clipped.
    """
    cv2 = opencv()
    near = np.ones((3, 3), np.uint8)
    most = cv2.dilate(picture, near).astype(np.int16)
    least = cv2.erode(picture, near).astype(np.int16)
    smooth = cv2.GaussianBlur(toned, (0, 0), 0.8).astype(np.int16)
    above = np.where(laid <= _CLIPPED, 0, smooth - most)
    below = np.where(laid >= 255 - _CLIPPED, 0, least - smooth)
    apart = np.maximum(above, below).max(axis=2)
    spots = ((apart > _LEVELS_APART) & seen).astype(np.uint8)
    side = max(3, round(0.004 * max(picture.shape[:2]))) | 1
    spots = cv2.morphologyEx(spots, cv2.MORPH_OPEN, near)
    spots = cv2.morphologyEx(spots, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(spots)
    large = np.zeros(count, bool)
    large[1:] = stats[1:, cv2.CC_STAT_AREA] >= max(9, _LEAST_CHANGE * spots.size)
    return np.asarray(large[labels] & seen, bool)


def _looked_at(pixels: Any) -> Any:
    """No larger than whether two pictures are alike is seen at."""
    cv2 = opencv()
    height, width = pixels.shape[:2]
    scale = LOOKED_AT_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if pixels.dtype == np.bool_:
        small = cv2.resize(pixels.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        return small.astype(bool)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _check_alike(picture: Pixels, toned: Pixels, seen: Mask) -> None:
    """Raises: AnswerMisfit where what was to stay is not there again."""
    cv2 = opencv()
    one = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    other = cv2.cvtColor(toned, cv2.COLOR_RGB2GRAY).astype(np.float32)
    box = (_AROUND, _AROUND)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, box), np.float32)

    here, there = mean(one), mean(other)
    spread = np.sqrt(np.clip(mean(one * one) - here * here, 0, None))
    other_spread = np.sqrt(np.clip(mean(other * other) - there * there, 0, None))
    together = mean(one * other) - here * there
    textured = seen & (np.maximum(spread, other_spread) > _TEXTURED)
    if np.count_nonzero(textured) > 0.005 * np.count_nonzero(seen):
        likeness = together / np.maximum(spread * other_spread, 1.0)
        alike = float(np.mean(likeness[textured] > 0.5))
    else:
        alike = 1.0
    even = seen & ~textured
    different = float(np.mean(np.abs(here - there)[even] > 2 * _LEVELS_APART)) if even.any() else 0
    if alike < _LEAST_ALIKE or different > _MOST_DIFFERENT_GROUND:
        raise _another_picture(min(alike, 1 - different))


def _another_picture(again: float) -> AnswerMisfit:
    return AnswerMisfit(
        tr(
            "The answer is another picture: of what was to stay, {percent} % is there again.",
            percent=number(100 * again),
        )
    )

"""Whether the parts of a product have kept their colours, whatever the light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.core.colour_difference import Lab, difference, lab
from desktop.media.editing.opencv import opencv
from desktop.media.product_truth.placement import Mask, Pixels

_LEAST_PART = 0.012
"""Of the product's area; smaller parts are edges and letters."""
_BRIGHTNESS = 0.45, 2.0
"""Gains of a whole product that pass for light and shade."""
_TINT = 0.91, 1.10
"""Gains of one channel by the mean of the three that pass for the tint of a light."""
_SAME = 4.0
"""ΔE2000 up to which a part agrees with a light."""
_FLAT = 14.0
"""Change across a pixel from which on there is a line between two parts, levels."""


@dataclass(frozen=True)
class PartColour:
    """The colour of a part of a product, as it was and as it is.

    Attributes:
        box: left, top, right, bottom of it, as shares of the product's width and height.
        share: of the product's area.
        before: median colour in the reference, seen in the light of the result.
        after: in the result.
    """

    box: tuple[float, float, float, float]
    share: float
    before: Lab
    after: Lab

    @property
    def difference(self) -> float:
        """ΔE2000."""
        return difference(self.before, self.after)


def part_colours(pixels: Pixels, other: Pixels, mask: Mask) -> list[PartColour]:
    """The colours of a product's parts, the largest part first.

    A part is what no line divides. The light of the scene is not known: of all that would explain
    the change of one part, or of the whole, within ``_BRIGHTNESS`` and ``_TINT``, the one is taken
    under which most of the product has kept its colours (von Kries: a gain for each channel).

    Args:
        pixels, mask: the reference's.
        other: the result's, laid over it.
    """
    parts = _parts(pixels, mask)
    if not parts:
        return []
    area = max(1, int(mask.sum()))
    before = [_median(pixels, part) for part in parts]
    after = [_median(other, part) for part in parts]
    shares = np.array([part.sum() / area for part in parts])
    gain = _light(before, after, shares)
    rows, columns = np.nonzero(mask)
    left, top = columns.min(), rows.min()
    wide, tall = np.ptp(columns) + 1, np.ptp(rows) + 1
    found: list[PartColour] = []
    for part, was, now, share in zip(parts, before, after, shares, strict=True):
        down, across = np.nonzero(part)
        box = (
            float((across.min() - left) / wide),
            float((down.min() - top) / tall),
            float((across.max() + 1 - left) / wide),
            float((down.max() + 1 - top) / tall),
        )
        lit = lab(*_levels(_linear(was) * gain))
        found.append(PartColour(box, float(share), lit, lab(*now)))
    return sorted(found, key=lambda part: -part.share)


def _parts(pixels: Pixels, mask: Mask) -> list[Mask]:
    cv2 = opencv()
    smooth = cv2.bilateralFilter(pixels, 5, 24, 3).astype(np.float32)
    across = np.abs(np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0))).max(axis=2) / 16
    down = np.abs(np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1))).max(axis=2) / 16
    inside = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    is_flat = (np.maximum(across, down) < _FLAT) & inside
    is_flat = cv2.erode(is_flat.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(is_flat, connectivity=4)
    least = _LEAST_PART * mask.sum()
    return [labels == each for each in range(1, count) if stats[each, cv2.CC_STAT_AREA] >= least]


def _median(pixels: Pixels, part: Mask) -> NDArray[np.float64]:
    return np.median(pixels[part], axis=0).astype(np.float64)


def _light(
    before: list[NDArray[np.float64]],
    after: list[NDArray[np.float64]],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(3,): the gain under which most is as it was."""
    best, worth = np.ones(3), (-1.0, 0.0)
    for gain in (np.ones(3), *(_allowed(b, a) for b, a in zip(before, after, strict=True))):
        apart = np.array(
            [
                difference(lab(*_levels(_linear(b) * gain)), lab(*a))
                for b, a in zip(before, after, strict=True)
            ]
        )
        now = float(shares[apart <= _SAME].sum()), -float((shares * apart).sum())
        if (round(now[0], 2), now[1]) > (round(worth[0], 2), worth[1]):
            best, worth = gain, now
    return best


def _allowed(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gain from one colour to another, as far as a light can have it; of dark and of blown
    channels, which say little, that of the others."""
    light, seen = _linear(before), _linear(after)
    is_telling = (before > 24) & (before < 250) & (after < 250)
    if not is_telling.any():
        return np.ones(3)
    gains = np.where(is_telling, seen / np.maximum(light, 1e-4), np.nan)
    mean = float(np.nanmean(gains))
    tint = np.clip(np.where(np.isnan(gains), 1.0, gains / mean), *_TINT)
    return float(np.clip(mean, *_BRIGHTNESS)) * tint


def _linear(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    value = levels / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _levels(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    value = np.clip(linear, 0.0, 1.0)
    return 255.0 * np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)

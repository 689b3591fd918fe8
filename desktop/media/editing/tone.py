"""The tone of an answer, brought back to that of the picture, by what was to stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.media.editing.registration import Mask, Pixels

_ROUNDS = 6
_SAMPLES = 60_000
_CLIPPED = 3
"""Levels from either end: what lies there may have lain beyond it."""
_STEEPEST, _FLATTEST = 1.8, 0.55
"""Of the curves: more is no tone that drifted."""
_LEAST_SPREAD = 2.0
"""Levels: more even pixels say how bright, and not how strong the contrast is."""


def with_tone_of(picture: Pixels, answer: Pixels, seen: Mask) -> Pixels:
    """``answer`` with one curve a channel, so that it agrees with ``picture`` where it is ``seen``.

    Each curve is a parabola through the levels, fitted by least squares with Tukey's weights, so
    that what has changed there does not count; it stays straight where the levels say too little.
    """
    if not np.any(seen):
        return answer
    rng = np.random.default_rng(0)
    at = np.flatnonzero(seen)
    if len(at) > _SAMPLES:
        at = rng.choice(at, _SAMPLES, replace=False)
    wanted, given = picture.reshape(-1, 3)[at], answer.reshape(-1, 3)[at]
    levels = np.arange(256, dtype=np.float64)
    made = np.empty_like(answer)
    for channel in range(3):
        curve = _curve(given[:, channel], wanted[:, channel], levels)
        table = np.clip(np.rint(curve), 0, 255).astype(np.uint8)
        made[..., channel] = table[answer[..., channel]]
    return made


def _curve(
    given: NDArray[np.uint8], wanted: NDArray[np.uint8], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What each of the 256 levels becomes."""
    is_whole = (given > _CLIPPED) & (given < 255 - _CLIPPED)
    is_whole &= (wanted > _CLIPPED) & (wanted < 255 - _CLIPPED)
    if np.count_nonzero(is_whole) < 50:
        return levels
    x = given[is_whole].astype(np.float64) / 255
    y = wanted[is_whole].astype(np.float64) / 255
    if x.std() * 255 < _LEAST_SPREAD:
        return levels + float(np.median(y - x)) * 255
    terms = np.stack([np.ones_like(x), x, x * x], axis=1)
    # The bend is held back, as if many pixels said that there is none.
    held = np.diag([0.0, 0.0, 0.002 * len(x)])
    fit = np.array([float(np.median(y - x)), 1.0, 0.0])
    for _ in range(_ROUNDS):
        apart = y - terms @ fit
        reach = 4.685 * 1.4826 * max(float(np.median(np.abs(apart))), 1 / 255)
        weight = np.clip(1 - (apart / reach) ** 2, 0, None) ** 2
        weighted = terms * weight[:, None]
        fit = np.linalg.lstsq(terms.T @ weighted + held, weighted.T @ y, rcond=None)[0]
    at = levels / 255
    slope = fit[1] + 2 * fit[2] * at
    if slope.min() < _FLATTEST or slope.max() > _STEEPEST:
        middle = float(np.median(y)) - float(np.median(x))
        return levels + middle * 255
    return (fit[0] + fit[1] * at + fit[2] * at * at) * 255

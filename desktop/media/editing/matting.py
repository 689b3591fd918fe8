"""Real transparency from two pictures of the same thing, on white and on black.

Difference matting (Smith and Blinn, "Blue Screen Matting", 1996): what a pixel shows of the ground
is what it changes by when the ground does. ``C = a F + (1 - a) G`` for both grounds gives
``1 - a = (C_white - C_black) / (G_white - G_black)`` and then the colour ``F``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import AnswerMisfit
from desktop.core.text import number, tr
from desktop.media.editing.opencv import opencv
from desktop.media.editing.registration import Pixels

Rgba = NDArray[np.uint8]
"""(height, width, 4), sRGB, alpha not multiplied in."""
_Values = NDArray[np.float32]
"""0 to 1."""

_WORKING_SIDE = 768
_BORDER = 0.02
"""Of the shorter side: the rim where the ground shows."""
_LEAST_WHITE, _MOST_BLACK = 0.78, 0.22
_GROUND_SHARE = 0.3
"""Of the rim that must be ground: a thing may be cut by the picture's edge."""
_EVEN = 0.08
_SNAP = (0.012, 0.05)
"""What is so near to clear or opaque is; by the noise, within these bounds."""
_DISAGREES = 0.2
"""Of the range between the grounds: more is not the same thing on another ground."""
_MOST_DISAGREEING = 0.06
"""Of what is not clear."""
_LEAST_SEEN = 0.001
_MOST_MOVED = 0.06
"""Of the longer side."""


@dataclass(frozen=True, slots=True)
class _Grounds:
    white: _Values
    black: _Values
    noise: float

    @property
    def range(self) -> _Values:
        return self.white - self.black


def cut_out(on_white: Pixels, on_black: Pixels) -> Rgba:
    """The thing alone, with its soft edges and what is seen through it.

    Args:
        on_black: the same picture, of any size; it may lie some pixels beside its place.

    Raises:
        AnswerMisfit: the grounds are not white and black, or the two do not show the same.
    """
    cv2 = opencv()
    height, width = on_white.shape[:2]
    ratio = (on_black.shape[1] / on_black.shape[0]) / (width / height)
    if not 0.95 < ratio < 1.05:
        raise AnswerMisfit(tr("The two pictures do not have the same shape."))
    if on_black.shape != on_white.shape:
        on_black = np.asarray(
            cv2.resize(on_black, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    grounds = _grounds(on_white, on_black)
    white, black = _values(on_white), _values(on_black)
    black = _moved(black, _place(white, black, grounds), grounds)
    shown = (white - black) / grounds.range
    weight = grounds.range / grounds.range.sum()
    alpha = 1 - (shown * weight).sum(axis=2)
    seen = alpha > 0.1
    if np.mean(seen) < _LEAST_SEEN:
        raise AnswerMisfit(tr("There is nothing on the ground that could be cut out."))
    wrong = float(np.mean(_disagreeing(shown, alpha)[seen]))
    if wrong > _MOST_DISAGREEING:
        raise AnswerMisfit(
            tr(
                "The pictures on white and on black do not show the same: they differ in "
                "{percent} % of it.",
                percent=number(100 * wrong),
            )
        )
    alpha = _settled(alpha, grounds.noise)
    through = (1 - alpha)[..., None]
    both = (white + black - through * (grounds.white + grounds.black)) / 2
    colour = both / np.maximum(alpha, 0.02)[..., None]
    made = np.dstack([colour, alpha])
    made[alpha == 0] = 0
    return np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)


def _values(pixels: Pixels) -> _Values:
    return np.asarray(pixels, np.float32) / np.float32(255)


def _grounds(on_white: Pixels, on_black: Pixels) -> _Grounds:
    """The two grounds as they are at the rim. Raises: AnswerMisfit."""
    white, white_noise = _ground(_rim(on_white), is_white=True)
    black, black_noise = _ground(_rim(on_black), is_white=False)
    return _Grounds(white, black, float(np.hypot(white_noise, black_noise)))


def _ground(rim: _Values, *, is_white: bool) -> tuple[_Values, float]:
    """Colour and noise. Raises: AnswerMisfit where it is neither even nor of that colour."""
    brightness = rim.mean(axis=1)
    extreme = float(np.percentile(brightness, 90 if is_white else 10))
    is_ground = np.abs(brightness - extreme) < _EVEN
    colour = np.asarray(np.median(rim[is_ground], axis=0), np.float32)
    is_right = colour.min() >= _LEAST_WHITE if is_white else colour.max() <= _MOST_BLACK
    if not is_right or np.mean(is_ground) < _GROUND_SHARE:
        raise AnswerMisfit(
            tr("The ground of the first picture is not plain white.")
            if is_white
            else tr("The ground of the second picture is not plain black.")
        )
    apart = np.abs(rim[is_ground] - colour).mean(axis=1)
    return colour, 1.4826 * float(np.median(apart))


def _rim(pixels: Pixels) -> _Values:
    """(n, 3)."""
    side = max(2, round(_BORDER * min(pixels.shape[:2])))
    parts = (
        *(pixels[:side], pixels[-side:]),
        *(pixels[side:-side, :side], pixels[side:-side, -side:]),
    )
    return _values(np.concatenate([part.reshape(-1, 3) for part in parts]))


def _disagreeing(shown: _Values, alpha: _Values) -> NDArray[np.bool_]:
    """Where the channels say different things of the ground, or the darker ground is brighter."""
    spread = shown.max(axis=2) - shown.min(axis=2)
    return np.asarray((spread > _DISAGREES) | (alpha > 1 + _DISAGREES / 2), bool)


def _settled(alpha: _Values, noise: float) -> _Values:
    """Clear and opaque where it is so but for the noise."""
    near = float(np.clip(2.5 * noise, *_SNAP))
    held = np.where(alpha < near, 0, alpha)
    return np.clip(np.where(held > 1 - near, 1, held), 0, 1).astype(np.float32)


def _place(white: _Values, black: _Values, grounds: _Grounds) -> NDArray[np.float64]:
    """The affine transform (2, 3) from the white picture to the black one that makes the two agree
    best: found by the outlines, which both have, then by trying fractions of a pixel."""
    cv2 = opencv()
    height, width = white.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    one = cv2.resize(white, size, interpolation=cv2.INTER_AREA)
    other = cv2.resize(black, size, interpolation=cv2.INTER_AREA)

    def apart(affine: NDArray[np.float64]) -> float:
        return _apart(one, _moved(other, affine, grounds), grounds)

    starts = [np.eye(2, 3), *_by_outlines(one, other)]
    best = min(starts, key=apart)
    least = apart(best)
    for step in (1.0, 0.5, 0.25, 0.125):
        is_better = True
        while is_better:
            is_better = False
            for dx, dy in ((step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)):
                tried = best + np.array([[0, 0, dx], [0, 0, dy]])
                if (left := apart(tried)) < least - 1e-7:
                    best, least, is_better = tried, left, True
    found = best.copy()
    # From working pixels to the picture's own, centres on centres.
    found[:, 2] = (best[:, 2] + 0.5 * (best[:, :2].sum(axis=1) - 1)) / scale
    found[:, 2] -= 0.5 * (best[:, :2].sum(axis=1) - 1)
    return found


def _by_outlines(one: Any, other: Any) -> list[NDArray[np.float64]]:
    cv2 = opencv()
    here, there = _outlines(one), _outlines(other)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
    found: list[NDArray[np.float64]] = []
    start = np.eye(2, 3, dtype=np.float32)
    for motion in (cv2.MOTION_TRANSLATION, cv2.MOTION_AFFINE):
        try:
            _, start = cv2.findTransformECC(
                here, there, start.copy(), motion, criteria, np.ones(there.shape, np.uint8), 5
            )
        except cv2.error:  # nothing to go by
            break
        affine = np.asarray(start, np.float64)
        moved = np.abs(affine - np.eye(2, 3))
        if moved[:, :2].max() < _MOST_MOVED and moved[:, 2].max() < _MOST_MOVED * max(one.shape):
            found.append(affine)
    return found


def _outlines(pixels: Any) -> Any:
    cv2 = opencv()
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    steep_x, steep_y = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return cv2.sqrt(cv2.magnitude(steep_x, steep_y))


def _moved(black: Any, affine: NDArray[np.float64], grounds: _Grounds) -> _Values:
    cv2 = opencv()
    if np.array_equal(affine, np.eye(2, 3)):
        return black
    ground = tuple(float(value) for value in grounds.black)
    return np.asarray(
        cv2.warpAffine(
            black,
            affine,
            (black.shape[1], black.shape[0]),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=ground,
        ),
        np.float32,
    )


def _apart(white: Any, black: Any, grounds: _Grounds) -> float:
    """0 where every pixel is clear, opaque or evenly between; more for edges that are doubled."""
    shown: _Values = (white - black) / grounds.range
    mean = np.clip(shown.mean(axis=2), 0, 1)
    spread = shown.max(axis=2) - shown.min(axis=2)
    negative = np.maximum(0, -shown).mean(axis=2)
    doubt: _Values = spread + 2 * negative + mean * (1 - mean)
    return float(doubt.mean())

"""Do two pictures show the same? A closer look at those whose hashes are nearly equal.

Hashes find candidates among a hundred thousand fast, and err: what they say is confirmed here, at a
size at which a drawing can be told from another of its outline. A copy may be scaled, recompressed,
cropped by a few hundredths, mirrored or recoloured; so the best of several ways to lay one over the
other counts. How far they differ is measured against how much each differs from its own mean: an
even ground says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.media.perceptual_hash import content_of

SIDE = 48
_LEAST_SIDE = 12
_SEEN = 0.7
"""Of the pixels of a small picture: its copy was cut or scaled in between them."""
_CUT = 0.05
"""Of a side: how much a copy may have been cropped."""
_MOST_APART = 0.28
_MOST_APART_CROPPED = 0.25
_LEAST_LINES = 0.985
"""Measured on openclipart by ``python -m tests.benchmarks.near_duplicates``."""
_SAME_SHAPE = 1.03
"""Ratio of two aspect ratios; of contents, whose edges are found from afar, its square."""
_LEAST_SPREAD = 4.0
"""Levels; a picture with less is even."""

Pixels = NDArray[np.float32]
"""(SIDE, SIDE, 3), 0 to 255."""


@dataclass(frozen=True, slots=True)
class Look:
    """A picture, small.

    Attributes:
        whole: with its ground.
        content: without.
        cropped: the whole, five ways.
        ratio, content_ratio: width by height.
        detail, content_detail: the shorter side before it was made small, pixels: what an icon of
            30 pixels shows of a drawing of 60 is less than that shows.
    """

    whole: Pixels
    content: Pixels
    cropped: tuple[Pixels, ...]
    ratio: float
    content_ratio: float
    detail: int
    content_detail: int


def look_at(image: Image.Image) -> Look:
    """``image``: mode RGB, upright; a thumbnail is large enough."""
    width, height = image.size
    x, y = _CUT * width, _CUT * height
    corners = ((dx, dy, width - x + dx, height - y + dy) for dx in (0, x) for dy in (0, y))
    middle = (x / 2, y / 2, width - x / 2, height - y / 2)
    content = content_of(image)
    return Look(
        _small(image, (0, 0, width, height)),
        _small(content, (0, 0, *content.size)),
        tuple(_small(image, box) for box in (middle, *corners)),
        width / height,
        content.width / content.height,
        min(image.size),
        min(content.size),
    )


def are_alike(one: Look, other: Look, leniency: float = 1.0) -> bool:
    """True when the two show the same.

    Args:
        leniency: by how much more than usual they may differ.
    """
    one, other = _in_common(one, other)
    for mirrored in (one, _mirrored(one)):
        if _ratio(one.ratio, other.ratio) < _SAME_SHAPE and (
            _apart(mirrored.whole, other.whole) < _MOST_APART * leniency
            or _least_apart(mirrored.whole, other.cropped) < _MOST_APART_CROPPED * leniency
            or _least_apart(other.whole, mirrored.cropped) < _MOST_APART_CROPPED * leniency
            or _lines_alike(mirrored, other) > 1 - (1 - _LEAST_LINES) * leniency
        ):
            return True
        if (
            _ratio(one.content_ratio, other.content_ratio) < _SAME_SHAPE**2
            and _apart(mirrored.content, other.content) < _MOST_APART_CROPPED * leniency
        ):
            return True
    return False


def _least_apart(whole: Pixels, parts: tuple[Pixels, ...]) -> float:
    return min(_apart(whole, part) for part in parts)


def _lines_alike(one: Look, other: Look) -> float:
    whole, other_whole = _lines(one.whole), _lines(other.whole)
    likes = [whole @ other_whole]
    likes += [whole @ _lines(part) for part in other.cropped]
    likes += [other_whole @ _lines(part) for part in one.cropped]
    return float(max(likes))


def _in_common(one: Look, other: Look) -> tuple[Look, Look]:
    """Both in no more pixels than the smaller one has."""
    side = _side(min(one.detail, other.detail))
    content_side = _side(min(one.content_detail, other.content_detail))
    if side == content_side == SIDE:
        return one, other
    made = [
        replace(
            look,
            whole=_reduced(look.whole, side),
            content=_reduced(look.content, content_side),
            cropped=tuple(_reduced(part, side) for part in look.cropped),
        )
        for look in (one, other)
    ]
    return made[0], made[1]


def _side(detail: int) -> int:
    return min(SIDE, max(_LEAST_SIDE, round(_SEEN * detail)))


def _reduced(pixels: Pixels, side: int) -> Pixels:
    if side == SIDE:
        return pixels
    across = _means(side)
    return np.einsum("ij,jkc,lk->ilc", across, pixels, across, optimize=True)


@cache
def _means(side: int) -> NDArray[np.float32]:
    """(side, SIDE): each row takes the mean of the pixels, and parts of pixels, that it covers."""
    edges = np.linspace(0, SIDE, side + 1)
    first, last = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    pixel = np.arange(SIDE)
    covered = np.clip(np.minimum(last, pixel + 1) - np.maximum(first, pixel), 0, None)
    return (covered * side / SIDE).astype(np.float32)


def _small(image: Image.Image, box: tuple[float, float, float, float]) -> Pixels:
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX, box=box)
    return np.asarray(small, np.float32)


def _mirrored(look: Look) -> Look:
    return replace(
        look,
        whole=look.whole[:, ::-1],
        content=look.content[:, ::-1],
        cropped=tuple(part[:, ::-1] for part in look.cropped),
    )


def _ratio(one: float, other: float) -> float:
    return max(one / other, other / one)


def _apart(one: Pixels, other: Pixels) -> float:
    """0 for the same; about 1.4 for two that have nothing to do with each other."""
    mean: NDArray[np.float32] = one.mean(axis=(0, 1))
    spread = float(np.sqrt(np.mean((one - mean) ** 2)))
    return float(np.sqrt(np.mean((one - other) ** 2)) / max(spread, _LEAST_SPREAD))


def _lines(pixels: Pixels) -> NDArray[np.float32]:
    """Of the channel that changes most, to the right and below: the same in other colours."""
    right = np.abs(np.diff(pixels, axis=1, append=pixels[:, -1:])).max(axis=2)
    below = np.abs(np.diff(pixels, axis=0, append=pixels[-1:])).max(axis=2)
    strength = np.sqrt(right + below).ravel()  # strong lines do not outshine all others
    strength -= strength.mean()
    length = float(np.linalg.norm(strength))
    return strength / length if length > 1e-3 else np.zeros_like(strength)

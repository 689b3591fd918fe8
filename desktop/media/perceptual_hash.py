"""Hashes that stay nearly the same when a picture is scaled, recompressed or slightly graded; and
which of many such hashes are nearly equal. They propose; ``likeness`` confirms."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NEAR_BITS = 8
"""Of 64. Scaled and recompressed pictures differ in fewer, different ones in about 32."""
FEATURELESS = 0
"""The hash of every plain surface, whatever its colour: says nothing."""

_VERSION = "2:"
"""Of what is compared. The first, without a mark, was of a picture with its ground, and not to be
compared with these."""
_GROUND_WITHIN = 10
"""Levels in which one ground may differ, by a JPEG's noise or a slight shade."""
_CONTENT_BEYOND = 7
"""Levels, of what is seen from afar."""
_LOOKED_AT = 48
"""Pixels of the longer side."""
_GROUND_SHARE = 0.75
"""Of a picture's edge, where it has a ground."""
_NOISE = 2
"""Levels."""
_CUT = 0.025
"""Of a side, cut off all around for the second hash: that of a slightly cropped copy."""
_BITS = 64
_PAIRS_AT_ONCE = 1 << 21
"""Compared together; 16 MB for each of the arrays in between."""


def perceptual_hash(image: Image.Image) -> str:
    """Three 64-bit difference hashes (dHash; N. Krawetz, "Kind of Like That", 2013): of the
    picture's content, of that slightly cropped, and of that mirrored.

    The picture in grey and very small; each bit says whether a pixel is brighter than its
    neighbour by more than noise, to the right for half of them, below for the others.
    Pictures that show the same differ in a few bits (their Hamming distance), others in many.

    Args:
        image: mode RGB, upright; a thumbnail is large enough.

    Returns:
        "2:" and 48 hex digits; see ``parse_hash``.
    """
    grey = content_of(image).convert("L")
    x, y = _CUT * grey.width, _CUT * grey.height
    cropped = (x, y, grey.width - x, grey.height - y)
    whole = (0, 0, grey.width, grey.height)
    mirrored = grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    hashes = ((grey, whole), (grey, cropped), (mirrored, whole))
    return _VERSION + "".join(_difference_hash(picture, box) for picture, box in hashes)


def parse_hash(written: str) -> tuple[int, int, int] | None:
    """The three of ``perceptual_hash``; None for one that is not to be compared with them."""
    digits = written.removeprefix(_VERSION)
    if not written.startswith(_VERSION) or len(digits) != 48:
        return None
    whole, cut, mirrored = (int(digits[at : at + 16], 16) for at in (0, 16, 32))
    return whole, cut, mirrored


def content_of(image: Image.Image) -> Image.Image:
    """The picture without the even ground around what it shows; itself where it has none.

    Clear pixels were laid on one grey: what is compared must not be this.
    """
    scale = min(1.0, _LOOKED_AT / max(image.size))
    width, height = (max(1, round(length * scale)) for length in image.size)
    # From afar: a thin line is faint there, at whatever size the picture was.
    small = image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    pixels = np.asarray(small).astype(np.int16)
    edge = np.concatenate((pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))
    ground = np.median(edge, axis=0)
    if np.mean(np.abs(edge - ground).max(axis=1) <= _GROUND_WITHIN) < _GROUND_SHARE:
        return image
    is_content = np.abs(pixels - ground).max(axis=2) > _CONTENT_BEYOND
    rows, columns = np.flatnonzero(is_content.any(axis=1)), np.flatnonzero(is_content.any(axis=0))
    if not len(rows):
        return image
    across, down = image.width / width, image.height / height
    left, right = round(columns[0] * across), round((columns[-1] + 1) * across)
    top, bottom = round(rows[0] * down), round((rows[-1] + 1) * down)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _difference_hash(grey: Image.Image, box: tuple[float, float, float, float]) -> str:
    """Whether it gets darker to the right (4 × 8 places), and downwards (8 × 4)."""
    across = np.asarray(grey.resize((9, 4), Image.Resampling.BOX, box=box)).astype(np.int16)
    down = np.asarray(grey.resize((4, 9), Image.Resampling.BOX, box=box)).astype(np.int16)
    # What is even stays so under a JPEG's noise.
    right = across[:, :-1] > across[:, 1:] + _NOISE
    below = down[:-1] > down[1:] + _NOISE
    return np.packbits(np.concatenate((right.ravel(), below.ravel()))).tobytes().hex()


def near_pairs(hashes: NDArray[np.uint64], distance: int) -> NDArray[np.int64]:
    """All pairs that differ in at most ``distance`` bits, each once.

    Two such hashes agree wholly in one of ``distance + 1`` bands of bits at least (pigeonhole), so
    only those with an equal band are compared, instead of every two. Exact.

    Args:
        hashes: (n,) different values.
        distance: 0 to 63.

    Returns:
        (k, 2) indices, the smaller one first, in order.
    """
    edges = np.linspace(0, _BITS, distance + 2).astype(int).tolist()
    found = [np.empty(0, np.int64)]
    count = len(hashes)
    for low, high in pairwise(edges):
        bands = (hashes >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        order = np.argsort(bands, kind="stable")
        for first, second in _pairs_of_equals(bands[order]):
            first, second = order[first], order[second]
            is_near = np.bitwise_count(hashes[first] ^ hashes[second]) <= distance
            first, second = first[is_near], second[is_near]
            # As one number, so that pairs met in several bands are told apart from others fast.
            found.append(np.minimum(first, second) * count + np.maximum(first, second))
    keys = np.unique(np.concatenate(found))
    return np.stack((keys // max(1, count), keys % max(1, count)), axis=1)


def _pairs_of_equals(
    values: NDArray[np.uint64],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Positions of every two equal ones among sorted ``values``, in pieces of bounded size."""
    if not len(values):
        return
    positions = np.arange(len(values))
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    ends = np.repeat(np.r_[starts[1:], len(values)], np.diff(np.r_[starts, len(values)]))
    followers = ends - positions - 1  # equal ones behind each
    piece = np.cumsum(followers) // _PAIRS_AT_ONCE
    for number in range(int(piece[-1]) + 1):
        inside = positions[piece == number]
        counts = followers[inside]
        first = np.repeat(inside, counts)
        steps = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield first, first + 1 + steps

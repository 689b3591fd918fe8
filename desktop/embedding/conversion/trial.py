"""Pictures on which a converted network is set up, and others on which it is tried."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

LEAST_AGREEMENT = 0.99
"""Cosine between the vectors of two arithmetics, for the least alike of the trial's."""
TRIAL_PICTURES = 4
TRIAL_TEXTS = ("a picture", "a red silk cape with gold trim")


def trial_pictures(count: int, size: int, seed: int = 20261) -> NDArray[np.uint8]:
    """(count, size, size, 3) uint8: smooth colours, edges and grain, always the same ones."""
    random = np.random.default_rng(seed)
    canvas = np.zeros((count, size, size, 3), np.float32)
    for cells in (2, 5, 16, size):
        grain = random.random((count, cells, cells, 3), np.float32)
        canvas += _enlarged(grain, size)
    sides = random.random((count, 1, 1, 3), np.float32)
    canvas[:, : size // 2, size // 3 :] *= sides  # a hard edge
    canvas -= canvas.min(axis=(1, 2, 3), keepdims=True)
    canvas *= 255 / canvas.max(axis=(1, 2, 3), keepdims=True)
    return canvas.astype(np.uint8)


def agreement(vectors: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The least cosine of (n, d) unit vectors, row by row; -1 where there are no numbers."""
    return float(np.nan_to_num((vectors * reference).sum(axis=1), nan=-1.0).min())


def packed(vectors: NDArray[np.float32]) -> str:
    """(n, d) float32 as base64 text, little-endian."""
    return base64.b64encode(vectors.astype("<f4").tobytes()).decode()


def unpacked(text: str, dimension: int) -> NDArray[np.float32]:
    """What ``packed`` was given. Raises: ValueError."""
    values = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    return values.reshape(-1, dimension).astype(np.float32)


def _enlarged(grain: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """(n, c, c, 3) -> (n, size, size, 3), linear between the cells."""
    cells = grain.shape[1]
    at = np.arange(size) * ((cells - 1) / (size - 1))
    low = np.minimum(at.astype(np.int64), max(cells - 2, 0))
    high, part = np.minimum(low + 1, cells - 1), (at - low).astype(np.float32)
    rows = grain[:, low] * (1 - part)[:, None, None] + grain[:, high] * part[:, None, None]
    return rows[:, :, low] * (1 - part)[:, None] + rows[:, :, high] * part[:, None]

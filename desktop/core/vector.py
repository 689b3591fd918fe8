"""One vector: the same row in the catalogue and in the collection that ranks it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IMAGE, FRAME = "image", "frame"
"""What a vector may describe: a picture, or one frame of a video."""

_LENGTH_WITHIN = 0.1
"""By how much a unit vector may be longer or shorter than 1, as float16 and 8-bit sums leave it."""

Scalars = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A vector on its way from the catalogue to the collection.

    Attributes:
        id: primary key in both.
        asset_id: the asset that it describes.
        value: (d,) float32, unit length.
        position_ms: of a frame, where it is in its video; None for a picture.
        scalars: what filters and other clients of the collection compare, see
            ``index.conditions.scalars_of``; empty until it is sent.
        scalars_version: which scalars these are; it grows with every change of them.
    """

    id: int
    asset_id: int
    value: NDArray[np.float32]
    position_ms: int | None = None
    scalars: Scalars = field(default_factory=dict[str, str | int | float])
    scalars_version: int = 0

    @property
    def kind(self) -> str:
        return IMAGE if self.position_ms is None else FRAME


def are_directions(vectors: NDArray[np.floating]) -> bool:
    """True when every one of (n, d) is a unit vector; False for NaN, infinity and 0, which no
    ranking survives."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("ij,ij->i", vectors.astype(np.float64), vectors.astype(np.float64))
        return bool(np.all(np.abs(np.sqrt(squares) - 1) <= _LENGTH_WITHIN))

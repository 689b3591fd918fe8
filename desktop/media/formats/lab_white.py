"""Lab of a white that is stated, as Lab of D50, which is what programs and profiles mean by it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_D50 = 0.3457, 0.3585
_AS_GOOD_AS = 0.005
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_CUBE = 6 / 29


def is_d50(white: tuple[float, float]) -> bool:
    return max(abs(white[0] - _D50[0]), abs(white[1] - _D50[1])) < _AS_GOOD_AS


def as_of_d50(lab: NDArray[np.uint8], white: tuple[float, float]) -> NDArray[np.uint8]:
    """The same colours, adapted by Bradford's matrix (ICC.1:2022, annex E).

    Args:
        lab: (rows, width, 3): L* of 0 to 100 as 0 to 255, a* and b* as signed bytes.
        white: its x and y.
    """
    from_white, to_white = _xyz(white), _xyz(_D50)
    cones = np.diag((_BRADFORD @ to_white) / (_BRADFORD @ from_white))
    adapt = np.linalg.inv(_BRADFORD) @ cones @ _BRADFORD
    signed = lab.view(np.int8).astype(np.float32)
    lightness = (lab[..., 0] / np.float32(2.55) + 16) / 116
    roots = np.stack(
        [lightness + signed[..., 1] / 500, lightness, lightness - signed[..., 2] / 200], axis=-1
    )
    light = np.where(roots > _CUBE, roots**3, 3 * _CUBE**2 * (roots - 4 / 29)) * from_white
    shares = (light @ adapt.T) / to_white
    bent = shares / (3 * _CUBE**2) + 4 / 29
    f = np.where(shares > _CUBE**3, np.cbrt(shares), bent)
    made = np.stack(
        [
            (116 * f[..., 1] - 16) * 2.55,
            500 * (f[..., 0] - f[..., 1]),
            200 * (f[..., 1] - f[..., 2]),
        ],
        axis=-1,
    )
    return _bytes(made)


def _bytes(lab: NDArray[Any]) -> NDArray[np.uint8]:
    colours = np.clip(np.rint(lab[..., 1:]), -128, 127).astype(np.int8).view(np.uint8)
    lightness = np.clip(np.rint(lab[..., :1]), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.concatenate([lightness, colours], axis=-1))


def _xyz(white: tuple[float, float]) -> NDArray[np.float64]:
    x, y = white
    return np.array([x / y, 1.0, (1 - x - y) / y])

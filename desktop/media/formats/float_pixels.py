"""Arrays of pixels, maybe of light, to pictures in 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.media.light import light_to_srgb

BYTES_A_VALUE = 24
"""What one colour of one pixel takes at most on the way: several arrays of floats at once."""


def picture_of_light(
    light: NDArray[np.floating], alpha: NDArray[np.floating] | None = None
) -> Image.Image:
    """Linear BT.709, 1 for white, pressed together where it is brighter (see ``media.light``).

    Args:
        light: (h, w, 3), not multiplied by alpha.
        alpha: (h, w), 0 to 1.
    """
    return with_alpha(light_to_srgb(light), alpha)


def with_alpha(rgb: NDArray[np.uint8], alpha: NDArray[np.floating] | None) -> Image.Image:
    """Mode RGB, or RGBA."""
    if alpha is None:
        return Image.fromarray(rgb)
    opacity = np.nan_to_num(np.clip(alpha, 0.0, 1.0), nan=1.0)
    return Image.fromarray(np.dstack([rgb, (opacity * 255 + 0.5).astype(np.uint8)]))


def picture_of_values(values: NDArray[Any]) -> Image.Image:
    """Whole numbers in their range as sRGB, floats as light.

    Args:
        values: (h, w) or (h, w, channels): grey, grey and alpha, RGB, or RGBA.

    Raises:
        ValueError: of another shape.
    """
    if values.ndim == 2:
        values = values[..., np.newaxis]
    if values.ndim != 3 or not 1 <= values.shape[2] <= 4:
        raise ValueError("no picture")
    colours = 1 if values.shape[2] <= 2 else 3
    if values.dtype.kind == "f":
        light = values[..., :colours].astype(np.float32)
        if colours == 1:
            light = np.repeat(light, 3, axis=2)
        has_alpha = values.shape[2] > colours
        return picture_of_light(
            light, values[..., colours].astype(np.float32) if has_alpha else None
        )
    if values.dtype != np.uint8:
        most = 1 if values.dtype == np.bool_ else np.iinfo(values.dtype).max
        values = (values.astype(np.float32) * (255 / most) + 0.5).astype(np.uint8)
    return Image.fromarray(values.squeeze(2) if values.shape[2] == 1 else values)

"""A picture to the pixels that an encoder sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.core.pixels import PixelSpec

_FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
_LONGEST_STRIP = 16


def encoder_pixels(image: Image.Image, spec: PixelSpec) -> NDArray[np.uint8]:
    """The pixels an encoder sees, as open_clip's own ``image_transform`` makes them.

    Same rounding as torchvision's Resize and CenterCrop (``shortest``, ``squash``) and open_clip's
    ResizeKeepRatio and CenterCropOrPad (``longest``), so vectors agree with anyone else's.

    Args:
        image: mode RGB.

    Returns:
        ``(size, size, 3) uint8``, 0–255, not normalised.
    """
    size, resample = spec.size, _FILTERS[spec.interpolation]
    width, height = image.size
    if spec.resize_mode == "squash":
        return np.array(image.resize((size, size), resample), dtype=np.uint8)
    if spec.resize_mode == "longest":
        ratio = max(width, height) / size
        scaled_size = max(1, round(width / ratio)), max(1, round(height / ratio))
        scaled = image.resize(scaled_size, resample)
        ground = Image.new("RGB", (size, size), (spec.fill,) * 3)
        ground.paste(scaled, ((size - scaled_size[0]) // 2, (size - scaled_size[1]) // 2))
        return np.array(ground, dtype=np.uint8)
    short, long = min(width, height), max(width, height)
    new_long = int(size * long / short)
    new_width, new_height = (size, new_long) if width <= height else (new_long, size)
    left, top = round((new_width - size) / 2.0), round((new_height - size) / 2.0)
    if new_long <= _LONGEST_STRIP * size:
        scaled = image.resize((new_width, new_height), resample)
        crop = scaled.crop((left, top, left + size, top + size))
    else:
        # A line 30,000 × 1 would be blown up to gigabytes only to keep its middle: compute the
        # middle alone. Equal within a rounding error.
        scale_x, scale_y = width / new_width, height / new_height
        box = left * scale_x, top * scale_y, (left + size) * scale_x, (top + size) * scale_y
        crop = image.resize((size, size), resample, box=box)
    return np.array(crop, dtype=np.uint8)

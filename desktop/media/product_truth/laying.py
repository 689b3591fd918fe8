"""The real product laid over its likeness in a generated picture, pixel by pixel."""

from __future__ import annotations

import numpy as np
from PIL import Image

from desktop.media.editing.opencv import opencv
from desktop.media.product_truth.placement import Mask, Pixels, cut_out, locate


def area_mask(corners: tuple[tuple[float, float], ...], height: int, width: int) -> Mask:
    """(height, width): what lies within, corners being shares of width and height."""
    cv2 = opencv()
    points = np.rint(np.array(corners, float) * (width, height)).astype(np.int32)
    filled = np.zeros((height, width), np.uint8)
    cv2.fillPoly(filled, [points], 1)
    return filled.astype(bool)


def laid_in(reference: Image.Image, picture: Pixels) -> tuple[Pixels, Mask] | None:
    """``picture`` with the product of ``reference`` at its place, and where that is; None where
    nothing like it stands there. In the product's own colours; outside of it nothing changes.

    Args:
        reference: RGB or RGBA, upright.

    Raises:
        TooPlain: the product has too little on it to be found by.
    """
    cv2 = opencv()
    product = cut_out(reference)
    place = locate(product, picture)
    if place is None:
        return None
    tall, wide = product.large.shape[:2]
    high, broad = product.mask.shape
    matrix = place.matrix @ np.diag([broad / wide, high / tall, 1.0])
    size = picture.shape[1], picture.shape[0]
    mask = product.mask.astype(np.float32)
    if product.is_cut_out:  # at its edge it has something of the ground that it was told from
        mask = cv2.erode(mask, np.ones((3, 3), np.uint8))
    soft = cv2.resize(mask, (wide, tall), interpolation=cv2.INTER_LINEAR)
    # Area-like where it gets smaller, or its letters would break up.
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    large = product.large
    if scale < 1:
        large = np.asarray(cv2.GaussianBlur(large, (0, 0), 0.4 / scale))
    laid = cv2.warpPerspective(large, matrix, size, flags=cv2.INTER_CUBIC)
    share = np.clip(cv2.warpPerspective(soft, matrix, size, flags=cv2.INTER_LINEAR), 0, 1)
    mixed = picture + (laid.astype(np.float32) - picture) * share[..., None]
    region = share > 0
    pixels = np.where(region[..., None], np.rint(np.clip(mixed, 0, 255)), picture)
    return pixels.astype(np.uint8), np.asarray(region, bool)

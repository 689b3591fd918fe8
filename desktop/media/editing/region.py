"""The part of a picture that is to change: read from a file, written, marked, picked by colour."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.core.errors import UsageError
from desktop.core.text import tr
from desktop.media.decode import load_picture
from desktop.media.editing.locking import check_region
from desktop.media.editing.opencv import opencv
from desktop.media.editing.registration import Mask, Pixels
from desktop.media.formats.format import Needed
from desktop.media.sandbox.pool import Sandbox

MARK = (255, 0, 255)
"""Magenta: no picture is so, and models know it as a mark."""
_MARKED = 0.55
_SAME_SHAPE = 0.02


def picture_pixels(
    source: Path | bytes, sandbox: Sandbox | None = None
) -> tuple[Pixels, NDArray[np.uint8] | None]:
    """All pixels of a picture, and its alpha (height, width) where some of them are not opaque.

    Raises:
        FileError: as ``load_picture``.
    """
    image = load_picture(source, at_least=Needed(keeps_alpha=True), sandbox=sandbox).image
    values = np.asarray(image, np.uint8)
    if image.mode == "RGBA":
        return np.ascontiguousarray(values[..., :3]), np.ascontiguousarray(values[..., 3])
    return np.ascontiguousarray(values), None


def small_picture(path: Path, long_side: int, sandbox: Sandbox | None = None) -> NDArray[np.uint8]:
    """A picture to mark a part in: (height, width, 3 or 4), its longer side at most ``long_side``.

    Raises:
        FileError: as ``load_picture``.
    """
    needed = Needed(longer=long_side, keeps_alpha=True)
    image = load_picture(path, at_least=needed, sandbox=sandbox).image
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(image, np.uint8))


def read_region(source: Path | bytes, size: tuple[int, int], sandbox: Sandbox | None) -> Mask:
    """What is white in a picture, whatever is clear in it being black.

    Args:
        size: width and height of the picture that it belongs to, pixels.

    Raises:
        FileError: it cannot be read.
        UsageError: it is of another shape than the picture, or marks nothing, or all.
    """
    pixels, alpha = picture_pixels(source, sandbox)
    light = pixels.mean(axis=2)
    if alpha is not None:
        light = light * (alpha / 255)
    height, width = light.shape
    if abs((width / height) / (size[0] / size[1]) - 1) > _SAME_SHAPE:
        raise UsageError(
            tr(
                "The marked part is {width} × {height} pixels, the picture {across} × {down}.",
                width=width,
                height=height,
                across=size[0],
                down=size[1],
            ),
            next_step=tr("Mark it in a picture of the same size."),
        )
    marked = (light >= 128).astype(np.uint8)
    if (width, height) != size:
        cv2 = opencv()
        marked = cv2.resize(marked, size, interpolation=cv2.INTER_NEAREST)
    region = np.asarray(marked, bool)
    check_region(region)
    return region


def region_png(region: Mask) -> bytes:
    """White on black, one bit a pixel."""
    out = io.BytesIO()
    Image.fromarray(region).save(out, "PNG", optimize=True)
    return out.getvalue()


def picture_png(pixels: NDArray[np.uint8]) -> bytes:
    """(height, width, 3 or 4) without loss."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=4)
    return out.getvalue()


def marked_picture(picture: Pixels, region: Mask, *, long_side: int = 1536) -> tuple[bytes, str]:
    """The picture with the region tinted, as it is sent; bytes and their MIME type."""
    tinted = picture.copy()
    mark = np.array(MARK, np.float32)
    tinted[region] = np.rint(picture[region] * (1 - _MARKED) + mark * _MARKED).astype(np.uint8)
    image = Image.fromarray(tinted)
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue(), "image/jpeg"


def alike_around(picture: NDArray[np.uint8], at: tuple[int, int], tolerance: int) -> Mask:
    """The pixels of one colour around a place: those that hang together with it and differ from it
    by no more than ``tolerance`` levels in each channel.

    Args:
        at: x and y, within the picture.
    """
    cv2 = opencv()
    height, width = picture.shape[:2]
    found = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    by = (tolerance,) * 3
    smooth = cv2.medianBlur(np.ascontiguousarray(picture[..., :3]), 3)
    cv2.floodFill(smooth, found, at, 0, by, by, flags)
    return np.asarray(found[1:-1, 1:-1], bool)

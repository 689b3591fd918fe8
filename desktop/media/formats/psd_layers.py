"""What stands for a Photoshop document without a merged picture: its layers, or its small preview.

The layers are put together by psd-tools, which knows much but not all of Photoshop; so the preview,
where there is one, decides whether it did so rightly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image
from psd_tools.constants import Resource

from desktop.media.colour import to_srgb
from desktop.media.formats.format import Raster
from desktop.media.formats.pillow import DECODER_ERRORS

if TYPE_CHECKING:
    from psd_tools import PSDImage

_MOST_PIXELS = 24_000_000
"""Of the document; putting layers together takes some 64 bytes for each."""
_MOST_LAYER_PIXELS = 80_000_000
_MOST_BESIDE_A_PREVIEW = 36_000_000
"""Of all layers; a million takes 0.3 s on two cores of 2020, and a picture may take 30 s."""
_MOST_LAYERS = 300
_LIKE_THE_PREVIEW = 16.0
"""Levels of 255 by which the layers may differ from the preview, on average over its pixels."""
_LEAST_LEVELS = 16
"""Of grey in a preview, from which the others can be told."""
_SMOOTHED = 4
"""Levels to each side, over which the noise of the preview's JPEG is averaged."""
_GROUND = (255, 255, 255)
"""What Photoshop lays a preview on."""


def shown_instead(document: PSDImage, profile: bytes | None) -> Raster | None:
    """The layers, or the preview where they cannot be put together; None where both show nothing.

    Args:
        profile: the document's, in which its layers are.
    """
    preview = _preview(document)
    layers = _layers(document, _MOST_BESIDE_A_PREVIEW if preview else _MOST_LAYER_PIXELS)
    if layers is not None and (preview is None or _are_alike(layers, profile, preview)):
        return Raster(layers, profile)
    if preview is not None:
        return Raster(preview, is_preview=True)
    return None


def in_its_inks(grey: Image.Image, document: PSDImage) -> Image.Image | None:
    """A duotone in its colours, which its preview tells for each level of grey; None without one.

    How the inks are mixed is not documented; other programs are to show the grey.
    """
    preview = _preview(document)
    if preview is None or grey.mode != "L":
        return None
    levels = np.asarray(grey.resize(preview.size, Image.Resampling.BOX)).ravel()
    colours = np.asarray(preview, np.float64).reshape(-1, 3)
    counts = np.bincount(levels, minlength=256)
    known = np.flatnonzero(counts)
    if len(known) < _LEAST_LEVELS:
        return None
    table = np.empty((256, 3))
    for channel in range(3):
        sums = np.bincount(levels, weights=colours[:, channel], minlength=256)
        curve = np.interp(np.arange(256), known, sums[known] / counts[known])
        padded = np.pad(curve, _SMOOTHED, mode="edge")
        window = np.full(2 * _SMOOTHED + 1, 1 / (2 * _SMOOTHED + 1))
        table[:, channel] = np.convolve(padded, window, mode="valid")
    return Image.fromarray((table + 0.5).clip(0, 255).astype(np.uint8)[np.asarray(grey)])


def _layers(document: PSDImage, most: int) -> Image.Image | None:
    """Put together; None where they show nothing, or that cannot be done."""
    width, height = document.size
    sizes = [layer.width * layer.height for layer in document.descendants() if layer.is_visible()]
    if not sizes or width * height > _MOST_PIXELS or len(sizes) > _MOST_LAYERS or sum(sizes) > most:
        return None
    try:
        image = document.composite(  # pyright: ignore[reportUnknownMemberType]
            force=True, ignore_preview=True, apply_icc=False
        )
    except (ImportError, NotImplementedError, MemoryError, *DECODER_ERRORS):
        return None  # of a kind that psd-tools cannot draw
    if "A" in image.getbands() and image.getchannel("A").getextrema()[1] == 0:
        return None
    return image


def _preview(document: PSDImage) -> Image.Image | None:
    """At most 160 pixels; None where there is none, or a blank one."""
    try:
        preview = document.thumbnail()
        if preview is None:
            return None
        preview.load()
    except DECODER_ERRORS:
        return None
    is_jpeg = preview.mode == "RGB"
    preview = preview.convert("RGB")
    if is_jpeg and Resource.THUMBNAIL_RESOURCE not in document.image_resources:
        preview = Image.merge("RGB", preview.split()[::-1])  # Photoshop 4 wrote blue first
    extrema = cast("tuple[tuple[int, int], ...]", preview.getextrema())
    return None if all(low == high for low, high in extrema) else preview


def _are_alike(layers: Image.Image, profile: bytes | None, preview: Image.Image) -> bool:
    """True when the layers, reduced and on white, look like the preview."""
    small = layers.convert("RGBA") if layers.mode == "LA" else layers
    small = small.resize(preview.size, Image.Resampling.BOX)
    clear: Image.Image | None = None
    if "A" in small.getbands():
        clear, small = small.getchannel("A"), small.convert("RGB")
    shown, _ = to_srgb(small, profile)
    if clear is not None:
        ground = Image.new("RGB", shown.size, _GROUND)
        ground.paste(shown, (0, 0), clear)
        shown = ground
    difference = np.abs(np.asarray(shown, np.int16) - np.asarray(preview, np.int16))
    return float(difference.mean()) <= _LIKE_THE_PREVIEW

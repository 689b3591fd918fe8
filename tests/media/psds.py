"""Photoshop documents of every mode, with layers and without, whole and in part."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Compression, Resource
from psd_tools.psd.image_resources import ImageResource, VersionInfo

from tests.media.originals import psd_resource
from tests.media.samples import encoded

BITMAP, GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 0, 1, 2, 3, 4, 7, 8, 9


def document(
    mode: int,
    planes: Sequence[NDArray[np.uint8]],
    *,
    depth: int = 8,
    palette: bytes = b"",
    resources: bytes = b"",
    version: int = 1,
    has_transparency: bool = False,
) -> bytes:
    """Without layers. Further planes are alpha channels.

    Args:
        has_transparency: the first of these says how clear the picture is.
        palette: the colour mode data: 256 reds, greens, blues; or a duotone's inks.
    """
    height, width = planes[0].shape
    head = struct.pack(">4sH6xHIIHH", b"8BPS", version, len(planes), height, width, depth, mode)
    if depth == 1:
        raw = b"".join(np.packbits(plane < 128, axis=1).tobytes() for plane in planes)
    else:
        kind, scale = {8: (">u1", 1), 16: (">u2", 257), 32: (">f4", 1 / 255)}[depth]
        raw = b"".join(
            (plane.astype(np.float64) * scale).astype(kind).tobytes() for plane in planes
        )
    sections = b"".join(struct.pack(">I", len(part)) + part for part in (palette, resources))
    layers = bytes(4 if version == 1 else 8)
    if has_transparency:
        layers = _layer_section(len(planes))
    return head + sections + layers + struct.pack(">H", 0) + raw


def _layer_section(channels: int) -> bytes:
    """One empty layer, whose negative count says that the merged picture may be clear."""
    record = struct.pack(">4iH", 0, 0, 0, 0, channels)
    record += b"".join(struct.pack(">hI", number, 2) for number in range(-1, channels - 1))
    extra = bytes(8) + b"\x05Layer\0\0"
    record += b"8BIMnorm" + bytes((255, 0, 0, 0)) + struct.pack(">I", len(extra)) + extra
    info = struct.pack(">h", -1) + record + bytes(2 * channels)
    info += bytes(len(info) % 2)
    return struct.pack(">II", len(info) + 8, len(info)) + info + bytes(4)


def thumbnail(image: Image.Image, *, is_old: bool = False) -> bytes:
    """Resource 1036, or Photoshop 4's with red and blue exchanged."""
    if is_old:
        image = Image.merge("RGB", image.split()[::-1])
    data = encoded(image, "JPEG", quality=95, subsampling=0)
    width, height = image.size
    row = (width * 24 + 31) // 32 * 4
    head = struct.pack(">6I2H", 1, width, height, row, row * height, len(data), 24, 1)
    return psd_resource(1033 if is_old else 1036, head + data)


def layered(
    layers: Sequence[tuple[Image.Image, tuple[int, int]]],
    size: tuple[int, int],
    *,
    mode: str = "RGB",
    depth: Literal[8, 16] = 8,
    merged: Image.Image | None = None,
    preview: Image.Image | None = None,
    is_old_preview: bool = False,
) -> bytes:
    """A document of layers, each with its left and upper edge.

    Args:
        merged: what stands for all; None: none is there, as with “Maximize Compatibility” off.
    """
    made = PSDImage.new(mode, size, depth=depth)
    for number, (image, (left, top)) in enumerate(layers):
        made.create_pixel_layer(image, name=f"Layer {number}", left=left, top=top)
    out = io.BytesIO()
    made.save(out)
    again = PSDImage.open(io.BytesIO(out.getvalue()))
    record = again._record
    info = VersionInfo(1, merged is not None, "Plantain", "Plantain", 1)
    record.image_resources[Resource.VERSION_INFO] = ImageResource(
        key=Resource.VERSION_INFO.value, data=cast("Any", info)
    )
    pixels = merged if merged is not None else Image.new(mode, size)
    planes = [np.asarray(band) for band in pixels.split()]
    if mode == "CMYK":
        planes = [255 - plane for plane in planes]
    kind, scale = {8: (">u1", 1), 16: (">u2", 257)}[depth]
    record.image_data.set_data(
        [(plane.astype(np.uint32) * scale).astype(kind).tobytes() for plane in planes],
        record.header,
    )
    record.image_data.compression = Compression.RAW
    out = io.BytesIO()
    record.write(out)
    data = out.getvalue()
    return with_resource(data, thumbnail(preview, is_old=is_old_preview)) if preview else data


def with_resource(data: bytes, resource: bytes) -> bytes:
    (palette,) = struct.unpack_from(">I", data, 26)
    at = 30 + palette
    (length,) = struct.unpack_from(">I", data, at)
    return data[:at] + struct.pack(">I", length + len(resource)) + resource + data[at + 4 :]

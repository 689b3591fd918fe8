"""TIFF pictures that Pillow cannot read, or reads wrongly: floats, channels stored apart."""

from __future__ import annotations

import io
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from desktop.core.errors import FileUnsupported
from desktop.media.codecs.source import Encoded, Raster, Source

_MODES = {(1, 1): "L", (1, 2): "LA", (2, 3): "RGB", (2, 4): "RGBA", (5, 4): "CMYK", (5, 5): "CMYK"}
"""Photometric interpretation and channels -> Pillow's mode."""
_PLANAR = 2
_BYTES_A_VALUE = 12


def is_read_wrongly(image: TiffImageFile) -> bool:
    """True for channels of 16 bits stored one after the other, which Pillow mixes up."""
    bits = cast("tuple[int, ...]", image.tag_v2.get(258, (1,)))
    return image.tag_v2.get(284) == _PLANAR and max(bits) > 8


def open_deep_tiff(encoded: Encoded) -> Source:
    """Read the header of the first page.

    Raises:
        FileUnsupported: more unusual than even that, or tifffile is not installed.
        FileTooLarge: too many pixels.
    """
    try:
        import tifffile
    except ImportError as error:
        raise encoded.lacking("This kind of TIFF picture", "tifffile") from error
    with tifffile.TiffFile(io.BytesIO(encoded.data)) as file:
        page = cast("Any", file.pages.first)
        size = int(page.imagewidth), int(page.imagelength)
        encoded.check_size(size)
        channels = int(page.samplesperpixel)
        mode = _MODES.get((int(page.photometric), channels))
        if mode is None or page.imagedepth != 1:
            raise _unusual(encoded)
        orientation = page.tags.valueof(274, 1)
        profile = page.tags.valueof(34675)
        is_several = len(file.pages) > 1

    def load() -> Raster:
        with tifffile.TiffFile(io.BytesIO(encoded.data)) as file:
            page = cast("Any", file.pages.first)
            try:
                values: NDArray[Any] = page.asarray()
            except (ValueError, KeyError) as error:  # packed in a way that tifffile needs help with
                raise _unusual(encoded) from error
            if page.planarconfig == _PLANAR and channels > 1:
                values = np.moveaxis(values, 0, -1)
        image = Image.fromarray(_eight_bit(values)[..., : len(mode)].squeeze(), mode)
        return Raster(image, profile, orientation, 0 if is_several else 1)

    return Source(size, load, memory=size[0] * size[1] * channels * _BYTES_A_VALUE)


def _eight_bit(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Whole numbers by their range; floats from 0 to 1, brighter light is cut off."""
    if values.dtype == np.uint8:
        return values
    scaled = values.astype(np.float32)
    if values.dtype.kind == "f":
        np.nan_to_num(scaled, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
        scaled *= 255
    else:
        scaled *= 255 / np.iinfo(values.dtype).max
    return np.clip(scaled + 0.5, 0, 255).astype(np.uint8)


def _unusual(encoded: Encoded) -> FileUnsupported:
    return FileUnsupported(
        encoded.path,
        "It is a rare kind of TIFF picture that Plantain cannot read.",
        next_step="Save it with 8 or 16 bits a channel, interleaved, to have it in the library.",
    )

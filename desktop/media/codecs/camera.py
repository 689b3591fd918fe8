"""Camera RAW: the preview that the camera made, found by LibRaw; nothing is developed here."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from desktop.core.errors import FileUnsupported
from desktop.media.codecs.raster import open_raster, stated_orientation
from desktop.media.codecs.source import Encoded, Raster, Source

_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's ``flip`` to EXIF's orientation."""


def open_camera(encoded: Encoded) -> Source:
    """Find the preview.

    Raises:
        FileUnsupported: a camera that LibRaw does not know, a file without a preview, or rawpy
            is not installed.
    """
    try:
        import rawpy
    except ImportError as error:
        raise encoded.lacking("A camera RAW picture", "rawpy") from error
    try:
        with rawpy.imread(io.BytesIO(encoded.data)) as raw:
            sizes = raw.sizes
            original = sizes.width, sizes.height
            flip = _ORIENTATIONS.get(sizes.flip, 1)
            preview = raw.extract_thumb()
    except rawpy.LibRawFileUnsupportedError as error:
        if encoded.data[:4] in (b"II*\x00", b"MM\x00*"):
            return open_raster(encoded, "TIFF")  # named like a RAW picture, and it is none
        raise FileUnsupported(
            encoded.path,
            "It is a RAW picture of a camera that Plantain does not know.",
            next_step="Convert it to DNG or JPEG to have it in the library.",
        ) from error
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
        raise FileUnsupported(
            encoded.path,
            "The RAW picture has no preview inside.",
            next_step="Export a JPEG of it to have it in the library.",
        ) from error
    except rawpy.LibRawError as error:
        raise ValueError("damaged") from error
    if isinstance(preview.data, bytes):
        return _jpeg(encoded.holding(preview.data), original, flip)
    pixels = Image.fromarray(preview.data)
    encoded.check_size(pixels.size)
    return Source(pixels.size, lambda: Raster(pixels, None, flip), original)


def _jpeg(preview: Encoded, original: tuple[int, int], flip: int) -> Source:
    source = open_raster(preview, "JPEG")

    def load() -> Raster:
        raster = source.load()
        # Some cameras turn the preview, some write how to turn it, some leave it to the RAW part.
        with JpegImageFile(io.BytesIO(preview.data)) as header:
            orientation = stated_orientation(header) or flip
        return replace(raster, orientation=orientation)

    return Source(source.size, load, original)

"""Camera RAW: the preview that the camera made, found by LibRaw; nothing is developed here."""

from __future__ import annotations

import io
import struct
from dataclasses import replace

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.iso_media import main_brand
from desktop.media.formats.jpeg import JPEG
from desktop.media.formats.tiff import TIFF, TIFF_MARKS

_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's ``flip`` to EXIF's orientation."""
_DNG_VERSION = 50706
_SUFFIXES = (
    *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".raf", ".orf"),
    *(".rw2", ".rwl", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".mrw", ".x3f", ".kdc"),
    *(".dcr", ".mos"),
)
_SIGNATURES = (*(b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00", b"\x00MRM", b"FOVb"),)


def _open(encoded: Encoded) -> Source:
    """Find the preview.

    Raises:
        FileUnsupported: a camera that LibRaw does not know, a file without a preview, or rawpy
            is not installed.
    """
    try:
        import rawpy
    except ImportError as error:
        raise encoded.lacking(tr("A camera RAW picture"), "rawpy") from error
    try:
        with rawpy.imread(io.BytesIO(encoded.data)) as raw:
            sizes = raw.sizes
            original = sizes.width, sizes.height
            flip = _ORIENTATIONS.get(sizes.flip, 1)
            preview = raw.extract_thumb()
    except rawpy.LibRawFileUnsupportedError as error:
        if encoded.data.startswith(TIFF_MARKS):
            return TIFF.open(encoded)  # an ordinary TIFF with the suffix of a RAW format
        raise FileUnsupported(
            encoded.path,
            tr("It is a RAW picture of a camera that Plantain does not know."),
            next_step=tr("Convert it to DNG or JPEG to have it in the library."),
        ) from error
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
        raise FileUnsupported(
            encoded.path,
            tr("The RAW picture has no preview inside."),
            next_step=tr("Export a JPEG of it to have it in the library."),
        ) from error
    except rawpy.LibRawError as error:
        raise ValueError("damaged") from error
    if isinstance(preview.data, bytes):
        return _jpeg(encoded.holding(preview.data), original, flip)
    from PIL import Image

    pixels = Image.fromarray(preview.data)
    encoded.check_size(pixels.size)
    return Source(pixels.size, lambda: Raster(pixels, None, flip), original)


def _jpeg(preview: Encoded, original: tuple[int, int], flip: int) -> Source:
    from PIL.JpegImagePlugin import JpegImageFile

    from desktop.media.formats.pillow import stated_orientation

    source = JPEG.open(preview)

    def load() -> Raster:
        raster = source.load()
        # Some cameras turn the preview, some write how to turn it, some leave it to the RAW part.
        with JpegImageFile(io.BytesIO(preview.data)) as header:
            orientation = stated_orientation(header) or flip
        return replace(raster, orientation=orientation)

    return Source(source.size, load, original)


def _is_raw(data: bytes, suffix: str) -> bool:
    """Most RAW formats call themselves TIFF: then the name tells, or what is inside."""
    if data.startswith(TIFF.signatures):
        return suffix in _SUFFIXES or _is_raw_tiff(data)
    is_canon = main_brand(data) == b"crx " or data[6:14] == b"HEAPCCDR"
    return is_canon or data.startswith(_SIGNATURES)


def _is_raw_tiff(data: bytes) -> bool:
    """True for Canon's CR2, and for a DNG, which has the version of its standard inside."""
    if data[8:10] == b"CR":
        return True
    order = "<" if data[:1] == b"I" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        tags = [
            struct.unpack_from(order + "H", data, start + 2 + 12 * index)[0]
            for index in range(min(count, 512))
        ]
    except struct.error:
        return False
    return _DNG_VERSION in tags


RAW = PictureFormat(
    name="RAW",
    label=marked("RAW picture"),
    suffixes=_SUFFIXES,
    signatures=_SIGNATURES,
    recognise=_is_raw,
    libraries=("rawpy",),
    open=_open,
)

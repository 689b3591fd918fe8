"""Formats that Pillow decodes, and HEIC through its plug-in."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import ExifTags, ImageCms, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.IcoImagePlugin import IcoImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TgaImagePlugin import TgaImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from desktop.media.codecs import jpeg2000
from desktop.media.codecs.deep_tiff import is_read_wrongly, open_deep_tiff
from desktop.media.codecs.source import BYTES_A_PIXEL, Encoded, Raster, Source

# Everything that Pillow's parsers are known to raise on bytes made to confuse them.
DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, OverflowError),
    *(TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
    *(ImageCms.PyCMSError, Warning),
)

# The plug-ins are called directly: ``Image.open`` would compare the header with the process-wide
# ``Image.MAX_IMAGE_PIXELS``, refuse what ``DecodeLimits`` allows and warn about the rest.
_PLUG_INS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "AVIF": AvifImageFile,
    "BMP": BmpImageFile,
    "GIF": GifImageFile,
    "ICO": IcoImageFile,
    "JP2": Jpeg2KImageFile,
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "TGA": TgaImageFile,
    "TIFF": TiffImageFile,
    "WEBP": WebPImageFile,
}
_WEBP_BYTES_A_PIXEL = 20
"""Two canvases of its animation decoder, the frame taken from it, and what everybody takes."""
_MOST_MEMORY = 1_600_000_000
_PNG_MARK = b"\x89PNG\r\n\x1a\n"


def open_raster(encoded: Encoded, format_name: str) -> Source:
    """Read the header of a picture in one of Pillow's formats.

    Raises:
        FileError: too large, or not installed.
        DECODER_ERRORS: damaged.
    """
    if format_name == "WEBP":
        return _open_late(encoded, format_name, _webp_size(encoded.data), _WEBP_BYTES_A_PIXEL)
    if format_name == "ICO":
        return _open_late(encoded, format_name, _icon_size(encoded.data), BYTES_A_PIXEL)
    plug_in = _heif_plug_in(encoded) if format_name == "HEIC" else _PLUG_INS[format_name]
    try:
        image = plug_in(io.BytesIO(encoded.data))
    except SyntaxError as error:
        if "unknown pixel mode" not in str(error):
            raise
        return open_deep_tiff(encoded)
    if isinstance(image, TiffImageFile) and is_read_wrongly(image):
        return open_deep_tiff(encoded)
    original: tuple[int, int] | None = None
    size = image.size
    profile: object = image.info.get("icc_profile")
    if isinstance(image, JpegImageFile):
        original = _reduce_jpeg(encoded, image)
        size = image.size
    elif isinstance(image, Jpeg2KImageFile):
        original, profile = size, jpeg2000.colour_profile(encoded.data)
        size = _reduce_jpeg2000(encoded, image)
    encoded.check_size(size)

    def load() -> Raster:
        image.load()
        encoded.check_size(image.size)  # some headers lie, and some decoders do not mind
        # Pillow turns TIFF upright itself while loading, and swaps the size beforehand.
        orientation = 1 if isinstance(image, TiffImageFile) else stated_orientation(image) or 1
        icc = profile if isinstance(profile, bytes) else None
        if isinstance(image, TgaImageFile) and not encoded.data[17] & 0x0F:
            return Raster(image.convert("RGB"), icc)  # its fourth byte is said to mean nothing
        return Raster(image, icc, orientation, _frame_count(image))

    return Source(size, load, original)


def _open_late(
    encoded: Encoded, format_name: str, size: tuple[int, int], bytes_a_pixel: int
) -> Source:
    """For decoders that take the memory for all pixels as soon as they are made."""
    encoded.check_size(size, min(encoded.limits.max_pixels, _MOST_MEMORY // bytes_a_pixel))

    def load() -> Raster:
        image = _PLUG_INS[format_name](io.BytesIO(encoded.data))
        image.load()
        profile: object = image.info.get("icc_profile")
        icc = profile if isinstance(profile, bytes) else None
        return Raster(image, icc, stated_orientation(image) or 1, _frame_count(image))

    return Source(size, load, memory=size[0] * size[1] * bytes_a_pixel)


def stated_orientation(image: ImageFile.ImageFile) -> int:
    """The EXIF orientation, 1 to 8; 0 when there is none or it cannot be read."""
    try:
        value: object = image.getexif().get(ExifTags.Base.Orientation, 0)
    except DECODER_ERRORS:
        return 0
    return value if isinstance(value, int) and 1 <= value <= 8 else 0


def _heif_plug_in(encoded: Encoded) -> Callable[[io.BytesIO], ImageFile.ImageFile]:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise encoded.lacking("A HEIC picture", "pillow-heif") from error
    return HeifImageFile


def _reduce_jpeg(encoded: Encoded, image: JpegImageFile) -> tuple[int, int] | None:
    """Decode no more of it than needed; returns the whole picture's size if that is less."""
    stored = image.size
    # libjpeg keeps a progressive file's coefficients at full size whatever the reduction, so only
    # a baseline file may be larger than what is decoded.
    is_progressive = bool(image.info.get("progressive"))
    limits = encoded.limits
    encoded.check_size(stored, limits.max_pixels if is_progressive else limits.max_header_pixels)
    factor = encoded.needed.factor(stored)
    if factor > 1:
        image.draft(None, (stored[0] // factor, stored[1] // factor))
    return stored if image.size != stored else None


def _reduce_jpeg2000(encoded: Encoded, image: Jpeg2KImageFile) -> tuple[int, int]:
    """The same by leaving out the finest wavelets; returns what will be decoded."""
    encoded.check_size(image.size, encoded.limits.max_header_pixels)
    halvings = encoded.needed.factor(image.size).bit_length() - 1
    halvings = min(halvings, jpeg2000.resolution_levels(encoded.data))
    image.reduce = halvings
    width, height = image.size
    return -(-width >> halvings) or 1, -(-height >> halvings) or 1


def _icon_size(data: bytes) -> tuple[int, int]:
    """Of its largest picture, as each one states it: the icon's own list may say less."""
    sizes: list[tuple[int, int]] = []
    for index in range(struct.unpack_from("<H", data, 4)[0]):
        (start,) = struct.unpack_from("<I", data, 18 + 16 * index)
        if data.startswith(_PNG_MARK, start):
            sizes.append(struct.unpack_from(">II", data, start + 16))
        else:
            width, height = struct.unpack_from("<ii", data, start + 4)
            sizes.append((abs(width), abs(height) // 2))
    return max(sizes, key=lambda size: size[0] * size[1])


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        sides = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    elif kind == b"VP8 ":
        sides = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise ValueError("no picture chunk")
    width, height = sides
    return width, height


def _frame_count(image: ImageFile.ImageFile) -> int:
    """1 for a still, the count where the header has it, 0 for an uncounted animation."""
    if isinstance(image, (GifImageFile, TiffImageFile)):
        try:
            return 0 if image.is_animated else 1
        except DECODER_ERRORS:
            return 1  # the second frame is broken; the first, which we show, may not be
    if isinstance(image, IcoImageFile):
        return 1  # the same picture in several sizes
    return max(1, int(getattr(image, "n_frames", 1)))

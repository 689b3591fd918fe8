"""A file, or bytes of one, to an upright sRGB picture; and a picture to an encoder's input.

Safe on whatever a folder holds: sizes are checked from the header before any pixel is allocated,
only the listed decoders run, and every failure is a ``FileError`` with a sentence. Everything here
may run in several threads at once; Pillow's decoders release the GIL while they work.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.core.pixels import PixelSpec
from desktop.media import formats
from desktop.media.colour import to_srgb
from desktop.media.reading import read_regular_file

PASTED = Path("pasted picture")
"""Stands in an error for the path of a picture that came as bytes."""


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What is refused before it can hurt.

    Attributes:
        max_bytes: size of a file.
        max_pixels: pixels that a decoder may allocate, after a JPEG's reduction.
        max_header_pixels: pixels that a header may claim before the reduction, so that the
            200-megapixel JPEGs of telephones still open.
    """

    max_bytes: int = 512 * 1024 * 1024
    max_pixels: int = 120_000_000
    max_header_pixels: int = 400_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: mode RGB, upright, sRGB, transparency flattened on mid-grey; maybe reduced, with
            both sides at least ``at_least`` (or full size where the original is smaller).
        width, height: upright size of the original, pixels.
        format: one of ``formats.ALLOWED_FORMATS``.
        content_hash: BLAKE2b-128 of the file's bytes, 32 hex digits.
        has_alpha: some pixel of the original is not opaque.
        frame_count: 1 for a still; 0 for several, uncounted because counting costs a decode.
    """

    image: Image.Image
    width: int
    height: int
    format: str
    content_hash: str
    has_alpha: bool
    frame_count: int


# The plug-ins are called directly: ``Image.open`` would compare the header with the process-wide
# ``Image.MAX_IMAGE_PIXELS``, refuse what ``DecodeLimits`` allows and warn about the rest.
_DECODERS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
    "TIFF": TiffImageFile,
}

_TRANSPOSE: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Everything that Pillow's parsers are known to raise on bytes made to confuse them.
_DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, OverflowError),
    *(TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
    *(ImageCms.PyCMSError, Warning),
)


def load_picture(
    source: Path | bytes, *, at_least: int = 0, limits: DecodeLimits | None = None
) -> Picture:
    """Read and decode the first frame of a picture.

    Args:
        source: a file, which is read once, or the bytes of one.
        at_least: the shorter side that the caller needs, pixels; larger pictures may be reduced
            while decoding, which is several times faster. 0 decodes at full size.
        limits: what to refuse; the defaults of ``DecodeLimits`` when None.

    Raises:
        FileUnreadable: gone, not permitted, the disk fails.
        FileDamaged: empty, cut off, or not what its first bytes announce.
        FileUnsupported: not one of our formats, whatever its name says.
        FileTooLarge: beyond ``limits``, or the memory.
    """
    limits = limits or DecodeLimits()
    if isinstance(source, Path):
        path, data = source, read_regular_file(source, limits.max_bytes)
    else:
        path, data = PASTED, source
        if len(data) > limits.max_bytes:
            raise FileTooLarge(path, f"It is larger than {limits.max_bytes / 2**20:.0f} MB.")
    format_name = _format_of(path, data)
    formats.quiet_decoders()
    try:
        return _decode(path, data, format_name, at_least, limits)
    except FileError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise FileTooLarge(
            path,
            "The picture needs more memory than is safe to use.",
            next_step="Save a smaller copy to have it in the library.",
        ) from error
    except _DECODER_ERRORS as error:
        raise FileDamaged(
            path,
            f"The {format_name} picture is damaged or incomplete.",
            next_step="Copy it again from where it came from, or export it anew.",
        ) from error


def _format_of(path: Path, data: bytes) -> str:
    if not data:
        raise FileDamaged(path, "The picture is empty (0 bytes).")
    format_name = formats.sniff_format(data[:16])
    if format_name:
        return format_name
    if formats.is_cut_off_signature(data):
        raise FileDamaged(
            path,
            f"The file breaks off after {len(data)} bytes.",
            next_step="Copy it again from where it came from.",
        )
    if not data[:4096].strip(b"\x00"):
        raise FileDamaged(
            path,
            "The file holds only zeros, as after an interrupted copy.",
            next_step="Copy it again from where it came from.",
        )
    looks_like = formats.describe_foreign(data[:512])
    inside = f" Its content is {looks_like}." if looks_like else ""
    raise FileUnsupported(
        path,
        f"This is not a picture that Plantain can read.{inside}",
        next_step="Save it as JPEG, PNG, WebP, GIF, BMP or TIFF to have it in the library.",
    )


def _decode(
    path: Path, data: bytes, format_name: str, at_least: int, limits: DecodeLimits
) -> Picture:
    if format_name == "WEBP":
        _check_webp_canvas(path, data, limits)
    with _DECODERS[format_name](io.BytesIO(data)) as image:
        stored = image.size
        is_reduced = False
        if isinstance(image, JpegImageFile):
            # libjpeg keeps a progressive file's coefficients at full size whatever the reduction,
            # so only a baseline file may be larger than what is decoded.
            is_progressive = bool(image.info.get("progressive"))
            ceiling = limits.max_pixels if is_progressive else limits.max_header_pixels
            _check_size(path, stored, ceiling)
            if at_least > 0:
                image.draft(None, (at_least, at_least))
            is_reduced = image.size != stored
        _check_size(path, image.size, limits.max_pixels)
        frame_count = _frame_count(image)
        if isinstance(image, TiffImageFile):
            # Pillow turns TIFF upright itself while loading, and swaps the size beforehand.
            image.load()
            orientation = 1
            stored = image.size
        else:
            image.load()
            orientation = _orientation(image)
        if not is_reduced:
            stored = image.size
        profile = image.info.get("icc_profile")
        pixels = _reduce(image, at_least)
        pixels, has_alpha = to_srgb(pixels, profile if isinstance(profile, bytes) else None)
        if orientation in _TRANSPOSE:
            pixels = pixels.transpose(_TRANSPOSE[orientation])
        elif pixels is image:
            pixels = image.copy()
    pixels.info.clear()
    width, height = stored[::-1] if orientation >= 5 else stored
    return Picture(
        image=pixels,
        width=width,
        height=height,
        format=format_name,
        content_hash=hashlib.blake2b(data, digest_size=16).hexdigest(),
        has_alpha=has_alpha,
        frame_count=frame_count,
    )


def _check_size(path: Path, size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width <= 0 or height <= 0:
        raise FileDamaged(path, "The picture has no width or no height.")
    if width * height > max_pixels:
        raise FileTooLarge(
            path,
            f"The picture is {width} × {height} pixels, more than the "
            f"{max_pixels / 1_000_000:g} megapixels that are safe to open.",
            next_step="Save a smaller copy to have it in the library.",
        )


def _check_webp_canvas(path: Path, data: bytes, limits: DecodeLimits) -> None:
    """Check the size before the decoder, which allocates the canvas when it is made."""
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        _check_size(path, (width, height), limits.max_pixels)
    elif kind == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        _check_size(path, size, limits.max_pixels)
    elif kind == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack_from("<HH", data, 26)
        if width & 0x3FFF and height & 0x3FFF:
            _check_size(path, (width & 0x3FFF, height & 0x3FFF), limits.max_pixels)


def _frame_count(image: ImageFile.ImageFile) -> int:
    """1 for a still, the count where the header has it, 0 for an uncounted animation."""
    if isinstance(image, (PngImageFile, WebPImageFile)):
        return max(1, int(getattr(image, "n_frames", 1)))
    if isinstance(image, (GifImageFile, TiffImageFile)):
        try:
            return 0 if image.is_animated else 1
        except _DECODER_ERRORS:
            return 1  # the second frame is broken; the first, which we show, may not be
    return 1


def _orientation(image: ImageFile.ImageFile) -> int:
    """The EXIF orientation, 1 to 8; 1 when there is none or it cannot be read."""
    try:
        value: object = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _reduce(image: Image.Image, at_least: int) -> Image.Image:
    """Average whole blocks of pixels where both sides stay ``at_least``; saves the steps after.

    Palette and one-bit pictures are left alone: their numbers are not amounts of light.
    """
    factor = min(image.size) // at_least if at_least > 0 else 1
    is_amount = image.mode in {"RGB", "RGBA", "L", "LA", "CMYK"}
    if factor < 2 or not is_amount or "transparency" in image.info:
        return image
    return image.reduce(factor)


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

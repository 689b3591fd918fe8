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
from contextlib import AbstractContextManager, nullcontext
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
class Needed:
    """How large a picture must stay; the rest may go while decoding, which is much faster.

    Attributes:
        shorter, longer: least length of either side, pixels; 0 asks for nothing.
    """

    shorter: int = 0
    longer: int = 0

    def factor(self, size: tuple[int, int]) -> int:
        """By how much both sides of a picture of ``size`` may be divided; 1 for not at all."""
        shorter, longer = sorted(size)
        factors = [
            have // need for have, need in ((shorter, self.shorter), (longer, self.longer)) if need
        ]
        return max(1, min(factors, default=1))


Room = Callable[[int], AbstractContextManager[object]]
"""Waits until so many bytes may be taken for decoding; they are given back on leaving."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: mode RGB, upright, sRGB, transparency flattened on mid-grey; maybe reduced, as
            far as ``Needed`` allows.
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


_BYTES_A_PIXEL = 8
"""What decoding takes: 4 in Pillow's own memory, and as much again for a copy in another mode."""

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
    source: Path | bytes,
    *,
    at_least: int | Needed = 0,
    limits: DecodeLimits | None = None,
    room: Room = nullcontext,
) -> Picture:
    """Read and decode the first frame of a picture.

    Args:
        source: a file, which is read once, or the bytes of one.
        at_least: the shorter side that the caller needs, pixels, or what it needs of both; larger
            pictures may be reduced while decoding. 0 decodes at full size.
        limits: what to refuse; the defaults of ``DecodeLimits`` when None.
        room: asked for memory once the header has told how much the pixels take.

    Raises:
        FileUnreadable: gone, not permitted, the disk fails.
        FileDamaged: empty, cut off, or not what its first bytes announce.
        FileUnsupported: not one of our formats, whatever its name says.
        FileTooLarge: beyond ``limits``, or the memory.
    """
    limits = limits or DecodeLimits()
    needed = at_least if isinstance(at_least, Needed) else Needed(shorter=at_least)
    if isinstance(source, Path):
        path, data = source, read_regular_file(source, limits.max_bytes)
    else:
        path, data = PASTED, source
        if len(data) > limits.max_bytes:
            raise FileTooLarge(path, f"It is larger than {limits.max_bytes / 2**20:.0f} MB.")
    format_name = _format_of(path, data)
    formats.quiet_decoders()
    try:
        return _decode(path, data, format_name, needed, limits, room)
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
    path: Path,
    data: bytes,
    format_name: str,
    needed: Needed,
    limits: DecodeLimits,
    room: Room,
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
            factor = needed.factor(stored)
            if factor > 1:
                image.draft(None, (stored[0] // factor, stored[1] // factor))
            is_reduced = image.size != stored
        _check_size(path, image.size, limits.max_pixels)
        frame_count = _frame_count(image)
        with room(image.size[0] * image.size[1] * _BYTES_A_PIXEL):
            image.load()
            # Pillow turns TIFF upright itself while loading, and swaps the size beforehand.
            orientation = 1 if isinstance(image, TiffImageFile) else _orientation(image)
            if not is_reduced:
                stored = image.size
            profile = image.info.get("icc_profile")
            pixels = _reduce(image, needed.factor(image.size))
            pixels, has_alpha = to_srgb(pixels, profile if isinstance(profile, bytes) else None)
            if orientation in _TRANSPOSE:
                pixels = pixels.transpose(_TRANSPOSE[orientation])
            elif pixels is image:
                pixels = image.copy()
            # What is left of the full size must be gone before others are given the room.
            image.close()
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


_STRIP_ROWS = 256
_AMOUNTS_OF_LIGHT = {"1": "L", "P": "RGB", "PA": "RGBA", "LA": "RGBA", "RGBA": "RGBA"}
"""Modes whose numbers cannot be averaged as they are, and those in which they can."""


def _reduce(image: Image.Image, factor: int) -> Image.Image:
    """Average blocks of ``factor`` × ``factor`` pixels: less time and memory in later steps."""
    if factor < 2:
        return image
    mode = "RGBA" if image.has_transparency_data else _AMOUNTS_OF_LIGHT.get(image.mode, image.mode)
    if image.mode == mode and mode in {"RGB", "L", "CMYK"}:
        return image.reduce(factor)
    if mode not in {"RGB", "RGBA", "L"}:
        return image
    # Converted strip by strip: a copy of the whole in another mode can be half a gigabyte.
    width, height = image.size
    reduced = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _STRIP_ROWS // factor)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(height, top + rows))).convert(mode)
        reduced.paste(strip.reduce(factor), (0, top // factor))
    return reduced


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

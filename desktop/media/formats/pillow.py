"""What all formats share that Pillow decodes.

Its plug-ins are called directly: ``Image.open`` would compare the header with the process-wide
``Image.MAX_IMAGE_PIXELS``, refuse what ``DecodeLimits`` allows and warn about the rest.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from collections.abc import Callable

from PIL import ExifTags, ImageCms, ImageFile

from desktop.media.formats.format import (
    BYTES_A_PIXEL,
    GREY_BYTES_A_PIXEL,
    Encoded,
    Raster,
    Source,
)
from desktop.media.stated_colour import ADOBE_RGB, StatedColour

# Everything that Pillow's parsers are known to raise on bytes made to confuse them.
DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, OverflowError),
    *(TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
    *(ImageCms.PyCMSError, Warning),
)
_DEEP_GREY = 16
"""Bytes for a pixel of 16 or 32 bits, and for the fractions on the way to 8."""
_MOST_MEMORY = 1_600_000_000
_UNCALIBRATED = 0xFFFF
_ADOBE_RGB_OF_CAMERAS = "R03"
"""Design rule for Camera File system, DCF 2.0, option file."""
_ADOBE_RGB_OF_SOME = 2
"""Not in the standard; some cameras and programs write it."""
_QUIET = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


def opened(
    encoded: Encoded,
    image: ImageFile.ImageFile,
    *,
    size: tuple[int, int] | None = None,
    original: tuple[int, int] | None = None,
    profile: bytes | None = None,
    stated: StatedColour | None = None,
    mode: str | None = None,
    is_upright: bool = False,
    is_animated: Callable[[], bool] | None = None,
) -> Source:
    """A picture whose header a plug-in has read.

    Args:
        size: pixels that will be decoded; None: as the header says.
        original: as of ``Source``.
        profile: the embedded ICC profile, where the plug-in does not find it.
        stated: how the colours are meant, where the format says it itself; EXIF is asked otherwise.
        mode: to convert the pixels to before anything else looks at them.
        is_upright: the plug-in turns the picture itself.
        is_animated: asked after decoding, for a plug-in that would decode all frames to count them.

    Raises:
        FileError: too large, or without a size.
    """
    size = size or image.size
    profile = profile or profile_of(image)
    memory = _memory(encoded, size, image.mode)

    def load() -> Raster:
        image.load()
        _memory(encoded, image.size, image.mode)  # some headers lie, some decoders do not mind
        orientation = 1 if is_upright or mode else stated_orientation(image) or 1
        count = _uncounted_frames(is_animated) if is_animated else _counted_frames(image)
        pixels = image.convert(mode) if mode else image
        return Raster(pixels, profile, orientation, count, stated or stated_by_exif(image))

    return Source(size, load, original, memory)


def _memory(encoded: Encoded, size: tuple[int, int], mode: str) -> int:
    """Bytes that decoding to this mode takes, and what is made of the pixels.

    Raises:
        FileError: too large, or without a size.
    """
    encoded.check_size(size, encoded.limits.max_header_pixels)
    factor = encoded.needed.factor(size)
    is_deep = mode in {"I", "F"} or mode.startswith("I;")
    if factor == 1:
        each = _DEEP_GREY if is_deep else GREY_BYTES_A_PIXEL if mode in "1L" else BYTES_A_PIXEL
        return encoded.check_memory(size, 0, bytes_a_pixel=each)
    stored = 1 if mode in {"1", "L", "P"} else 2 if mode.startswith("I;16") else 4
    return encoded.check_memory(size, size[0] * size[1] * stored, factor=factor)


def opened_late(
    encoded: Encoded,
    plug_in: Callable[[io.BytesIO], ImageFile.ImageFile],
    size: tuple[int, int],
    bytes_a_pixel: int,
    *,
    is_still: bool = False,
) -> Source:
    """For plug-ins that take the memory for all pixels as soon as they are made.

    Args:
        size: pixels, read from the header without the plug-in.
        bytes_a_pixel: what decoding takes.
        is_still: do not ask the plug-in for the number of frames.

    Raises:
        FileError: too large, or without a size.
    """
    encoded.check_size(size, min(encoded.limits.max_pixels, _MOST_MEMORY // bytes_a_pixel))

    def load() -> Raster:
        image = plug_in(io.BytesIO(encoded.data))
        image.load()
        count = 1 if is_still else _counted_frames(image)
        return Raster(image, profile_of(image), stated_orientation(image) or 1, count)

    return Source(size, load, memory=size[0] * size[1] * bytes_a_pixel)


def stated_orientation(image: ImageFile.ImageFile) -> int:
    """The EXIF orientation, 1 to 8; 0 when there is none or it cannot be read."""
    try:
        value: object = image.getexif().get(ExifTags.Base.Orientation, 0)
    except DECODER_ERRORS:
        return 0
    return value if isinstance(value, int) and 1 <= value <= 8 else 0


def stated_by_exif(image: ImageFile.ImageFile) -> StatedColour | None:
    """Adobe RGB where EXIF says so, as cameras and Photoshop do; None for anything else."""
    if image.format == "PNG" or image.mode != "RGB":
        return None
    try:
        exif = image.getexif()
        space: object = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        if space == _ADOBE_RGB_OF_SOME:
            return ADOBE_RGB
        if space != _UNCALIBRATED:
            return None
        index: object = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex)
    except DECODER_ERRORS:
        return None
    return ADOBE_RGB if str(index).strip("\0 ") == _ADOBE_RGB_OF_CAMERAS else None


def quiet_decoders() -> None:
    """Keep Pillow's remarks about odd files ("Corrupt EXIF data") off people's terminals.

    Pillow speaks through ``warnings``, whose filters belong to the whole process;
    ``catch_warnings`` swaps them and is not thread-safe, so it cannot be used around one decode
    of several. Instead one filter, for warnings raised inside ``PIL`` only, is put in front of the
    list and stays. The decoder calls this before every file, which costs a look at the list, so
    the filter also survives someone else's ``catch_warnings``. Deprecations are attributed to the
    caller's module and stay visible. Thread-safe: at worst two threads both put it there, and
    ``warnings`` keeps one.
    """
    if _QUIET not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")


def _uncounted_frames(is_animated: Callable[[], bool]) -> int:
    """1 for a still, 0 for an animation, whose frames are not counted."""
    try:
        return 0 if is_animated() else 1
    except DECODER_ERRORS:
        return 1  # the second frame is broken; the first, which is shown, may not be


def _counted_frames(image: ImageFile.ImageFile) -> int:
    return max(1, int(getattr(image, "n_frames", 1)))


def profile_of(image: ImageFile.ImageFile) -> bytes | None:
    """The embedded ICC profile."""
    profile: object = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else None

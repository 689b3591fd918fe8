"""A file, or bytes of one, to an upright sRGB picture; and a picture to an encoder's input.

Safe on whatever a folder holds: sizes are checked from the header before any pixel is allocated,
only the listed decoders run, those that are not used to strangers' files run in the sandbox, and
every failure is a ``FileError`` with a sentence. Everything here may run in several threads at
once; Pillow's decoders release the GIL while they work.
"""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.core.pixels import PixelSpec
from desktop.media import formats
from desktop.media.codecs.camera import open_camera
from desktop.media.codecs.document import open_document
from desktop.media.codecs.drawing import open_drawing
from desktop.media.codecs.photoshop import open_photoshop
from desktop.media.codecs.raster import DECODER_ERRORS, open_raster
from desktop.media.codecs.source import Encoded, Raster
from desktop.media.colour import to_srgb
from desktop.media.decode_limits import DecodeLimits, Needed, Room
from desktop.media.reading import read_regular_file
from desktop.media.sandbox.pool import Sandbox

PASTED = Path("pasted picture")
"""Stands in an error for the path of a picture that came as bytes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: mode RGB, upright, sRGB, transparency flattened on mid-grey; maybe reduced, as
            far as ``Needed`` allows.
        width, height: upright size of the original, pixels; of a drawing or a page, as it states
            it (CSS pixels, points).
        format: one of ``formats.ALLOWED_FORMATS``.
        content_hash: BLAKE2b-128 of the file's bytes, 32 hex digits.
        has_alpha: some pixel of the original is not opaque.
        frame_count: 1 for a still; frames of an animation, pages of a document; 0 for several,
            uncounted because counting costs a decode.
    """

    image: Image.Image
    width: int
    height: int
    format: str
    content_hash: str
    has_alpha: bool
    frame_count: int


_OPENERS = {
    "PDF": open_document,
    "PSD": open_photoshop,
    "RAW": open_camera,
    "SVG": open_drawing,
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


def load_picture(
    source: Path | bytes,
    *,
    at_least: int | Needed = 0,
    limits: DecodeLimits | None = None,
    room: Room = nullcontext,
    sandbox: Sandbox | None = None,
) -> Picture:
    """Read and decode the first frame of a picture.

    Args:
        source: a file, which is read once, or the bytes of one.
        at_least: the shorter side that the caller needs, pixels, or what it needs of both; larger
            pictures may be reduced while decoding. 0 decodes at full size.
        limits: what to refuse; the defaults of ``DecodeLimits`` when None.
        room: asked for memory once the header has told how much the pixels take.
        sandbox: decodes what is not in ``formats.ROBUST_FORMATS``; None: everything is decoded in
            this process, which is for files that nobody else made.

    Raises:
        FileUnreadable: gone, not permitted, the disk fails.
        FileDamaged: empty, cut off, or not what its first bytes announce.
        FileUnsupported: not one of our formats, whatever its name says.
        FileTooLarge: beyond ``limits``, or the memory, or the time.
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
    if sandbox is None or format_name in formats.ROBUST_FORMATS:
        return decode_bytes(data, path, format_name, needed, limits, room=room)
    return sandbox.run(decode_bytes, data, path, PASTED, format_name, needed, limits, room=room)


def decode_bytes(
    data: bytes,
    path: Path,
    format_name: str,
    needed: Needed,
    limits: DecodeLimits,
    *,
    room: Room,
) -> Picture:
    """Decode in this process; as ``load_picture``, once the format is known.

    Args:
        path: for errors.
    """
    formats.quiet_decoders()
    what = formats.LABELS[format_name]
    try:
        return _decode(Encoded(path, data, needed, limits), format_name, room)
    except FileError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise FileTooLarge(
            path,
            "The picture needs more memory than is safe to use.",
            next_step="Save a smaller copy to have it in the library.",
        ) from error
    except DECODER_ERRORS as error:
        raise FileDamaged(
            path,
            f"The {what} is damaged or incomplete.",
            next_step="Copy it again from where it came from, or export it anew.",
        ) from error


def _format_of(path: Path, data: bytes) -> str:
    if not data:
        raise FileDamaged(path, "The picture is empty (0 bytes).")
    format_name = formats.sniff_format(data, path)
    if format_name in formats.LABELS:
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
    looks_like = "a video" if format_name == "VIDEO" else formats.describe_foreign(data[:512])
    inside = f" Its content is {looks_like}." if looks_like else ""
    raise FileUnsupported(
        path,
        f"This is not a picture that Plantain can read.{inside}",
        next_step="Save it as JPEG, PNG, WebP or TIFF to have it in the library.",
    )


def _decode(encoded: Encoded, format_name: str, room: Room) -> Picture:
    opener = _OPENERS.get(format_name)
    source = opener(encoded) if opener else open_raster(encoded, format_name)
    with room(source.cost()):
        raster = source.load()
        original = source.original or raster.image.size
        pixels, has_alpha = _upright(raster, encoded.needed)
        # What is left of the full size must be gone before others are given the room.
        raster.image.close()
    pixels.info.clear()
    width, height = original[::-1] if raster.orientation >= 5 else original
    return Picture(
        image=pixels,
        width=width,
        height=height,
        format=format_name,
        content_hash=hashlib.blake2b(encoded.data, digest_size=16).hexdigest(),
        has_alpha=has_alpha,
        frame_count=raster.frame_count,
    )


def _upright(raster: Raster, needed: Needed) -> tuple[Image.Image, bool]:
    """The pixels as a picture of their own, upright and sRGB; whether any of them was clear."""
    image = raster.image
    pixels = _reduce(image, needed.factor(image.size))
    pixels, has_alpha = to_srgb(pixels, raster.profile)
    if raster.orientation in _TRANSPOSE:
        pixels = pixels.transpose(_TRANSPOSE[raster.orientation])
    elif pixels is image:
        pixels = image.copy()
    return pixels, has_alpha


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

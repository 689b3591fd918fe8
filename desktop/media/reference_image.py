"""A picture re-encoded for a generator: smaller, and nothing but its pixels."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from desktop.media.formats.format import Needed
from desktop.media.reference_picture import Part, reference_picture
from desktop.media.sandbox.pool import Sandbox

JPEG = "image/jpeg"
PNG = "image/png"


def encoded_size(data: bytes) -> tuple[int, int]:
    """Width and height of what ``reference_image`` made."""
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def as_it_came(data: bytes) -> tuple[str, int, int]:
    """MIME type, width and height of a picture that is sent back unchanged.

    Only its head is read. Of what is no picture: nothing known.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            return Image.MIME[image.format or ""], *image.size
    except (OSError, KeyError, ValueError):
        return "", 0, 0


def reference_image(
    path: Path | bytes,
    *,
    long_side: int = 1536,
    part: Part | None = None,
    moment_ms: int | None = None,
    sandbox: Sandbox | None = None,
) -> tuple[bytes, str]:
    """Re-encode a picture for a generator.

    Camera, place, author, colour profile and the file's name stay here. What is clear stays clear:
    a logo on grey would come back on grey.

    Args:
        path: the file, or the bytes of one.
        part, moment_ms, sandbox: as for ``reference_picture``.
        long_side: the most pixels along the longer side; smaller pictures are not enlarged.

    Returns:
        Bytes (upright, sRGB, no metadata) and their MIME type: JPEG of quality 90, PNG where some
        pixel is not opaque.

    Raises:
        FileError: as ``reference_picture``.
    """
    needed = Needed(shorter=long_side, keeps_alpha=True)
    image = reference_picture(path, needed, part=part, moment_ms=moment_ms, sandbox=sandbox)
    if max(image.size) > long_side:
        scale = long_side / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    if image.mode == "RGBA":
        image.save(out, "PNG")
        return out.getvalue(), PNG
    image.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue(), JPEG

"""A picture made ready to leave this machine: smaller, and without anything but its pixels."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from desktop.media.decode import load_picture
from desktop.media.sandbox.pool import Sandbox

MIME_TYPE = "image/jpeg"


def reference_image(
    path: Path | bytes, *, long_side: int = 1536, sandbox: Sandbox | None = None
) -> tuple[bytes, str]:
    """Re-encode a picture for a generator.

    Camera, place, author, colour profile and the file's name stay here; transparency is flattened
    on mid-grey.

    Args:
        path: the file, or the bytes of one.
        sandbox: as for ``load_picture``.
        long_side: the most pixels along the longer side; smaller pictures are not enlarged.

    Returns:
        JPEG bytes (quality 90, upright, sRGB, no metadata) and their MIME type.

    Raises:
        FileError: as ``load_picture``.
    """
    image = load_picture(path, at_least=long_side, sandbox=sandbox).image
    if max(image.size) > long_side:
        scale = long_side / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue(), MIME_TYPE

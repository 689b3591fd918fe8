"""A picture as a file of the format that its name promises."""

from __future__ import annotations

import io

from desktop.media.decode import load_picture
from desktop.media.formats.format import Needed
from desktop.media.sandbox.pool import Sandbox

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_OPTIONS = {
    "PNG": {},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True, "exact": True},
}


def converted(data: bytes, suffix: str, wanted: str, sandbox: Sandbox | None = None) -> bytes:
    """``data`` in the format of the suffix ``wanted``; as it is where it has that already.

    The pixels of PNG and WebP files are those of the picture; sRGB, upright. In a JPEG, which has
    no transparency, what is clear is laid on mid-grey.

    Args:
        suffix: what ``data`` is.

    Raises:
        FileError: as ``load_picture``.
        KeyError: of a suffix that is none of ``.png``, ``.jpg``, ``.jpeg`` and ``.webp``.
    """
    format_name = _FORMATS[wanted.lower()] if wanted.lower() != suffix else ""
    if not format_name or format_name == _FORMATS.get(suffix):
        return data
    needed = Needed(keeps_alpha=format_name != "JPEG")
    image = load_picture(data, at_least=needed, sandbox=sandbox).image
    out = io.BytesIO()
    image.save(out, format_name, **_OPTIONS[format_name])
    return out.getvalue()

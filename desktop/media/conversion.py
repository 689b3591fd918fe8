"""A picture as a file of the format that its name promises."""

from __future__ import annotations

import io
from pathlib import Path

from desktop.core.errors import FileError
from desktop.core.text import tr
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
        FileError: as ``load_picture``; or that format cannot hold it (a WebP file ends at 16,383
            pixels a side), or none has that suffix.
    """
    wanted = wanted.lower()
    format_name = _FORMATS.get(wanted, "")
    if wanted == suffix or format_name == _FORMATS.get(suffix):
        return data
    if not format_name:
        raise _impossible(wanted, tr("pictures are not written in that format"))
    needed = Needed(keeps_alpha=format_name != "JPEG")
    image = load_picture(data, at_least=needed, sandbox=sandbox).image
    out = io.BytesIO()
    try:
        image.save(out, format_name, **_OPTIONS[format_name])
    except (OSError, ValueError) as error:
        raise _impossible(wanted, str(error)) from error
    return out.getvalue()


def _impossible(suffix: str, reason: str) -> FileError:
    return FileError(
        Path(suffix),
        tr("The picture cannot be written as {suffix}: {reason}", suffix=suffix, reason=reason),
    )

"""Icons of macOS: the largest of the pictures in one file."""

from __future__ import annotations

import io
import struct

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source
from desktop.media.formats.jpeg2000 import JP2
from desktop.media.formats.png import PNG


def _open(encoded: Encoded) -> Source:
    """Read the largest picture's header.

    Raises:
        SyntaxError: there is none.
        FileTooLarge: too many pixels.
    """
    found = [encoded.holding(each) for each in _whole_pictures(encoded.data)]
    sources = [PNG.open(each) if PNG.matches(each.data, "") else JP2.open(each) for each in found]
    if sources:
        return max(sources, key=lambda source: source.size[0] * source.size[1])
    from PIL.IcnsImagePlugin import IcnsImageFile

    from desktop.media.formats import pillow

    # Older ones, 128 pixels at most, packed in a way of their own.
    return pillow.opened(encoded, IcnsImageFile(io.BytesIO(encoded.data)))


def _whole_pictures(data: bytes) -> list[bytes]:
    """Those that are PNG or JPEG 2000; at most as many as there are kinds."""
    found: dict[bytes, bytes] = {}
    at = 8
    while at + 8 <= len(data):
        kind, length = struct.unpack_from(">4sI", data, at)
        if length < 8:
            break
        inner = data[at + 8 : at + length]
        if PNG.matches(inner, "") or JP2.matches(inner, ""):
            found[kind] = inner
        at += length
    return [found[kind] for kind in sorted(found)[:32]]


ICNS = PictureFormat(
    name="ICNS",
    label=marked("icon"),
    suffixes=(".icns",),
    signatures=(b"icns",),
    libraries=("PIL.IcnsImagePlugin", "PIL.PngImagePlugin", "PIL.Jpeg2KImagePlugin"),
    open=_open,
)

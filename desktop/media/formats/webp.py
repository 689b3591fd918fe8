"""WebP, animated ones included."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source

_BYTES_A_PIXEL = 20
"""Two canvases of its animation decoder, the frame taken from it, and what every format takes."""

_KIND = re.compile(rb"[A-Za-z0-9 ]{4}")
_PIXELS = re.compile(rb"VP8 |VP8L|ALPH|ANIM|ANMF")
_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
"""Chunks that no pixel needs, and how VP8X announces each."""


def _open(encoded: Encoded) -> Source:
    from PIL.WebPImagePlugin import WebPImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.animation import showing_something

    encoded = encoded.holding(_whole(encoded.data))
    source = pillow.opened_late(encoded, WebPImageFile, _size(encoded.data), _BYTES_A_PIXEL)
    return showing_something(source)


def _whole(data: bytes) -> bytes:
    """The file with lengths that fit, and without notes that are cut off.

    libwebp refuses a picture for either. Chunks: RFC 9649, section 2.
    """
    parts: list[bytes] = []
    announced = 0
    for kind, body in chunks(data):
        if kind in _FLAGS:
            announced |= _FLAGS[kind]
        parts.append(struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) % 2))
    if parts and parts[0][:4] == b"VP8X":
        flags = parts[0][8] & ~sum(_FLAGS.values()) | announced
        parts[0] = parts[0][:8] + bytes((flags,)) + parts[0][9:]
    inside = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of those that matter. Where the length of one is wrong, so that none comes
    after it, the next one with pixels is searched for."""
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        end = position + 8 + length
        following = end + length % 2
        is_pixels = bool(_PIXELS.fullmatch(kind))
        is_last = following >= len(data)
        if is_pixels or is_last or _KIND.fullmatch(data, following, following + 4):
            if is_pixels or kind == b"VP8X" or (kind in _FLAGS and end <= len(data)):
                yield kind, data[position + 8 : end]
            if end <= len(data):
                position = following
                continue
        found = _PIXELS.search(data, position + 4)
        if found is None:
            return
        position = found.start()


def _size(data: bytes) -> tuple[int, int]:
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


def _is_webp(data: bytes, _suffix: str) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


WEBP = PictureFormat(
    name="WEBP",
    label=marked("WebP picture"),
    suffixes=(".webp",),
    recognise=_is_webp,
    libraries=("PIL.WebPImagePlugin", "desktop.media.formats.animation"),
    open=_open,
)

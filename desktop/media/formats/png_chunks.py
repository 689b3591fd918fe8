"""What of a PNG file the pixels, their colours and their frames need.

Pillow gives up a picture for any chunk that is not as it should be: a text of a megabyte, a wrong
checksum in a note, an end that is missing. So it gets a file of which each chunk was checked, and
which has no others. The chunks: "Portable Network Graphics (PNG) Specification", third edition,
W3C 2025, sections 5 and 11.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KIND = re.compile(rb"[A-Za-z]{4}")
_PALETTE = 3
_MAX_PROFILE = 8 * 1024 * 1024
_MAX_TEXT = 256 * 1024
_MOST_SEARCHES = 32
"""For a chunk behind one whose length is wrong; each may cost a checksum of the whole file."""

_ABOUT_COLOUR = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"eXIf": 8}
"""Chunks that say how the pixels are meant, and the least length of each."""
_BEFORE_PIXELS = frozenset({b"gAMA", b"cHRM", b"sRGB", b"cICP", b"iCCP", b"tRNS"})
"""What has no say where it comes after them (section 5.6)."""
_LEAST_TRANSPARENCY = {0: 2, 2: 6, _PALETTE: 1}
"""Colour type -> least length of the chunk that names what is clear; no other type has one."""
_FRAMES = {b"acTL": 8, b"fcTL": 26, b"fdAT": 4}
_XMP = b"XML:com.adobe.xmp\0"
_RAW_EXIF = b"Raw profile type exif\0"
"""ImageMagick kept EXIF so before PNG had a chunk for it."""


@dataclass(frozen=True, slots=True)
class Purified:
    """A PNG file that has no more than its picture needs.

    Attributes:
        profile: the ICC profile; left out of ``data``.
        statements: the other chunks that say how colours are meant, by their names.
        colour_type: as in the header: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.
    """

    data: bytes
    profile: bytes | None
    depth: int
    colour_type: int
    statements: dict[bytes, bytes]


def purified(data: bytes) -> Purified:
    """Leave out what could only do harm.

    Raises:
        SyntaxError: no header comes first.
    """
    found = list(chunks(data))
    if not found or found[0].kind != b"IHDR" or len(found[0].body) < 13:
        raise SyntaxError("no header")
    depth, colour_type = found[0].body[8:10]
    is_animated = _has_sound_frames(found)
    parts: list[bytes | memoryview] = [SIGNATURE]
    seen: set[bytes] = set()
    profile: bytes | None = None
    statements: dict[bytes, bytes] = {}
    for chunk in found:
        kind, body = chunk.kind, chunk.body
        is_first = kind not in seen
        seen.add(kind)
        if kind == b"IDAT":
            parts += _packed(kind, body)
        elif not is_first and kind not in _FRAMES:
            continue
        elif kind == b"IHDR" or (kind == b"PLTE" and colour_type == _PALETTE):
            parts += chunk.as_stored()  # where its checksum is wrong, so are the pixels
        elif not chunk.is_sound or (kind in _BEFORE_PIXELS and b"IDAT" in seen):
            continue
        elif kind == b"iCCP":
            profile = _profile(bytes(body))
        elif kind in _FRAMES:
            parts += _packed(kind, body) if is_animated else []
        elif kind == b"tRNS":
            least = _LEAST_TRANSPARENCY.get(colour_type)
            parts += _packed(kind, body) if least and len(body) >= least else []
        elif len(body) >= _ABOUT_COLOUR.get(kind, 1 << 31):
            statements[kind] = bytes(body[:32])
            parts += _packed(kind, body)
        elif kind in {b"iTXt", b"zTXt", b"tEXt"}:
            seen.discard(kind)
            parts += _orienting_text(kind, bytes(body[: _MAX_TEXT + 1]))
    parts += _packed(b"IEND", b"")
    return Purified(b"".join(parts), profile, depth, colour_type, statements)


@dataclass(frozen=True, slots=True)
class Chunk:
    """As it is stored; ``checksum`` may be wrong."""

    kind: bytes
    body: memoryview
    checksum: bytes

    @property
    def is_sound(self) -> bool:
        return zlib.crc32(self.body, zlib.crc32(self.kind)) == int.from_bytes(self.checksum, "big")

    @property
    def number(self) -> int:
        """Of a part of an animation."""
        return int.from_bytes(self.body[:4], "big")

    def as_stored(self) -> list[bytes | memoryview]:
        return [struct.pack(">I", len(self.body)), self.kind, self.body, self.checksum]


def chunks(data: bytes) -> Iterator[Chunk]:
    """In their order, without the one that ends the file; the last may be cut off.

    Where the length of a chunk is wrong, so that nothing comes after it, the next pixels that are
    whole are searched for.
    """
    view = memoryview(data)
    position, searches = len(SIGNATURE), 0
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if kind == b"IEND":
            return
        chunk = Chunk(kind, view[position + 8 : end], data[end : end + 4])
        is_cut_off = kind == b"IDAT" and end + 12 >= len(data)
        has_next = _KIND.fullmatch(kind) and _KIND.fullmatch(data, end + 8, end + 12)
        if has_next or is_cut_off or chunk.is_sound:
            yield chunk
            position = end + 4
            continue
        position += 8
        while searches < _MOST_SEARCHES:
            searches += 1
            position = data.find(b"IDAT", position)
            if position < 0:
                return
            (length,) = struct.unpack_from(">I", data, position - 4)
            end = position + 4 + length
            if Chunk(b"IDAT", view[position + 4 : end], data[end : end + 4]).is_sound:
                position -= 4
                break
            position += 4
        else:
            return


def _has_sound_frames(chunks: list[Chunk]) -> bool:
    """True when the pictures after the first one are announced, in their order and within it."""
    frames = [chunk for chunk in chunks if chunk.kind in _FRAMES]
    if not frames or frames[0].kind != b"acTL":
        return False
    size = struct.unpack_from(">II", chunks[0].body)
    for number, chunk in enumerate(frames, start=-1):
        if len(chunk.body) < _FRAMES[chunk.kind] or not chunk.is_sound:
            return False
        if number >= 0 and (chunk.kind == b"acTL" or chunk.number != number):
            return False
        if chunk.kind == b"fcTL":
            width, height, x, y = struct.unpack_from(">4I", chunk.body, 4)
            if x + width > size[0] or y + height > size[1]:
                return False
    return True


def _packed(kind: bytes, body: bytes | memoryview) -> list[bytes | memoryview]:
    # Nobody compares the checksum of pixels, which have another one inside.
    checksum = 0 if kind == b"IDAT" else zlib.crc32(body, zlib.crc32(kind))
    return [struct.pack(">I", len(body)), kind, body, struct.pack(">I", checksum)]


def _profile(body: bytes) -> bytes | None:
    _, _, rest = body[:81].partition(b"\0")
    start = len(body[:81]) - len(rest)
    return unpacked(body[start + 1 :], _MAX_PROFILE) if rest[:1] == b"\0" else None


def _orienting_text(kind: bytes, body: bytes) -> list[bytes | memoryview]:
    """A text that may say how the picture is to be turned, as a plain chunk; or nothing."""
    if len(body) > _MAX_TEXT:
        return []
    if kind == b"iTXt" and body.startswith(_XMP + b"\0"):
        return _packed(kind, body)
    if kind == b"zTXt" and body.startswith(_RAW_EXIF + b"\0"):
        text = unpacked(body[len(_RAW_EXIF) + 1 :], _MAX_TEXT)
        return _packed(b"tEXt", _RAW_EXIF + text) if text else []
    return _packed(kind, body) if kind == b"tEXt" and body.startswith(_RAW_EXIF) else []


def unpacked(data: bytes, most: int) -> bytes | None:
    """At most ``most`` bytes; None for more, or for what cannot be unpacked."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(data, most)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else unpacked

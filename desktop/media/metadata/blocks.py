"""Where a file keeps what is written beside its pixels: blocks of EXIF, XMP and IPTC.

Nothing here trusts a length: what reaches beyond the file is left out, and what is larger than
``MOST_BYTES`` too. Of each block a file has one: what is unpacked or put together is bounded,
however often a file says it. Containers are walked as for their pixels.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from desktop.core.metadata import Metadata
from desktop.media.formats import png_chunks, webp
from desktop.media.formats.iso_media import boxes, main_brand
from desktop.media.formats.jpeg_segments import segments
from desktop.media.formats.tiff import BIG_TIFF_MARKS, TIFF_MARKS
from desktop.media.metadata.exif import is_modest

MOST_BYTES = 8 << 20
_MOST_SEGMENTS = MOST_BYTES >> 16
_MOST_PARTS = 10_000
"""Chunks, segments, boxes; a PNG of many may have thousands of its pixels."""
_EXIF_MARK = b"Exif\x00\x00"
_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\x00"
_PHOTOSHOP_MARK = b"Photoshop 3.0\x00"
_PNG_XMP = b"XML:com.adobe.xmp"
_IPTC, _EXIF, _XMP = 0x0404, 0x0422, 0x0424
"""Photoshop's image resources."""
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_PACKET = b"<x:xmpmeta", b"</x:xmpmeta>"
_SCANNED = 32 << 20
_RAW_MARKS = (b"IIRO", b"IIRS", b"IIU\x00", b"MMOR")
"""Olympus' and Panasonic's own, of files that are TIFF otherwise."""
_TEXTS = {
    **{b"Title": "title", b"Author": "author", b"Description": "description"},
    **{b"Copyright": "copyright", b"Software": "software", b"Comment": "description"},
}


_READ_TEXTS = frozenset(
    {
        *(*_TEXTS, _PNG_XMP),
        *(b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type iptc"),
    }
)


@dataclass(slots=True)
class Blocks:
    """What was found, as it is stored.

    Attributes:
        exif: like a TIFF file, from its byte order on.
        camera, place: directories of their own, where EXIF is in several blocks.
        texts: what a PNG says by plain names.
        seen: names of its texts so far.
    """

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    camera: bytes = b""
    place: bytes = b""
    texts: dict[str, str] = field(default_factory=dict[str, str])
    seen: set[bytes] = field(default_factory=set[bytes])


def find_blocks(data: bytes, format_name: str) -> Blocks:
    """Of a whole file.

    Args:
        format_name: of its ``PictureFormat``.

    Raises:
        Whatever a library does over a damaged file, and ``struct.error``.
    """
    return _FINDERS.get(format_name, _nothing)(data)


def _nothing(_: bytes) -> Blocks:
    return Blocks()


def _of_jpeg(data: bytes) -> Blocks:
    # In several segments where it is larger than one holds.
    found: dict[bytes, list[bytes]] = {_EXIF_MARK: [], _XMP_MARK: [], _PHOTOSHOP_MARK: []}
    for marker, start, end in islice(segments(data), _MOST_PARTS):
        if marker not in {0xE1, 0xED}:
            continue
        body = data[start + 4 : end]
        for mark, parts in found.items():
            if body.startswith(mark) and len(parts) < _MOST_SEGMENTS:
                parts.append(body[len(mark) :])
    exif, xmp, resources = found.values()
    iptc = dict(_resources(b"".join(resources))).get(_IPTC, b"")
    return Blocks(b"".join(exif), xmp[0] if xmp else b"", iptc)


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 12 <= len(data) and data[position : position + 4] in {b"8BIM", b"8B64"}:
        (number,) = struct.unpack_from(">H", data, position + 4)
        name = data[position + 6] + 1
        position += 6 + name + name % 2
        if position + 4 > len(data):
            return
        (length,) = struct.unpack_from(">I", data, position)
        position += 4
        if position + length > len(data):
            return
        yield number, data[position : position + length]
        position += length + length % 2


def _of_photoshop(data: bytes) -> Blocks:
    (colours,) = struct.unpack_from(">I", data, 26)
    (length,) = struct.unpack_from(">I", data, 30 + colours)
    start = 34 + colours
    found = dict(_resources(data[start : start + min(length, len(data))]))
    return Blocks(found.get(_EXIF, b""), found.get(_XMP, b""), found.get(_IPTC, b""))


def _of_png(data: bytes) -> Blocks:
    blocks = Blocks()
    for chunk in islice(png_chunks.chunks(data), _MOST_PARTS):
        if len(chunk.body) > MOST_BYTES:
            continue
        if chunk.kind == b"eXIf":
            blocks.exif = bytes(chunk.body)
        elif chunk.kind in {b"iTXt", b"tEXt", b"zTXt"}:
            _take_text(blocks, chunk.kind, bytes(chunk.body))
    return blocks


def _take_text(blocks: Blocks, kind: bytes, body: bytes) -> None:
    name, _, rest = body.partition(b"\x00")
    if name not in _READ_TEXTS or name in blocks.seen:
        return
    blocks.seen.add(name)
    packed = kind == b"zTXt"
    if kind == b"zTXt":
        rest = rest[1:]
    elif kind == b"iTXt":
        packed, rest = rest[:1] == b"\x01", rest[2:]
        *_, rest = rest.split(b"\x00", 2)
    if packed:
        unpacked = png_chunks.unpacked(rest, MOST_BYTES)
        if unpacked is None:
            return
        rest = unpacked
    if name == _PNG_XMP:
        blocks.xmp = rest
    elif name in {b"Raw profile type exif", b"Raw profile type APP1"}:
        block = _of_hex(rest)
        if block.startswith(_EXIF_MARK):
            blocks.exif = blocks.exif or block[len(_EXIF_MARK) :]
    elif name == b"Raw profile type iptc":
        blocks.iptc = dict(_resources(_of_hex(rest))).get(_IPTC, b"")
    elif name in _TEXTS:
        text = rest.decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")
        blocks.texts.setdefault(_TEXTS[name], text)


def _of_hex(text: bytes) -> bytes:
    """As ImageMagick writes a profile: its kind, its length, then the bytes."""
    *_, digits = text.lstrip().split(b"\n", 2)
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""


def _of_webp(data: bytes) -> Blocks:
    parts = islice(webp.chunks(data), _MOST_PARTS)
    found = {kind: body for kind, body in parts if kind in {b"EXIF", b"XMP "}}
    return Blocks(found.get(b"EXIF", b"").removeprefix(_EXIF_MARK), found.get(b"XMP ", b""))


def _of_tiff(data: bytes) -> Blocks:
    """The whole file is a block of EXIF; XMP and IPTC are tags of its first directory."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    # The directories of BigTIFF Pillow's reader of EXIF does not know.
    if data.startswith(BIG_TIFF_MARKS) or not is_modest(data):
        return Blocks()
    directory = ImageFileDirectory_v2(data[:8])
    file = io.BytesIO(data)
    file.seek(directory.next)
    directory.load(file)
    found = {tag: _bytes(directory.get(tag)) for tag in (700, 33723, 34377)}
    iptc = found[33723] or dict(_resources(found[34377])).get(_IPTC, b"")
    return Blocks(data, found[700], iptc)


def _bytes(value: object) -> bytes:
    if isinstance(value, tuple):  # IPTC as 32-bit numbers, as Photoshop of old wrote it
        numbers = cast("tuple[Any, ...]", value)
        try:
            return struct.pack(f"<{len(numbers)}I", *numbers)
        except struct.error:
            return b""
    return value if isinstance(value, bytes) else b""


def _of_raw(data: bytes) -> Blocks:
    if main_brand(data) == b"crx ":
        return _of_canon(data)
    if data.startswith(b"FUJIFILM"):
        start, length = struct.unpack_from(">II", data, 84)
        return _of_jpeg(data[start : start + length])
    if data.startswith(_RAW_MARKS):
        mark = b"II\x2a\x00" if data[:2] == b"II" else b"MM\x00\x2a"
        return _of_tiff(mark + data[4:])
    return _of_tiff(data) if data.startswith(TIFF_MARKS) else Blocks()


def _of_canon(data: bytes) -> Blocks:
    """CR3, in whose own box are three directories, each like a TIFF file."""
    blocks = Blocks()
    for kind, first, last in boxes(data, 0, len(data)):
        if kind == b"uuid" and data[first : first + 16] == _XMP_UUID:
            blocks.xmp = data[first + 16 : last]
        for inner, start, end in boxes(data, first, last) if kind == b"moov" else ():
            if inner != b"uuid" or data[start : start + 16] != _CANON_UUID:
                continue
            parts = {name: data[a:b] for name, a, b in boxes(data, start + 16, end)}
            blocks.exif = parts.get(b"CMT1", b"")
            blocks.camera, blocks.place = parts.get(b"CMT2", b""), parts.get(b"CMT4", b"")
    return blocks


def _of_heic(data: bytes) -> Blocks:
    from pillow_heif import HeifImageFile

    return _of_info(HeifImageFile(io.BytesIO(data)).info)  # pyright: ignore[reportUnknownMemberType]


def _of_avif(data: bytes) -> Blocks:
    from PIL.AvifImagePlugin import AvifImageFile

    return _of_info(AvifImageFile(io.BytesIO(data)).info)  # pyright: ignore[reportUnknownMemberType]


def _of_info(info: Mapping[Any, Any]) -> Blocks:
    """What a library found while it read the header."""
    exif, xmp = _bytes(info.get("exif")), _bytes(info.get("xmp"))
    return Blocks(exif.removeprefix(_EXIF_MARK), xmp)


def _of_boxes(data: bytes) -> Blocks:
    """JPEG XL and JPEG 2000."""
    blocks = Blocks()
    seen: set[bytes] = set()
    for kind, first, last in islice(boxes(data, 0, len(data)), _MOST_PARTS):
        body, packed = data[first : min(last, first + MOST_BYTES)], b""
        if kind == b"brob":
            kind, packed = body[:4], body[4:]
        if kind == b"uuid":
            blocks.xmp = body[16:] if body[:16] == _XMP_UUID else blocks.xmp
        elif kind in {b"Exif", b"xml "}:
            if kind in seen:
                continue
            seen.add(kind)
            body = _unpacked(packed) if packed else body
            if kind == b"xml ":
                blocks.xmp = body if b"xmpmeta" in body else blocks.xmp
            elif len(body) > 4:
                blocks.exif = body[4 + int.from_bytes(body[:4], "big") :]
    return blocks


def _unpacked(data: bytes) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.brotli_decode(data, out=MOST_BYTES))


def _of_packet(data: bytes) -> Blocks:
    """XMP stands in such files as it is, to be found by its first and last words."""
    begin, finish = _PACKET
    start = data.find(begin, 0, _SCANNED)
    if start < 0:
        start = data.find(begin, max(0, len(data) - _SCANNED))
    end = data.find(finish, start, start + MOST_BYTES) if start >= 0 else -1
    return Blocks(xmp=data[start : end + len(finish)] if end >= 0 else b"")


def of_texts(texts: dict[str, str]) -> Metadata:
    """What a PNG says by plain names."""
    author = texts.get("author", "")
    return Metadata(
        title=texts.get("title", ""),
        creator=(author,) if author else (),
        description=texts.get("description", ""),
        copyright=texts.get("copyright", ""),
        software=texts.get("software", ""),
    )


_FINDERS: dict[str, Callable[[bytes], Blocks]] = {
    "JPEG": _of_jpeg,
    "PNG": _of_png,
    "WEBP": _of_webp,
    "TIFF": _of_tiff,
    "PSD": _of_photoshop,
    "RAW": _of_raw,
    "HEIC": _of_heic,
    "AVIF": _of_avif,
    "JXL": _of_boxes,
    "JP2": _of_boxes,
    "GIF": _of_packet,
    "PDF": _of_packet,
    "SVG": _of_packet,
}
"""Of the other formats none has a place for it, or nobody writes there."""

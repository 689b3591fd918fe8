"""Lineage written into generated pictures, and read back; the pixels are never re-encoded.

A picture that leaves the library keeps saying how it was made: PNG gets iTXt chunks, JPEG an APP1
segment, WebP an XMP chunk. What else the file holds stays as it is, byte for byte, colour profiles
and a service's own markings included. A picture that is signed (C2PA) would not match its signature
any more: whoever has one asks ``has_credentials``, keeps its bytes as they came, and puts the
record beside it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.core.generation_record import GenerationRecord
from desktop.core.text import tr
from desktop.files.regular_file import open_regular_file, read_regular_file
from desktop.media.formats.registry import find_format
from desktop.media.metadata.sidecar import MAX_BYTES as MAX_SIDECAR
from desktop.media.metadata.sidecar import sidecar_path
from desktop.media.metadata.xmp import NAMESPACE, build_packet, parse_packet

_GENERATED = Path("generated picture")
_MAX_BYTES = 512 * 1024 * 1024

_OURS = NAMESPACE.encode()
_LOOKED_AT = 128 * 1024
"""Bytes; a record is put right behind the header, or at the end of a WebP."""

_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_PNG_XMP = b"XML:com.adobe.xmp"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_SEGMENT = 65533
_WEBP_HAS_XMP = 0x04
_WEBP_HAS_ALPHA = 0x10


def embed_record(data: bytes, record: GenerationRecord) -> bytes:
    """The same picture with the record inside; an earlier one is replaced.

    Args:
        data: an encoded PNG, JPEG or WebP.
        record: the prompt becomes the picture's description; all of it is written, see
            ``GenerationRecord.shareable`` for what a stranger may read.

    Raises:
        FileUnsupported: another format.
        FileDamaged: the container is broken, so nothing can be put into it.
        FileTooLarge: more lineage than a JPEG holds (about 48 KB packed).
    """
    try:
        match _format_name(data):
            case "PNG":
                return _embed_png(data, record)
            case "JPEG":
                return _embed_jpeg(data, record)
            case "WEBP":
                return _embed_webp(data, record)
            case _:
                raise FileUnsupported(
                    _GENERATED,
                    tr("How it was made can only be kept in PNG, JPEG and WebP pictures."),
                )
    except (ValueError, IndexError, struct.error) as error:
        raise FileDamaged(_GENERATED, tr("The picture's container is broken.")) from error


def has_credentials(data: bytes) -> bool:
    """A manifest of C2PA is in the file, or may be: of formats that are not looked into, it counts
    that the words are there."""
    try:
        match _format_name(data):
            case "PNG":
                return any(kind == b"caBX" for kind, _ in _png_chunks(data))
            case "JPEG":
                return any(
                    marker == 0xEB and b"jumb" in body for marker, body in _jpeg_segments(data)[0]
                )
            case "WEBP":
                return any(kind == b"C2PA" for kind, _ in _webp_chunks(data))
            case _:
                return b"jumb" in data and b"c2pa" in data
    except (ValueError, IndexError, struct.error):
        return False


def record_beside(picture: Path) -> GenerationRecord | None:
    """What the side-car of a signed picture says of how it was made; None where there is none."""
    try:
        packet = read_regular_file(sidecar_path(picture), MAX_SIDECAR)
    except (OSError, FileError):
        return None
    return parse_packet(packet)


def sidecar_packet(picture: Path, record: GenerationRecord) -> bytes:
    """The side-car of a picture with the record in it; what else it says stays."""
    try:
        existing = read_regular_file(sidecar_path(picture), MAX_SIDECAR)
    except (OSError, FileError):
        existing = None
    return build_packet(record, existing)


def may_hold_record(path: Path) -> bool:
    """False for a file that certainly holds none, known by its beginning; of a WebP by its end.

    A file that cannot be read holds none.
    """
    try:
        with open_regular_file(path) as file:
            head = file.read(_LOOKED_AT)
            if head[8:12] == b"WEBP" and _OURS not in head:
                file.seek(max(0, path.stat().st_size - _LOOKED_AT))
                head = file.read(_LOOKED_AT)
    except (OSError, FileError):
        return False
    return _OURS in head


def read_record(source: Path | bytes) -> GenerationRecord | None:
    """What ``embed_record`` wrote, in this or an older Plantain; None when there is nothing.

    Raises:
        FileUnreadable, FileUnsupported, FileDamaged, FileTooLarge: the file cannot be read at all.
    """
    data = read_regular_file(source, _MAX_BYTES) if isinstance(source, Path) else source
    try:
        match _format_name(data):
            case "PNG":
                packet = _png_xmp(list(_png_chunks(data)))
            case "JPEG":
                packet = _jpeg_xmp(_jpeg_segments(data)[0])
            case "WEBP":
                packet = dict(_webp_chunks(data)).get(b"XMP ")
            case _:
                return None
    except (ValueError, IndexError, struct.error):
        return None
    return parse_packet(packet) if packet else None


def _format_name(data: bytes) -> str:
    found = find_format(data[:16])
    return found.name if found else ""


# PNG ----------------------------------------------------------------------------------------


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of every chunk up to IEND."""
    position = len(_PNG_MARK)
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            raise ValueError("chunk beyond the end")
        yield kind, data[position + 8 : end]
        if kind == b"IEND":
            return
        position = end + 4
    raise ValueError("no end")


def _embed_png(data: bytes, record: GenerationRecord) -> bytes:
    chunks = list(_png_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR":
        raise ValueError("no header")
    packet = build_packet(record, _png_xmp(chunks))
    added = [(b"iTXt", _PNG_XMP + b"\x00\x00\x00\x00\x00" + packet)]
    kept = [chunk for chunk in chunks[1:] if not _is_png_xmp(chunk)]
    if not any(_png_keyword(chunk) == b"Software" for chunk in kept):
        added.append((b"iTXt", b"Software\x00\x00\x00\x00\x00Plantain"))
    out = bytearray(_PNG_MARK)
    for kind, body in (chunks[0], *added, *kept):
        out += struct.pack(">I", len(body)) + kind + body
        out += struct.pack(">I", zlib.crc32(kind + body))
    return bytes(out)


def _png_keyword(chunk: tuple[bytes, bytes]) -> bytes:
    kind, body = chunk
    return body.split(b"\x00", 1)[0] if kind in {b"iTXt", b"tEXt", b"zTXt"} else b""


def _is_png_xmp(chunk: tuple[bytes, bytes]) -> bool:
    return chunk[0] == b"iTXt" and _png_keyword(chunk) == _PNG_XMP


def _png_xmp(chunks: list[tuple[bytes, bytes]]) -> bytes | None:
    for chunk in chunks:
        if not _is_png_xmp(chunk):
            continue
        body = chunk[1][len(_PNG_XMP) + 1 :]
        is_compressed, rest = body[0] == 1, body[2:]
        text = rest.split(b"\x00", 2)[2]
        if is_compressed:
            try:
                return zlib.decompressobj().decompress(text, 16 * 1024 * 1024)
            except zlib.error:
                return None
        return text
    return None


# JPEG ---------------------------------------------------------------------------------------


def _jpeg_segments(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Marker and payload of the segments before the first that is neither APPn nor COM, and the
    untouched rest of the file."""
    position = 2
    segments: list[tuple[int, bytes]] = []
    while True:
        if data[position] != 0xFF:
            raise ValueError("no marker")
        while data[position + 1] == 0xFF:  # padding
            position += 1
        marker = data[position + 1]
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            return segments, data[position:]
        (length,) = struct.unpack_from(">H", data, position + 2)
        end = position + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("segment beyond the end")
        segments.append((marker, data[position + 4 : end]))
        position = end


def _is_jpeg_xmp(segment: tuple[int, bytes]) -> bool:
    return segment[0] == 0xE1 and segment[1].startswith(_JPEG_XMP)


def _jpeg_xmp(segments: list[tuple[int, bytes]]) -> bytes | None:
    found = (body for marker, body in segments if _is_jpeg_xmp((marker, body)))
    return next((body[len(_JPEG_XMP) :] for body in found), None)


def _embed_jpeg(data: bytes, record: GenerationRecord) -> bytes:
    segments, rest = _jpeg_segments(data)
    existing = _jpeg_xmp(segments)
    room = _JPEG_SEGMENT - len(_JPEG_XMP)
    packet = build_packet(record, existing)
    if len(packet) > room:
        packet = build_packet(record, existing, is_tight=True)
    if len(packet) > room:
        raise FileTooLarge(
            _GENERATED, tr("How it was made takes more room than a JPEG picture has.")
        )
    kept = [segment for segment in segments if not _is_jpeg_xmp(segment)]
    # JFIF and Exif each ask to come first; XMP follows them.
    place = 0
    while place < len(kept) and (
        kept[place][0] == 0xE0 or kept[place][1].startswith(b"Exif\x00\x00")
    ):
        place += 1
    kept.insert(place, (0xE1, _JPEG_XMP + packet))
    out = bytearray(b"\xff\xd8")
    for marker, body in kept:
        out += struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    return bytes(out) + rest


# WebP ---------------------------------------------------------------------------------------


def _webp_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", data, 4)
    end = min(len(data), size + 8)
    position = 12
    chunks: list[tuple[bytes, bytes]] = []
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, position)
        position += 8
        if position + length > end:
            raise ValueError("chunk beyond the end")
        chunks.append((kind, data[position : position + length]))
        position += length + length % 2
    if not chunks:
        raise ValueError("no chunks")
    return chunks


def _embed_webp(data: bytes, record: GenerationRecord) -> bytes:
    chunks = _webp_chunks(data)
    packet = build_packet(record, dict(chunks).get(b"XMP "))
    kept = [chunk for chunk in chunks if chunk[0] != b"XMP "]
    if kept[0][0] == b"VP8X":
        header = bytearray(kept.pop(0)[1])
        header[0] |= _WEBP_HAS_XMP
    else:
        header = _webp_header(*kept[0])
    out = bytearray()
    for kind, body in ((b"VP8X", bytes(header)), *kept, (b"XMP ", packet)):
        out += struct.pack("<4sI", kind, len(body)) + body + b"\x00" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(out) + 4) + b"WEBP" + bytes(out)


def _webp_header(kind: bytes, body: bytes) -> bytearray:
    """The extended header that a simple file needs before it may carry metadata."""
    flags = _WEBP_HAS_XMP
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _WEBP_HAS_ALPHA if bits >> 28 & 1 else 0
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
    else:
        raise ValueError("no picture chunk")
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytearray(bytes((flags, 0, 0, 0)) + sides)

"""Which files are pictures: by name for the scan, by content for the decoder.

A name only decides whether a file is looked at. What may run on its bytes is decided by the bytes,
against the list below: Pillow knows some fifty formats, several of which start other programs (EPS)
or are rarely exercised, and none of those is reachable from here. Where the bytes cannot tell (TGA
has no signature, most RAW formats call themselves TIFF) the name chooses between what they allow.
"""

from __future__ import annotations

import os
import re
import struct
import warnings
import zlib

RAW_SUFFIXES: frozenset[str] = frozenset(
    {
        *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".raf", ".orf"),
        *(".rw2", ".rwl", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".mrw", ".x3f", ".kdc"),
        *(".dcr", ".mos"),
    }
)
_TGA_SUFFIXES = frozenset({".tga", ".icb", ".vda", ".vst"})

PICTURE_SUFFIXES: frozenset[str] = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif"),
        *(".png", ".apng", ".webp", ".gif", ".bmp", ".ico"),
        *(".tif", ".tiff"),
        *(".heic", ".heif", ".hif", ".avif"),
        *(".psd", ".psb", ".svg", ".svgz", ".pdf", ".ai"),
        *(".jp2", ".j2k", ".jpx", ".jpf", ".jpc", ".j2c"),
        *_TGA_SUFFIXES,
        *RAW_SUFFIXES,
    }
)
"""File name suffixes that are scanned, lower case, with their dot."""

VIDEO_SUFFIXES: frozenset[str] = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"})
"""The same, of videos."""

LABELS: dict[str, str] = {
    "JPEG": "JPEG picture",
    "PNG": "PNG picture",
    "WEBP": "WebP picture",
    "GIF": "GIF picture",
    "BMP": "BMP picture",
    "TIFF": "TIFF picture",
    "HEIC": "HEIC picture",
    "AVIF": "AVIF picture",
    "JP2": "JPEG 2000 picture",
    "ICO": "icon",
    "TGA": "TGA picture",
    "PSD": "Photoshop document",
    "SVG": "SVG drawing",
    "PDF": "PDF document",
    "RAW": "RAW picture",
}
"""Names of all formats that are decoded, whatever the bytes claim -> what people call them."""

ALLOWED_FORMATS: tuple[str, ...] = tuple(LABELS)

ROBUST_FORMATS: frozenset[str] = frozenset({"JPEG", "PNG", "WEBP", "GIF", "BMP"})
"""What browsers show from anybody: their decoders may run in this process, at full speed. All
others are decoded in the sandbox."""

_SIGNATURES: tuple[tuple[str, bytes], ...] = (
    ("JPEG", b"\xff\xd8\xff"),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("GIF", b"GIF87a"),
    ("GIF", b"GIF89a"),
    ("TIFF", b"II*\x00"),
    ("TIFF", b"MM\x00*"),
    ("TIFF", b"II+\x00"),
    ("TIFF", b"MM\x00+"),
    ("PSD", b"8BPS\x00\x01"),
    ("PSD", b"8BPS\x00\x02"),
    ("JP2", b"\x00\x00\x00\x0cjP  \r\n\x87\n"),
    ("JP2", b"\xff\x4f\xff\x51"),
    ("RAW", b"FUJIFILMCCD-RAW"),
    ("RAW", b"IIRO"),
    ("RAW", b"IIRS"),
    ("RAW", b"MMOR"),
    ("RAW", b"IIU\x00"),
    ("RAW", b"\x00MRM"),
    ("RAW", b"FOVb"),
    ("VIDEO", b"\x1a\x45\xdf\xa3"),
    ("BMP", b"BM"),
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset(
    {
        *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
        *(b"mif1", b"mif2", b"msf1"),
    }
)
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>\s*)*"
    rb"<(?:[A-Za-z][\w.-]{0,20}:)?svg[\s/>]",
    re.DOTALL,
)
_HEAD = 16 * 1024
_DNG_VERSION = 50706
_TGA_FOOTER = b"TRUEVISION-XFILE.\x00"

_FOREIGN_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"%!PS"), "a PostScript document"),
    (re.compile(rb"\s*<(!doctype )?html", re.IGNORECASE), "a web page"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
    (re.compile(rb"\xff\x0a|\x00\x00\x00\x0cJXL "), "a JPEG XL picture"),
)


def is_picture(name: str | bytes | os.PathLike[str]) -> bool:
    """True when a file of this name, a picture or a video, is worth opening; letter case does not
    matter.

    Args:
        name: a file name or path; bytes are a name as the file system stores it.
    """
    return _suffix(name) in PICTURE_SUFFIXES or _suffix(name) in VIDEO_SUFFIXES


def sniff_format(data: bytes, name: str | os.PathLike[str] = "") -> str:
    """The entry of ``ALLOWED_FORMATS`` that the bytes announce, or "VIDEO"; empty for none.

    Args:
        data: the whole file, or its beginning: 16 bytes tell most formats, 16 KB all of them.
        name: of the file, where it has one.
    """
    if data[:4] == b"RIFF":
        return {b"WEBP": "WEBP", b"AVI ": "VIDEO"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _media_format(data)
    found = next((format_name for format_name, mark in _SIGNATURES if data.startswith(mark)), "")
    if found == "TIFF":
        return "RAW" if _suffix(name) in RAW_SUFFIXES or _is_raw_tiff(data) else "TIFF"
    if found == "RAW" or found:
        return found
    if data[6:14] == b"HEAPCCDR":
        return "RAW"
    if _is_icon(data):
        return "ICO"
    if _SVG.match(_unpacked_head(data)):
        return "SVG"
    if b"%PDF-" in data[:1024]:
        return "PDF"
    has_footer = data.endswith(_TGA_FOOTER)
    if (has_footer or _suffix(name) in _TGA_SUFFIXES) and _is_tga(data):
        return "TGA"
    return ""


def _suffix(name: str | bytes | os.PathLike[str]) -> str:
    return os.path.splitext(os.fsdecode(name))[1].lower()  # noqa: PTH122


def _media_format(data: bytes) -> str:
    """Of a file made of boxes: the brands in its first one tell."""
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
    if data[8:12] == b"crx ":
        return "RAW"
    if data[8:12] in _AVIF_BRANDS:
        return "AVIF"
    if data[8:12] in _HEIC_BRANDS:
        is_avif = brands & _AVIF_BRANDS and not brands & {b"heic", b"heix"}
        return "AVIF" if is_avif else "HEIC"
    return "VIDEO"


def _is_raw_tiff(data: bytes) -> bool:
    """True for Canon's CR2, and for a DNG, which has the version of its standard inside."""
    if data[8:10] == b"CR":
        return True
    order = "<" if data[:1] == b"I" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        tags = [
            struct.unpack_from(order + "H", data, start + 2 + 12 * index)[0]
            for index in range(min(count, 512))
        ]
    except struct.error:
        return False
    return _DNG_VERSION in tags


def _is_icon(data: bytes) -> bool:
    if data[:4] != b"\x00\x00\x01\x00" or len(data) < 22:
        return False
    count, first = struct.unpack_from("<H", data, 4)[0], struct.unpack_from("<I", data, 18)[0]
    return 1 <= count <= 256 and data[9] == 0 and first >= 6 + 16 * count


def _is_tga(data: bytes) -> bool:
    """What every header fulfils; far too little to tell a TGA without its name."""
    if len(data) < 18:
        return False
    map_kind, kind, depth, descriptor = data[1], data[2], data[16], data[17]
    width, height = struct.unpack_from("<HH", data, 12)
    depths = {1: (8,), 2: (16, 24, 32), 3: (8, 16)}.get(kind & 7, ())
    is_kind = kind & ~8 in (1, 2, 3) and depth in depths and map_kind <= 1
    has_map = map_kind == 1 and data[7] in (16, 24, 32)
    return is_kind and (kind & 7 != 1 or has_map) and width * height > 0 and descriptor < 64


def _unpacked_head(data: bytes) -> bytes:
    """The beginning as UTF-8, unpacked if it is packed, as in an SVGZ."""
    head = data[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
        except zlib.error:
            return b""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore").encode()
    return head


def is_cut_off_signature(data: bytes) -> bool:
    """True when ``data`` is all there is of a file and ends inside one of our signatures."""
    marks = [mark for _, mark in _SIGNATURES if len(mark) > 2]
    is_webp_start = data[:4] == b"RIFF" and len(data) < 12
    return is_webp_start or (len(data) >= 2 and any(mark.startswith(data) for mark in marks))


def describe_foreign(head: bytes) -> str:
    """What a file that is not one of ours looks like ("a PDF document"); empty when unknown.

    Args:
        head: the first few hundred bytes of a file.
    """
    for pattern, description in _FOREIGN_SIGNATURES:
        if pattern.match(head):
            return description
    if head and b"\x00" not in head and is_mostly_text(head):
        return "text"
    return ""


def is_mostly_text(head: bytes) -> bool:
    """True for UTF-8 without control characters, a character cut off at the end included."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\r\n\f\ufeff" for character in text)


_QUIET = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


def quiet_decoders() -> None:
    """Keep Pillow's remarks about odd files ("Corrupt EXIF data") off people's terminals.

    Pillow speaks through ``warnings``, whose filters belong to the whole process;
    ``catch_warnings`` swaps them and is not thread-safe, so it cannot be used around one decode
    of several. Instead one filter, for warnings raised inside ``PIL`` only, is put in front of the
    list and stays. The decoder calls this before every file, which costs a look at the list, so
    the filter also survives someone else's ``catch_warnings``. Deprecations are attributed to the
    caller's module and stay visible. Thread-safe: at worst two threads both put it there, and
    ``warnings`` keeps one.
    """
    if _QUIET not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")

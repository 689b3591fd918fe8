"""Which files are pictures: by name for the scan, by content for the decoder.

A name only decides whether a file is looked at. What may run on its bytes is decided by the bytes
alone, against the short list below: Pillow knows some fifty formats, several of which start other
programs (EPS) or are rarely exercised, and none of those is reachable from here.
"""

from __future__ import annotations

import os
import re
import warnings

PICTURE_SUFFIXES: frozenset[str] = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif"),
        *(".png", ".webp", ".gif", ".bmp"),
        *(".tif", ".tiff"),
    }
)
"""File name suffixes that are scanned, lower case, with their dot."""

ALLOWED_FORMATS: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""Pillow's names of the only decoders that may run, whatever the bytes claim."""

_SIGNATURES: tuple[tuple[str, bytes], ...] = (
    ("JPEG", b"\xff\xd8\xff"),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("GIF", b"GIF87a"),
    ("GIF", b"GIF89a"),
    ("TIFF", b"II*\x00"),
    ("TIFF", b"MM\x00*"),
    ("TIFF", b"II+\x00"),
    ("TIFF", b"MM\x00+"),
    ("BMP", b"BM"),
)

_FOREIGN_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", re.DOTALL), "a HEIC picture"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "an AVIF picture"),
    (re.compile(rb"....ftyp", re.DOTALL), "a video"),
    (re.compile(rb"8BPS"), "a Photoshop document"),
    (re.compile(rb"%PDF-"), "a PDF document"),
    (re.compile(rb"%!PS"), "a PostScript document"),
    (re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE svg|<svg)"), "an SVG drawing"),
    (re.compile(rb"\s*<(!doctype )?html", re.IGNORECASE), "a web page"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
    (re.compile(rb"\xff\x0a|\x00\x00\x00\x0cJXL "), "a JPEG XL picture"),
    (re.compile(rb"\x00\x00\x00\x0cjP  "), "a JPEG 2000 picture"),
)


def is_picture(name: str | bytes | os.PathLike[str]) -> bool:
    """True when a file of this name is worth opening; letter case does not matter.

    Args:
        name: a file name or path; bytes are a name as the file system stores it.
    """
    return os.path.splitext(os.fsdecode(name))[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122


def sniff_format(head: bytes) -> str:
    """The entry of ``ALLOWED_FORMATS`` that the first bytes announce; empty for none of them.

    Args:
        head: the first 16 bytes of a file, or more.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((name for name, mark in _SIGNATURES if head.startswith(mark)), "")


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

"""What a file in none of the registered formats seems to be."""

from __future__ import annotations

import re

from desktop.core.text import marked, tr

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"%!PS"), marked("a PostScript document")),
    (re.compile(rb"\s*<(!doctype )?html", re.IGNORECASE), marked("a web page")),
    (re.compile(rb"PK\x03\x04"), marked("a ZIP archive")),
    (
        re.compile(rb"version https://git-lfs\.github\.com/"),
        marked("a pointer of Git LFS, without the picture itself"),
    ),
)


def describe_foreign(head: bytes) -> str:
    """What such a file is ("a ZIP archive"); empty when unknown.

    Args:
        head: the first few hundred bytes of a file.
    """
    for pattern, description in _SIGNATURES:
        if pattern.match(head):
            return tr(description)
    if head and b"\x00" not in head and _is_mostly_text(head):
        return tr("text")
    return ""


def _is_mostly_text(head: bytes) -> bool:
    """True for UTF-8 without control characters, a character cut off at the end included."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\r\n\f\ufeff" for character in text)

"""Illustrator files that were saved without PDF content: one page that says so, in any language.

The small picture that Illustrator keeps in the file's notes stands for them (XMP Specification,
part 2, thumbnails).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from itertools import islice
from typing import Any

from desktop.core.errors import FileUnsupported
from desktop.core.text import tr
from desktop.media.formats.format import Encoded, Raster, Source
from desktop.media.formats.jpeg import JPEG

_NOTICE = re.compile(r"saved without PDF content", re.IGNORECASE)
_NAMES = ("Adobe", "Illustrator", "PDF")
"""In the notice of every language."""
_MARK = re.compile(rb"/AIPrivateData|/AIMetaData|Adobe Illustrator")
_LONGEST = 1500
_MOST_OBJECTS = 200
_TEXT_OBJECT = 1
"""FPDF_PAGEOBJ_TEXT."""
_THUMBNAIL = re.compile(rb"<(x[am]pGImg):image>([^<]{100,4000000})</\1:image>")


def is_notice(page: Any, data: bytes) -> bool:
    """True for the page that Illustrator puts where there is no PDF content.

    Args:
        page: of pypdfium2.
        data: the whole file.
    """
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if not 0 < count <= _LONGEST:
            return False
        written = " ".join(text.get_text_range().split())
    finally:
        text.close()
    if not (_NOTICE.search(written) or all(name in written for name in _NAMES)):
        return False
    things = islice(page.get_objects(), _MOST_OBJECTS)
    is_all_text = all(thing.type == _TEXT_OBJECT for thing in things)
    return is_all_text and bool(_NOTICE.search(written) or _MARK.search(data))


def preview(encoded: Encoded) -> Source:
    """The small picture in place of the notice.

    Raises:
        FileUnsupported: there is none.
    """
    for found in _THUMBNAIL.finditer(encoded.data):
        text = re.sub(rb"&#x?0*(?:[aAdD]|10|13);|\s", b"", found[2])
        try:
            data = base64.b64decode(text, validate=True)
            if not data.startswith(JPEG.signatures):
                continue
            source = JPEG.open(encoded.holding(data))
        except (binascii.Error, OSError, SyntaxError, ValueError):
            continue

        def load(source: Source = source) -> Raster:
            return replace(source.load(), is_preview=True)

        return replace(source, load=load)
    raise FileUnsupported(
        encoded.path,
        tr("It was saved from Illustrator without the PDF content that other programs show."),
        next_step=tr("Save it in Illustrator with “Create PDF Compatible File” switched on."),
    )

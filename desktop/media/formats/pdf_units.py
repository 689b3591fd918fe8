"""How large a unit of a PDF's pages is (ISO 32000-2, table 31, UserUnit), of which PDFium says
nothing: plans and banners are larger than its limit of 14,400 units."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_UNIT = re.compile(rb"/UserUnit\s+(\d{1,9}\.?\d{0,9}|\.\d{1,9})(?![\d.])")
_OBJECTS = re.compile(rb"/Type\s*/ObjStm\b[^\0]{0,500}?\bstream\r?\n")
_MOST_STREAMS = 200
_MOST_BYTES = 1 << 20
"""Of a stream of objects, unpacked."""
_LARGEST = 75_000.0


def user_unit(data: bytes, pages: int) -> float:
    """Points a unit; 1 where nothing is said, or not the same of all pages."""
    found = [float(each) for part in _objects(data) for each in _UNIT.findall(part)]
    is_of_all = len(found) >= pages and len(set(found)) == 1
    return found[0] if is_of_all and 0 < found[0] <= _LARGEST else 1.0


def _objects(data: bytes) -> Iterator[bytes]:
    """Where objects are written: the file itself, and those that are packed inside it."""
    yield data
    for number, stream in enumerate(_OBJECTS.finditer(data)):
        if number == _MOST_STREAMS:
            return
        try:
            yield zlib.decompressobj().decompress(data[stream.end() :], _MOST_BYTES)
        except zlib.error:
            continue  # packed in another way, or damaged

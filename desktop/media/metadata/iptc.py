"""IPTC-IIM, version 4.2: what agencies wrote into pictures before there was XMP, and still do."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from desktop.core.metadata import Metadata

_UTF_8 = b"\x1b%G"
_MOST_DATA_SETS = 5_000


def read_iptc(data: bytes) -> Metadata:
    """Of a block of data sets; what is behind a broken one is left out."""
    sets = list(_data_sets(data))
    is_utf_8 = any(key == (1, 90) and value == _UTF_8 for key, value in sets)
    texts: dict[int, list[str]] = {}
    for (record, number), value in sets:
        if record == 2:
            texts.setdefault(number, []).append(_decoded(value, is_utf_8=is_utf_8))

    def first(number: int) -> str:
        return texts.get(number, [""])[0]

    return Metadata(
        title=first(5),
        headline=first(105),
        description=first(120),
        creator=tuple(texts.get(80, [])),
        credit=first(110),
        source=first(115),
        copyright=first(116),
        keywords=tuple(texts.get(25, [])),
        location=first(92),
        city=first(90),
        state=first(95),
        country=first(101),
        taken_at=_moment(first(55), first(60)),
    )


def _data_sets(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    position = 0
    for _ in range(_MOST_DATA_SETS):
        if position + 5 > len(data) or data[position] != 0x1C:
            return
        record, number, length = struct.unpack_from(">BBH", data, position + 1)
        position += 5
        if length & 0x8000:  # the length of the length
            size = length & 0x7FFF
            if size > 4 or position + size > len(data):
                return
            length = int.from_bytes(data[position : position + size], "big")
            position += size
        if position + length > len(data):
            return
        yield (record, number), data[position : position + length]
        position += length


def _decoded(value: bytes, *, is_utf_8: bool) -> str:
    """Many write UTF-8 and do not say so."""
    if is_utf_8:
        return value.decode("utf-8", "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _moment(date: str, time: str) -> str:
    """ "20250314" and "092653+0800"."""
    if not (len(date) == 8 and date.isdecimal()):
        return ""
    clock = f"{time[:2]}:{time[2:4]}:{time[4:6]}" if time[:6].isdecimal() else "00:00:00"
    offset = f"{time[6:9]}:{time[9:11]}" if len(time) == 11 and time[6] in "+-" else ""
    return f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock}{offset}"

"""Files made of boxes (ISO/IEC 14496-12), as HEIC, AVIF, Canon's CR3 and MP4 are."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def main_brand(data: bytes) -> bytes:
    """What the first box says that the file is; empty when there is no such box."""
    return data[8:12] if data[4:8] == b"ftyp" else b""


def brands(data: bytes) -> frozenset[bytes]:
    """All that the first box says that the file can be read as."""
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    return frozenset({data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))})


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where the content of each box begins and ends."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        first = start + 8
        if length == 1 and start + 16 <= end:
            (length,) = struct.unpack_from(">Q", data, first)
            first += 8
        last = end if length == 0 else start + length
        if last > end or last < first:
            return
        yield kind, first, last
        start = last


def stated_size(data: bytes) -> tuple[int, int]:
    """Of the largest picture that a HEIC or AVIF file says it has, pixels; (1, 1) where it says
    nothing. Its parts are never larger than the whole."""
    largest = 1, 1
    for kind, start, end in boxes(data, 0, len(data)):
        place = data.find(b"ispe", start, end) if kind == b"meta" else -1
        while 0 <= place <= end - 16:
            width, height = struct.unpack_from(">II", data, place + 8)
            largest = max(largest, (width, height), key=lambda size: size[0] * size[1])
            place = data.find(b"ispe", place + 16, end)
    return largest

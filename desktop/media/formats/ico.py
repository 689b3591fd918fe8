"""Icons: the largest of the pictures in one file, or any of them."""

from __future__ import annotations

import io
import struct
from typing import Any, cast

from desktop.core.text import marked
from desktop.media.formats.format import BYTES_A_PIXEL, Encoded, PictureFormat, Raster, Source

_TRUE_COLOUR = 32
_PNG_MARK = b"\x89PNG\r\n\x1a\n"


def _open(encoded: Encoded) -> Source:
    from PIL.IcoImagePlugin import IcoImageFile

    from desktop.media.formats import pillow

    encoded = encoded.holding(_with_masks(encoded.data))
    if encoded.needed.page is not None:
        return _one_of(encoded, encoded.needed.page)
    size = _size(encoded.data)
    # What it counts as frames is the same picture in several sizes.
    return pillow.opened_late(encoded, IcoImageFile, size, BYTES_A_PIXEL, is_still=True)


def _one_of(encoded: Encoded, number: int) -> Source:
    from PIL.IcoImagePlugin import IcoFile

    place = _order(encoded.data)[number]
    size = _sizes(encoded.data)[place]
    encoded.check_size(size)

    def load() -> Raster:
        # Pillow puts them into an order of its own.
        icon = IcoFile(io.BytesIO(encoded.data))
        (start,) = struct.unpack_from("<I", encoded.data, 18 + 16 * place)
        entries = cast("list[Any]", icon.entry)  # pyright: ignore[reportUnknownMemberType]
        at = [entry.offset for entry in entries].index(start)
        return Raster(icon.frame(at).convert("RGBA"))

    return Source(size, load)


def _with_masks(data: bytes) -> bytes:
    """Bitmaps of 32 bits whose fourth bytes are all 0 get what their masks say: Windows takes them
    for bitmaps of 24 bits, Pillow for clear all over."""
    import numpy as np

    changed = bytearray(data)
    for index, (width, height) in enumerate(_sizes(data)):
        (start,) = struct.unpack_from("<I", data, 18 + 16 * index)
        if data.startswith(_PNG_MARK, start):
            continue
        (header,) = struct.unpack_from("<I", data, start)
        (depth,) = struct.unpack_from("<H", data, start + 14)
        begin, length = start + header, 4 * width * height
        if depth != _TRUE_COLOUR or not length or begin + length > len(data):
            continue
        if any(memoryview(data)[begin + 3 : begin + length : 4]):
            continue
        stride = -(-width // 32) * 4
        stored = data[begin + length : begin + length + stride * height]
        rows = np.frombuffer(stored.ljust(stride * height, b"\0"), np.uint8).reshape(height, stride)
        opaque = 1 - np.unpackbits(rows, axis=1)[:, :width]
        changed[begin + 3 : begin + length : 4] = (opaque * np.uint8(255)).tobytes()
    return bytes(changed)


def _pages(encoded: Encoded) -> list[tuple[int, int]]:
    """The largest first."""
    sizes = _sizes(encoded.data)
    return [sizes[number] for number in _order(encoded.data)]


def _order(data: bytes) -> list[int]:
    """Their numbers in the file, the largest first, and of a size the one of most colours."""
    sizes = _sizes(data)

    def rank(number: int) -> tuple[int, int]:
        (depth,) = struct.unpack_from("<H", data, 12 + 16 * number)
        return sizes[number][0] * sizes[number][1], depth

    return sorted(range(len(sizes)), key=rank, reverse=True)


def _size(data: bytes) -> tuple[int, int]:
    """Of its largest picture."""
    return max(_sizes(data), key=lambda size: size[0] * size[1])


def _sizes(data: bytes) -> list[tuple[int, int]]:
    """Of its pictures, as each one states it: the icon's own list may say less."""
    sizes: list[tuple[int, int]] = []
    for index in range(struct.unpack_from("<H", data, 4)[0]):
        (start,) = struct.unpack_from("<I", data, 18 + 16 * index)
        if data.startswith(_PNG_MARK, start):
            sizes.append(struct.unpack_from(">II", data, start + 16))
        else:
            width, height = struct.unpack_from("<ii", data, start + 4)
            sizes.append((abs(width), abs(height) // 2))
    return sizes


def _is_icon(data: bytes, _suffix: str) -> bool:
    if data[:4] != b"\x00\x00\x01\x00" or len(data) < 22:
        return False
    count, first = struct.unpack_from("<H", data, 4)[0], struct.unpack_from("<I", data, 18)[0]
    return 1 <= count <= 256 and data[9] == 0 and first >= 6 + 16 * count


ICO = PictureFormat(
    name="ICO",
    label=marked("icon"),
    suffixes=(".ico",),
    recognise=_is_icon,
    libraries=("PIL.IcoImagePlugin", "numpy"),
    open=_open,
    pages=_pages,
)

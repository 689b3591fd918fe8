"""Bitmaps that Pillow does not know: colours by any masks, of 2 and of 64 bits, run lengths of
24 bits, and the header that OS/2 cuts short.

By "Windows GDI, Bitmap Storage" and, for what OS/2 and GDI+ add, the tests of bmpsuite.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

_FILE_HEADER = 14
_CORE, _SHORTENED, _INFO, _OS_2, _V3 = 12, 16, 40, 64, 56
_MASKS, _JPEG, _PNG, _MASKS_AND_ALPHA = 3, 4, 5, 6
"""BI_BITFIELDS, BI_JPEG, BI_PNG, BI_ALPHABITFIELDS."""
_RUNS_OF_24 = 4
"""Of OS/2, where Windows has BI_JPEG."""
_TABLED = 0xFFFF
_ONE = 8192
"""What 1 is in the fixed point numbers of 64 bits, which are light."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a bitmap says.

    Attributes:
        start: where it begins: 0 where there is none of a file before it.
        length: its own, which tells its version.
        pixels: where they begin.
        is_upside_down: the first row is the lowest, as usual.
    """

    start: int
    length: int
    width: int
    height: int
    is_upside_down: bool
    depth: int
    packing: int
    colours: int
    pixels: int
    masks: tuple[int, ...]

    @property
    def is_os_2(self) -> bool:
        return self.length in (_SHORTENED, _OS_2)

    @property
    def holds_file(self) -> bool:
        """What follows is a JPEG or PNG file, meant for printers."""
        return self.packing in (_JPEG, _PNG) and not self.is_os_2

    @property
    def is_unusual(self) -> bool:
        """Of a kind that is read here."""
        if self.packing == _RUNS_OF_24 and self.is_os_2:
            return self.depth == 24
        if self.packing in (_MASKS, _MASKS_AND_ALPHA):
            return self.depth in (16, 32) and any(self.masks[:3]) and not self.is_os_2
        if self.packing:
            return False
        return self.depth in (2, 64) or self.length == _SHORTENED


def read_header(data: bytes, start: int) -> Header:
    """Raises: struct.error, ValueError: there is none."""
    (length,) = struct.unpack_from("<I", data, start)
    if length == _CORE:
        width, height, _, depth = struct.unpack_from("<4H", data, start + 4)
    elif length >= _SHORTENED:
        width, height, _, depth = struct.unpack_from("<iiHH", data, start + 4)
    else:
        raise ValueError("no header of a bitmap")
    packing, colours = 0, 0
    if length >= _INFO:
        packing, _, _, _, colours = struct.unpack_from("<IIiiI", data, start + 16)
    masks: tuple[int, ...] = ()
    behind = start + length
    if packing in (_MASKS, _MASKS_AND_ALPHA) and length != _OS_2:
        count = 4 if packing == _MASKS_AND_ALPHA or length >= _V3 else 3
        masks = struct.unpack_from(f"<{count}I", data, start + _INFO)
        if length == _INFO:
            behind += 4 * count
    colours = min(colours or (1 << depth if depth <= 8 else 0), 256)
    pixels = behind + colours * (3 if length == _CORE else 4)
    if start == _FILE_HEADER:
        (pixels,) = struct.unpack_from("<I", data, 10)
    return Header(
        *(start, length, width, abs(height), height > 0, depth),
        *(packing, colours, pixels, masks),
    )


def read_pixels(data: bytes, header: Header) -> Image.Image:
    """Raises: ValueError: pixels are missing."""
    import numpy as np

    from desktop.media.formats.float_pixels import picture_of_values

    is_of_runs = header.packing == _RUNS_OF_24
    values = _of_runs(data, header) if is_of_runs else _of_rows(data, header)
    if header.is_upside_down:
        values = values[::-1]
    return picture_of_values(np.ascontiguousarray(values))


def _of_rows(data: bytes, header: Header) -> NDArray[Any]:
    """(h, w, channels), in the order of the file."""
    import numpy as np

    stride = (header.width * header.depth + 31) // 32 * 4
    if len(data) < header.pixels + stride * header.height:
        raise ValueError("breaks off")
    rows = np.frombuffer(data, np.uint8, stride * header.height, header.pixels)
    rows = rows.reshape(header.height, stride)
    if header.masks:
        return _of_masks(rows.view(f"<u{header.depth // 8}")[:, : header.width], header)
    if header.depth == 64:
        words = rows.view("<i2").reshape(header.height, -1, 4)[:, : header.width]
        return words[..., [2, 1, 0, 3]].astype(np.float32) / _ONE
    if header.depth in (24, 32):
        pixels = rows[:, : header.width * header.depth // 8]
        return pixels.reshape(header.height, header.width, -1)[..., 2::-1]
    if header.depth == 16:
        five = (0x7C00, 0x3E0, 0x1F)
        return np.dstack([_channel(rows.view("<u2")[:, : header.width], mask) for mask in five])
    if header.depth not in (1, 2, 4, 8):
        raise ValueError("no such depth")
    shifts = np.arange(8 - header.depth, -1, -header.depth, dtype=np.uint8)
    numbers = (rows[..., np.newaxis] >> shifts) & ((1 << header.depth) - 1)
    numbers = numbers.reshape(header.height, -1)[:, : header.width]
    at = header.start + header.length
    table = np.zeros((1 << header.depth, 4), np.uint8)
    stated = np.frombuffer(data[at : at + 4 * header.colours], np.uint8)
    stated = stated[: len(stated) // 4 * 4].reshape(-1, 4)[: len(table)]
    table[: len(stated)] = stated
    return table[numbers][..., 2::-1]


def _of_masks(pixels: NDArray[Any], header: Header) -> NDArray[Any]:
    import numpy as np

    channels = [_channel(pixels, mask) for mask in header.masks[:3]]
    if len(header.masks) > 3 and header.masks[3]:
        alpha = _channel(pixels, header.masks[3])
        # Many programs leave a channel empty that they do not use.
        channels += [alpha] if alpha.any() else []
    return np.dstack(channels)


def _channel(pixels: NDArray[Any], mask: int) -> NDArray[Any]:
    """(h, w), in 8 bits."""
    import numpy as np

    if not mask:
        return np.zeros(pixels.shape, np.uint8)
    lowest = (mask & -mask).bit_length() - 1
    most = mask >> lowest
    values = (pixels & pixels.dtype.type(mask)) >> pixels.dtype.type(lowest)
    if most > _TABLED:
        return (values.astype(np.float64) * (255 / most) + 0.5).astype(np.uint8)
    return (np.arange(most + 1) * (255 / most) + 0.5).astype(np.uint8)[values]


def _of_runs(data: bytes, header: Header) -> NDArray[Any]:
    """(h, w, 3), in the order of the file; where nothing is said it stays black."""
    import numpy as np

    values = np.zeros((header.height, header.width, 3), np.uint8)
    at, x, y = header.pixels, 0, 0
    while y < header.height:
        count, number = data[at], data[at + 1]
        at += 2
        if count:
            colour = data[at + 1], data[at], number
            values[y, x : x + count] = colour
            at, x = at + 2, x + count
        elif number == 0:
            x, y = 0, y + 1
        elif number == 1:
            break
        elif number == 2:
            x, y, at = x + data[at], y + data[at + 1], at + 2
        else:
            run = np.frombuffer(data, np.uint8, 3 * number, at).reshape(-1, 3)[:, ::-1]
            part = values[y, x : x + number]
            part[:] = run[: len(part)]
            at, x = at + 3 * number + number % 2, x + number
    return values

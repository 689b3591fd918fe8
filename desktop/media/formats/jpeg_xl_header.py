"""What the header of a JPEG XL picture says, bit by bit, as in ISO/IEC 18181-1.

The decoder does not tell the colours that a picture is stored in, nor its size before it decodes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_D65, _EQUAL, _DCI = (0.3127, 0.329), (1 / 3, 1 / 3), (0.314, 0.351)
_PRIMARIES = {
    1: (0.639998686, 0.330010138, 0.300003784, 0.600003357, 0.150002046, 0.059997204),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_ALPHA, _SPOT, _FILTER_ARRAY = 0, 2, 5


@dataclass(frozen=True, slots=True)
class JpegXlHeader:
    """The facts of one picture.

    Attributes:
        size: stored, not yet upright.
        orientation: EXIF's; the decoder turns the picture by itself.
        channels: colours and all others.
        chromaticities: x and y of red, green, blue, white; None: sRGB's, or not told.
        transfer: as ITU-T H.273 counts them.
        gamma: the power to which light was raised; 0 where ``transfer`` tells.
        has_profile: the colours are told by an ICC profile, which the decoder keeps to itself.
    """

    size: tuple[int, int]
    orientation: int = 1
    is_animation: bool = False
    is_float: bool = False
    channels: int = 3
    is_lossy: bool = True
    chromaticities: tuple[float, ...] | None = None
    transfer: int = 13
    gamma: float = 0.0
    has_profile: bool = False


def read_header(data: bytes) -> JpegXlHeader:
    """Of a codestream, or a file of boxes with one inside.

    Raises:
        ValueError: it breaks off, or is none.
    """
    try:
        return _header(_Bits(_codestream(data)))
    except (IndexError, struct.error) as error:
        raise ValueError("breaks off in its header") from error


def _codestream(data: bytes) -> bytes:
    """The beginning of it."""
    if data.startswith(CODESTREAM):
        return data[2 : 1 << 16]
    for kind, content in _boxes(data):
        if kind == b"jxlc":
            return content[2 : 1 << 16]
        if kind == b"jxlp":
            return content[6 : 1 << 16]
    raise ValueError("no codestream")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        first = at + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, first)
            first += 8
        end = at + length if length else len(data)
        if end < first:
            return
        yield kind, data[first : min(end, first + (1 << 16))]
        at = end


class _Bits:
    """Reads the least significant bits first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, count: int) -> int:
        value = 0
        for place in range(count):
            value |= (self._data[self._at >> 3] >> (self._at & 7) & 1) << place
            self._at += 1
        return value

    def flag(self) -> bool:
        return bool(self.read(1))

    def choice(self, *ways: tuple[int, int]) -> int:
        """One of four ways to write a number: (bits, what is added)."""
        bits, added = ways[self.read(2)]
        return self.read(bits) + added

    def enum(self) -> int:
        return self.choice((0, 0), (0, 1), (4, 2), (6, 18))

    def half(self) -> float:
        (value,) = struct.unpack("<e", struct.pack("<H", self.read(16)))
        return value

    def point(self) -> tuple[float, float]:
        """A chromaticity, in millionths, negative ones in between."""
        ways = ((19, 0), (19, 524_288), (20, 1_048_576), (21, 2_097_152))
        packed = self.choice(*ways), self.choice(*ways)
        x, y = ((each >> 1) ^ -(each & 1) for each in packed)
        return x / 1e6, y / 1e6


def _size(bits: _Bits) -> tuple[int, int]:
    ways = ((9, 1), (13, 1), (18, 1), (30, 1))
    is_small = bits.flag()
    height = 8 * (bits.read(5) + 1) if is_small else bits.choice(*ways)
    ratio = bits.read(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return height * across // down, height
    return (8 * (bits.read(5) + 1) if is_small else bits.choice(*ways)), height


def _header(bits: _Bits) -> JpegXlHeader:
    size = _size(bits)
    if bits.flag():
        return JpegXlHeader(size)
    orientation, is_animation = 1, False
    if bits.flag():
        orientation = bits.read(3) + 1
        if bits.flag():
            _size(bits)  # at which it should be shown
        if bits.flag():
            _skip_preview(bits)
        is_animation = bits.flag()
        if is_animation:
            _skip_timing(bits)
    is_float = _is_float(bits)
    bits.flag()  # whether 16 bits suffice inside
    extra = bits.choice((0, 0), (0, 1), (4, 2), (12, 1))
    for _ in range(extra):
        _skip_channel(bits)
    is_lossy = bits.flag()
    colours = 3
    chromaticities: tuple[float, ...] | None = None
    transfer, gamma, has_profile = 13, 0.0, False
    if not bits.flag():
        has_profile = bits.flag()
        space = bits.enum()
        colours = 1 if space == 1 else 3
        if not has_profile and space != 2:
            chromaticities, transfer, gamma = _colours(bits, is_grey=space == 1)
    return JpegXlHeader(
        *(size, orientation, is_animation, is_float, colours + extra, is_lossy),
        *(chromaticities, transfer, gamma, has_profile),
    )


def _colours(bits: _Bits, *, is_grey: bool) -> tuple[tuple[float, ...] | None, int, float]:
    kind = bits.enum()
    white = bits.point() if kind == 2 else {10: _EQUAL, 11: _DCI}.get(kind, _D65)
    chromaticities: tuple[float, ...] | None = None
    if not is_grey:
        kind_of_primaries = bits.enum()
        if kind_of_primaries == 2:
            chromaticities = (*bits.point(), *bits.point(), *bits.point(), *white)
        elif (kind_of_primaries, white) != (1, _D65):
            chromaticities = (*_PRIMARIES.get(kind_of_primaries, _PRIMARIES[1]), *white)
    if bits.flag():
        return chromaticities, 2, bits.read(24) / 1e7
    return chromaticities, bits.enum(), 0.0


def _is_float(bits: _Bits) -> bool:
    if bits.flag():
        bits.choice((0, 32), (0, 16), (0, 24), (6, 1))
        bits.read(4)
        return True
    bits.choice((0, 8), (0, 10), (0, 12), (6, 1))
    return False


def _skip_preview(bits: _Bits) -> None:
    is_small = bits.flag()
    ways = (
        ((0, 16), (0, 32), (5, 1), (9, 33))
        if is_small
        else ((6, 1), (8, 65), (10, 321), (12, 1345))
    )
    bits.choice(*ways)
    if not bits.read(3):
        bits.choice(*ways)


def _skip_timing(bits: _Bits) -> None:
    bits.choice((0, 100), (0, 1000), (10, 1), (30, 1))
    bits.choice((0, 1), (0, 1001), (8, 1), (10, 1))
    bits.choice((0, 0), (3, 0), (16, 0), (32, 0))
    bits.flag()


def _skip_channel(bits: _Bits) -> None:
    if bits.flag():
        return
    kind = bits.enum()
    _is_float(bits)
    bits.choice((0, 0), (0, 3), (0, 4), (3, 1))
    bits.read(8 * bits.choice((0, 0), (4, 0), (5, 16), (10, 48)))
    if kind == _ALPHA:
        bits.flag()
    elif kind == _SPOT:
        for _ in range(4):
            bits.half()
    elif kind == _FILTER_ARRAY:
        bits.choice((0, 1), (2, 0), (4, 3), (8, 19))

"""How the colours of a BMP picture are meant: the fourth and fifth header of "Windows GDI"."""

from __future__ import annotations

import struct

from desktop.media.stated_colour import StatedColour, stated_by_gamma

_V4, _V5 = 108, 124
_CALIBRATED, _EMBEDDED = 0, 0x4D424544
"""LCS_CALIBRATED_RGB, PROFILE_EMBEDDED."""


def colour_of(data: bytes, start: int) -> tuple[bytes | None, StatedColour | None]:
    """The ICC profile, or what else is stated.

    Args:
        start: where the header with the size of the picture begins.
    """
    if len(data) < start + 4:
        return None, None
    (length,) = struct.unpack_from("<I", data, start)
    if length not in (_V4, _V5) or len(data) < start + length:
        return None, None
    (kind,) = struct.unpack_from("<I", data, start + 56)
    if kind == _EMBEDDED and length == _V5:
        offset, size = struct.unpack_from("<II", data, start + 112)
        return data[start + offset : start + offset + size] or None, None
    if kind != _CALIBRATED:
        return None, None
    values = struct.unpack_from("<9i3I", data, start + 60)
    primaries = [values[at : at + 3] for at in (0, 3, 6)]
    white = [sum(column) for column in zip(*primaries, strict=True)]
    if not all(sum(colour) > 0 for colour in primaries):
        return None, None  # left empty, as by most programs
    red, green, blue, of_white = ((c[0] / sum(c), c[1] / sum(c)) for c in (*primaries, white))
    gamma = values[10] / 65536  # of green
    return None, stated_by_gamma(gamma, (*red, *green, *blue, *of_white))

"""Radiance HDR (RGBE, XYZE): light, brought to sRGB."""

from __future__ import annotations

import re

from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source

_RESOLUTION = re.compile(rb"([+-])([XY]) (\d{1,9}) ([+-])([XY]) (\d{1,9})\n")
_MOST_HEADER = 64 * 1024
_MARKS = (b"#?RADIANCE", b"#?RGBE", b"#?AUTOPANO")


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        ValueError: there is none.
        FileTooLarge: too many pixels.
    """
    try:
        import imagecodecs
    except ImportError as error:
        raise encoded.lacking(tr("A Radiance HDR picture"), "imagecodecs") from error
    import numpy as np

    from desktop.media.formats.float_pixels import BYTES_A_VALUE, picture_of_light
    from desktop.media.light import xyz_to_bt709

    header_end = encoded.data.find(b"\n\n", 0, _MOST_HEADER)
    found = _RESOLUTION.match(encoded.data, header_end + 2)
    if header_end < 0 or found is None:
        raise ValueError("no resolution")
    is_xyz = b"32-bit_rle_xyze" in encoded.data[:header_end]
    first, second = int(found[3]), int(found[6])  # rows, and what is in one
    is_upright = found[2] == b"Y"
    size = (second, first) if is_upright else (first, second)
    encoded.check_size(size)
    rows = found[1] == b"-" if is_upright else found[1] == b"+"
    columns = found[4] == b"+" if is_upright else found[4] == b"-"

    def load() -> Raster:
        # What decodes it expects rows from above, from the left.
        plain = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (first, second)
        whole = plain + encoded.data[found.end() :]
        light = np.zeros((first, second, 3), np.float32)
        imagecodecs.rgbe_decode(whole, header=True, out=light)
        if not rows:
            light = light[::-1]
        if not columns:
            light = light[:, ::-1]
        if not is_upright:
            light = light.swapaxes(0, 1)
        if is_xyz:
            light = light @ xyz_to_bt709().T
        return Raster(picture_of_light(light))

    return Source(size, load, memory=size[0] * size[1] * 3 * BYTES_A_VALUE)


RADIANCE = PictureFormat(
    name="HDR",
    label=marked("Radiance HDR picture"),
    suffixes=(".hdr", ".rgbe", ".xyze"),
    signatures=_MARKS,
    libraries=(
        *("imagecodecs", "imagecodecs._rgbe", "numpy"),
        *("desktop.media.formats.float_pixels", "desktop.media.light"),
    ),
    open=_open,
)

"""TGA, which has no signature: the name or a footer, which some programs write, must tell."""

from __future__ import annotations

import io
import struct

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source

_SUFFIXES = (".tga", ".icb", ".vda", ".vst")
_FOOTER = b"TRUEVISION-XFILE.\x00"


def _open(encoded: Encoded) -> Source:
    from PIL.TgaImagePlugin import TgaImageFile

    from desktop.media.formats import pillow

    has_alpha = bool(encoded.data[17] & 0x0F)
    # Without, its fourth byte is said to mean nothing.
    mode = None if has_alpha else "RGB"
    return pillow.opened(encoded, TgaImageFile(io.BytesIO(encoded.data)), mode=mode)


def _is_tga(data: bytes, suffix: str) -> bool:
    """With a name or a footer, what every header fulfils: alone, that is far too little."""
    if len(data) < 18 or not (suffix in _SUFFIXES or data.endswith(_FOOTER)):
        return False
    map_kind, kind, depth, descriptor = data[1], data[2], data[16], data[17]
    width, height = struct.unpack_from("<HH", data, 12)
    depths = {1: (8,), 2: (16, 24, 32), 3: (8, 16)}.get(kind & 7, ())
    is_kind = kind & ~8 in (1, 2, 3) and depth in depths and map_kind <= 1
    has_map = map_kind == 1 and data[7] in (16, 24, 32)
    return is_kind and (kind & 7 != 1 or has_map) and width * height > 0 and descriptor < 64


TGA = PictureFormat(
    name="TGA",
    label=marked("TGA picture"),
    suffixes=_SUFFIXES,
    recognise=_is_tga,
    libraries=("PIL.TgaImagePlugin",),
    open=_open,
)

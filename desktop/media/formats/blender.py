"""Blender's files: the small picture near their beginning, as Blender's ``BLO_blend_defs.hh`` and
its thumbnailer have it."""

from __future__ import annotations

import struct
import zlib

from desktop.core.text import marked, tr
from desktop.media.formats.format import BYTES_A_PIXEL, Encoded, PictureFormat, Raster, Source
from desktop.media.formats.inner_preview import no_preview

_MARK, _GZIP, _ZSTD = b"BLENDER", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SUFFIXES = (".blend", ".blend1", ".blend2")
_MOST_UNPACKED = 8 * 1024 * 1024
"""The picture is among the first things written; what comes later is not unpacked."""
_MOST_BLOCKS = 16
_LARGEST_SIDE = 1024


def _open(encoded: Encoded) -> Source:
    """Read the blocks before the scene.

    Raises:
        FileUnsupported: saved without the picture, or packed and imagecodecs is not installed.
        ValueError: no file of Blender's.
    """
    from PIL import Image

    data = _unpacked(encoded)
    found = _picture(data)
    if found is None:
        raise no_preview(encoded)
    width, height, start = found
    encoded.check_size((width, height), _LARGEST_SIDE**2)
    pixels = data[start : start + 4 * width * height]
    if len(pixels) < 4 * width * height:
        raise ValueError("breaks off")

    def load() -> Raster:
        image = Image.frombytes("RGBA", (width, height), pixels)
        return Raster(image.transpose(Image.Transpose.FLIP_TOP_BOTTOM))

    return Source((width, height), load, memory=width * height * BYTES_A_PIXEL + len(data))


def _unpacked(encoded: Encoded) -> bytes:
    data = encoded.data
    if data.startswith(_GZIP):
        data = zlib.decompressobj(wbits=31).decompress(data, _MOST_UNPACKED)
    elif data.startswith(_ZSTD):
        try:
            import imagecodecs
        except ImportError as error:
            raise encoded.lacking(tr("A packed Blender file"), "imagecodecs") from error
        # Blender packs each megabyte by itself.
        data = bytes(imagecodecs.zstd_decode(_first_frame(data), out=_MOST_UNPACKED))
    if not data.startswith(_MARK):
        raise ValueError("no file of Blender's")
    return data


def _first_frame(data: bytes) -> bytes:
    """As RFC 8878, 3.1.1, has it. Raises: IndexError where it breaks off."""
    flags = data[4]
    is_single = flags >> 5 & 1
    at = 5 + (not is_single) + (0, 1, 2, 4)[flags & 3] + (is_single, 2, 4, 8)[flags >> 6]
    is_last = 0
    while not is_last:
        block = int.from_bytes(data[at : at + 3], "little")
        is_last, kind, length = block & 1, block >> 1 & 3, block >> 3
        at += 3 + (1 if kind == 1 else length)
        if at > len(data):
            raise IndexError("breaks off")
    return data[: at + (4 if flags >> 2 & 1 else 0)]


def _picture(data: bytes) -> tuple[int, int, int] | None:
    """Width, height and where the pixels begin; None where there is none before the scene."""
    if data[7:9].isdigit():  # since Blender 5: the length of the header, and larger numbers
        at, order, head = int(data[7:9]), "<", "4sIQqq"
    else:
        order = ">" if data[8:9] == b"V" else "<"
        at, head = 12, "4siIII" if data[7:8] == b"_" else "4siQII"
    for _ in range(_MOST_BLOCKS):
        kind, *facts = struct.unpack_from(order + head, data, at)
        length = facts[2] if head.endswith("qq") else facts[0]
        at += struct.calcsize(order + head)
        if kind == b"TEST":
            width, height = struct.unpack_from(order + "ii", data, at)
            return width, height, at + 8
        if kind in (b"GLOB", b"ENDB") or length < 0:
            return None
        at += length
    return None


def _is_blend(data: bytes, suffix: str) -> bool:
    if data.startswith(_MARK):
        return data[7:8] in (b"_", b"-") or data[7:9].isdigit()
    return suffix in _SUFFIXES and data.startswith((_GZIP, _ZSTD))


BLENDER = PictureFormat(
    name="Blender",
    label=marked("Blender file"),
    suffixes=_SUFFIXES,
    signatures=(_MARK,),
    recognise=_is_blend,
    libraries=("imagecodecs", "imagecodecs._zstd"),
    open=_open,
)

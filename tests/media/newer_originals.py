"""The known picture in formats of film, games and older systems, by encoders that are not the
decoders that Plantain uses, or by hand as the format's description has it."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.media.samples import encoded


def by_ffmpeg(codec: str, form: str, values: NDArray[Any], **options: str) -> bytes:
    """One picture as FFmpeg writes it; ``values`` as the pixel format has them."""
    context: Any = av.CodecContext.create(codec, "w")
    context.height, context.width = values.shape[:2]
    context.pix_fmt, context.time_base, context.options = form, Fraction(1, 25), options
    frame = av.VideoFrame.from_ndarray(values, format=form)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def linear(image: Image.Image) -> NDArray[np.float32]:
    """The light of an sRGB picture, 1 for white."""
    coded = np.asarray(image.convert("RGB")).astype(np.float32) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype("f4")


def radiance(light: NDArray[np.float32], resolution: bytes = b"-Y %d +X %d") -> bytes:
    """Flat RGBE, as Ward's description has it; rows and columns in the order given."""
    mantissa, exponent = np.frexp(light.max(axis=-1))
    scale = np.where(light.max(axis=-1) > 1e-32, mantissa * 256 / light.max(axis=-1), 0)
    pixels = np.zeros((*light.shape[:2], 4), np.uint8)
    pixels[..., :3] = light * scale[..., np.newaxis]
    pixels[..., 3] = exponent + 128
    head = b"#?RADIANCE\n# made by hand\nFORMAT=32-bit_rle_rgbe\nEXPOSURE=1.0\n\n"
    return head + resolution % light.shape[:2] + b"\n" + pixels.tobytes()


def netpbm(kind: str, image: Image.Image) -> bytes:
    """By the letter of Netpbm's manuals."""
    width, height = image.size
    rgb, grey = np.asarray(image.convert("RGB")), np.asarray(image.convert("L"))
    ink = (np.asarray(image.convert("1")) == 0).astype(np.uint8)
    size = f"{width} {height}".encode()
    words = {
        "P1": lambda: b"P1\n# ink\n" + size + b"\n" + b"".join(b"%d" % each for each in ink.flat),
        "P2": lambda: b"P2 " + size + b" 255\n" + b" ".join(b"%d" % each for each in grey.flat),
        "P3": lambda: b"P3#c\n" + size + b"\n255\n" + b"\n".join(b"%d" % v for v in rgb.flat),
        "P4": lambda: b"P4\n" + size + b"\n" + np.packbits(ink, axis=1).tobytes(),
        "P5": lambda: b"P5\n" + size + b"\n255\n" + grey.tobytes(),
        "P6": lambda: b"P6\n# a comment\n" + size + b"\n255\n" + rgb.tobytes(),
        "P6 deep": lambda: b"P6 " + size + b" 65535\n" + (rgb.astype(">u2") * 257).tobytes(),
        "P7": lambda: (
            b"P7\nWIDTH %d\nHEIGHT %d\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" % image.size
            + rgb.tobytes()
        ),
        "PF": lambda: b"PF\n" + size + b"\n-1.0\n" + linear(image)[::-1].astype("<f4").tobytes(),
        "PF big": lambda: b"PF\n" + size + b"\n1.0\n" + linear(image)[::-1].astype(">f4").tobytes(),
    }
    return words[kind]()


def sgi_deep(image: Image.Image) -> bytes:
    """16 bits a channel, not packed; L, RGB or RGBA."""
    values = np.atleast_3d(np.asarray(image))[::-1].astype(">u2") * 257
    channels = values.shape[2]
    dimension = 2 if channels == 1 else 3
    head = struct.pack(">HBBHHHHII", 474, 0, 2, dimension, *image.size, channels, 0, 65535)
    return head.ljust(512, b"\0") + values.transpose(2, 0, 1).tobytes()


def cursor(image: Image.Image, spot: tuple[int, int] = (7, 9)) -> bytes:
    """A Windows cursor of one picture."""
    icon = bytearray(encoded(image, "ICO", sizes=[image.size], bitmap_format="bmp"))
    icon[2] = 2
    struct.pack_into("<HH", icon, 10, *spot)
    return bytes(icon)


def headless_bitmap(image: Image.Image) -> bytes:
    """A device-independent bitmap as Windows keeps it, without the header of a file."""
    return encoded(image, "DIB")


def exr(image: Image.Image, **options: str) -> bytes:
    """By FFmpeg's encoder."""
    planes = linear(image)
    return by_ffmpeg("exr", "gbrpf32le", planes, **options)


def texture(kind: int | bytes, stored: NDArray[Any]) -> bytes:
    """A DDS file of 64 by 48.

    Args:
        kind: a DXGI_FORMAT, or the four letters that older ones are called by.
    """
    is_new = isinstance(kind, int)
    head = struct.pack("<4s7I44x", b"DDS ", 124, 0x1007, 48, 64, 0, 0, 1)
    head += struct.pack("<II4s20x", 32, 4, b"DX10" if is_new else kind)
    head += struct.pack("<I16x", 0x1000)
    return head + (struct.pack("<5I", kind, 3, 0, 1, 0) if is_new else b"") + stored.tobytes()

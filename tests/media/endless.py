"""Small files that take a decoder hours or gigabytes."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def jpeg_of_scans(count: int, side: int = 4096) -> bytes:
    """A progressive JPEG whose last scan comes again and again; each walks over all pixels."""
    out = io.BytesIO()
    Image.new("L", (side, side), 128).save(out, "JPEG", progressive=True, quality=50)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def bmp_of_runs(side: int = 30_000) -> bytes:
    """A BMP of one kilobyte: run-length coded, the rest of its pixels left out."""
    body = b"\xff\x01" * 400 + b"\x00\x01"
    header = struct.pack("<IiiHHIIiiII", 40, side, side // 10, 1, 8, 1, len(body), 0, 0, 2, 0)
    palette = b"\x00\x00\x00\x00\xff\xff\xff\x00"
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + header + palette + body


def large_webp() -> bytes:
    """A WebP of 36 bytes with a canvas of 16,383 × 8,000; making it takes as much as opening it."""
    pixels = b'/\xfe\xff\xcf\x07\x07\x10\xfd\x8f\xfe\x07"\xa2\xff\x01\x00'
    return b"RIFF\x1c\0\0\0WEBPVP8L\x0f\0\0\0" + pixels


def png_of_nothing(side: int = 10_000) -> bytes:
    """A PNG of all the pixels that are allowed, interlaced, and a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 1)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(4 * side * 8)) for _ in range(side // 8 + 100))
    data = rows + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def gif_of_frames(count: int, side: int = 2000) -> bytes:
    """A GIF whose first frames show nothing, each as large as the whole."""
    out = io.BytesIO()
    Image.new("P", (side, side), 0).save(out, "GIF")
    data = out.getvalue()
    begin = data.index(b"\x2c")
    return data[:begin] + data[begin:-1] * count + b"\x3b"


MEMBERS = {
    "JPEG of 100,000 scans": lambda: jpeg_of_scans(100_000, 1024),
    "JPEG of 2,000 large scans": lambda: jpeg_of_scans(2_000),
    "BMP of runs": bmp_of_runs,
    "WebP of the largest canvas": large_webp,
    "interlaced PNG": png_of_nothing,
    "GIF of 3,000 empty frames": lambda: gif_of_frames(3_000),
}

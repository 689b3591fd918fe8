"""One known picture in every format, made with the libraries that designers' programs use, or by
hand where none writes it."""

from __future__ import annotations

import base64
import gzip
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.media.samples import encoded

WIDTH, HEIGHT = 64, 48


def known_picture() -> Image.Image:
    """Four different corners on a slope: no turn, flip, swap of channels or shift goes unseen."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    pixels = np.stack([40 + 3 * x, 30 + 4 * y, 200 - 2 * x - y], axis=-1)
    pixels[:16, :16] = (220, 40, 30)
    pixels[:16, -16:] = (30, 180, 60)
    pixels[-16:, :16] = (240, 210, 20)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def heic(image: Image.Image, **options: object) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=95, chroma=444, **options)
    return out.getvalue()


def psd(
    image: Image.Image,
    *,
    depth: int = 8,
    version: int = 1,
    profile: bytes = b"",
    has_merged: bool = True,
    notes: bytes = b"",
) -> bytes:
    """A Photoshop document without layers: header, profile, and the merged picture, packed.

    As Adobe's "Photoshop File Formats Specification" has it. RGB, L, CMYK, LAB or RGBA.
    """
    color_mode = {"L": 1, "RGB": 3, "RGBA": 3, "CMYK": 4, "LAB": 9}[image.mode]
    planes = [np.asarray(band) for band in image.split()]
    if image.mode == "CMYK":
        planes = [255 - plane for plane in planes]
    if image.mode == "RGBA":
        # Photoshop merges transparent pixels with white, and keeps how clear they were.
        alpha = planes[3].astype(np.float64) / 255
        planes[:3] = [(p * alpha + 255 * (1 - alpha) + 0.5).astype(np.uint8) for p in planes[:3]]
    width, height = image.size
    header = struct.pack(
        ">4sH6xHIIHH", b"8BPS", version, len(planes), height, width, depth, color_mode
    )
    resources = notes + (psd_resource(1039, profile) if profile else b"")
    if not has_merged:
        name = struct.pack(">IH", 1, 0)
        resources += psd_resource(
            1057, struct.pack(">IB", 1, 0) + name + name + struct.pack(">I", 1)
        )
    length = ">I" if version == 1 else ">Q"
    layers = b""
    if image.mode == "RGBA":  # no layers, and the first extra channel is transparency
        info = struct.pack(">h", -1) + _empty_layer(version)
        info += b"\0" * (len(info) % 2)
        layers = struct.pack(length, len(info)) + info + struct.pack(">I", 0)
    raw = b"".join(
        plane.tobytes() if depth == 8 else (plane.astype(">u2") * 257).tobytes() for plane in planes
    )
    return (
        header
        + struct.pack(">I", 0)
        + struct.pack(">I", len(resources))
        + resources
        + struct.pack(length, len(layers))
        + layers
        + struct.pack(">H", 0)
        + raw
    )


def psd_resource(number: int, data: bytes) -> bytes:
    return struct.pack(">4sHHI", b"8BIM", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def _empty_layer(version: int) -> bytes:
    length = ">I" if version == 1 else ">Q"
    name = b"\x05Layer\x00\x00"
    extra = struct.pack(">I", 0) + struct.pack(">I", 0) + name
    channels = b"".join(struct.pack(">h", n) + struct.pack(length, 2) for n in (-1, 0, 1, 2))
    record = struct.pack(">4iH", 0, 0, 0, 0, 4) + channels
    record += b"8BIM" + b"norm" + bytes((255, 0, 0, 0)) + struct.pack(">I", len(extra)) + extra
    return record + struct.pack(">H", 0) * 4


def svg(image: Image.Image, *, scale: int = 1) -> bytes:
    """Every pixel as a rectangle: what a drawing means must not depend on an embedded bitmap."""
    width, height = image.size
    pixels = np.asarray(image.convert("RGB"))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale}" '
        f'height="{height * scale}" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
    ]
    for y in range(height):
        x = 0
        while x < width:
            end = x + 1
            while end < width and (pixels[y, end] == pixels[y, x]).all():
                end += 1
            colour = "#{:02x}{:02x}{:02x}".format(*pixels[y, x])
            parts.append(f'<path fill="{colour}" d="M{x} {y}h{end - x}v1h-{end - x}z"/>')
            x = end
    return "".join([*parts, "</svg>"]).encode()


def svgz(image: Image.Image) -> bytes:
    return gzip.compress(svg(image), mtime=0)


def svg_with_bitmap(image: Image.Image) -> bytes:
    data = base64.b64encode(encoded(image, "PNG")).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{image.width}" height="{image.height}">'
        f'<image width="{image.width}" height="{image.height}" '
        f'xlink:href="data:image/png;base64,{data}"/></svg>'
    ).encode()


def pdf(image: Image.Image, *, pages: int = 1, points: float = 1.0) -> bytes:
    """Pages with the picture in full, one pixel each ``points`` points, packed without loss."""
    width, height = image.size
    packed = zlib.compress(image.convert("RGB").tobytes())
    page_w, page_h = width * points, height * points
    content = f"q {page_w:g} 0 0 {page_h:g} 0 0 cm /P Do Q".encode()
    kids = " ".join(f"{5 + n} 0 R" for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
        f"/BitsPerComponent 8 /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream",
        f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
    ]
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page_w:g} {page_h:g}] /Contents 4 0 R "
        "/Resources << /XObject << /P 3 0 R >> >> >>"
    ).encode()
    objects += [page] * pages
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def locked_pdf() -> bytes:
    """A document that nobody without its password can open (the user's is not the empty one)."""
    whole = pdf(known_picture())
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<%s> <%s>] " % (
        *(b"41" * 32, b"42" * 32),
        *(b"43" * 16, b"43" * 16),
    )
    return whole.replace(b"trailer << ", b"trailer << " + lock)


def jp2_with_profile(image: Image.Image, profile: bytes) -> bytes:
    """Pillow writes none, so the colour box that it wrote is exchanged for one with a profile."""
    data = encoded(image, "JPEG2000")
    header = data.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", data, header)
    colour = data.index(b"colr") - 4
    (colour_length,) = struct.unpack_from(">I", data, colour)
    box = struct.pack(">I4sBBB", 11 + len(profile), b"colr", 2, 0, 0) + profile
    inside = data[header + 8 : colour] + box + data[colour + colour_length : header + length]
    return (
        data[:header]
        + struct.pack(">I4s", len(inside) + 8, b"jp2h")
        + inside
        + data[header + length :]
    )


def dng(
    image: Image.Image,
    *,
    orientation: int = 1,
    turned_preview: bool = False,
    profile: bytes = b"",
) -> bytes:
    """A minimal DNG: a JPEG preview of ``image``, and a raw picture of twice its size.

    Args:
        orientation: EXIF's, of the raw part.
        turned_preview: the preview says itself how it is turned.
    """
    options: dict[str, bytes] = {"icc_profile": profile} if profile else {}
    if turned_preview:
        stated = Image.Exif()
        stated[0x0112] = orientation
        options["exif"] = stated.tobytes()
    preview = encoded(image, "JPEG", quality=95, subsampling=0, **options)
    raw_w, raw_h = image.width * 2, image.height * 2
    raw = np.full((raw_h, raw_w), 8000, "<u2").tobytes()
    at = 8
    blob = bytearray()

    def put(data: bytes) -> int:
        place = at + len(blob)
        blob.extend(data + b"\0" * (len(data) % 2))
        return place

    preview_at, raw_at = put(preview), put(raw)
    raw_entries = [
        _tag(254, 4, 1, 0),
        _tag(256, 4, 1, raw_w),
        _tag(257, 4, 1, raw_h),
        _tag(258, 3, 1, 16),
        _tag(259, 3, 1, 1),
        _tag(262, 3, 1, 32803),
        _tag(273, 4, 1, raw_at),
        _tag(277, 3, 1, 1),
        _tag(278, 4, 1, raw_h),
        _tag(279, 4, 1, len(raw)),
        _tag(33421, 3, 2, 2 | 2 << 16),
        _tag(33422, 1, 4, int.from_bytes(bytes((0, 1, 1, 2)), "little")),
        _tag(50717, 4, 1, 16383),
    ]
    raw_ifd = put(_directory(raw_entries))
    make, model = put(b"Plantain\0"), put(b"Test\0\0")
    matrix = put(b"".join(struct.pack("<ii", v, 1) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    neutral = put(b"".join(struct.pack("<II", 1, 1) for _ in range(3)))
    entries = [
        _tag(254, 4, 1, 1),
        _tag(256, 4, 1, image.width),
        _tag(257, 4, 1, image.height),
        _tag(258, 3, 1, 8),
        _tag(259, 3, 1, 7),
        _tag(262, 3, 1, 6),
        _tag(271, 2, 9, make),
        _tag(272, 2, 5, model),
        _tag(273, 4, 1, preview_at),
        _tag(274, 3, 1, orientation),
        _tag(277, 3, 1, 3),
        _tag(278, 4, 1, image.height),
        _tag(279, 4, 1, len(preview)),
        _tag(330, 4, 1, raw_ifd),
        _tag(50706, 1, 4, int.from_bytes(bytes((1, 4, 0, 0)), "little")),
        _tag(50708, 2, 5, model),
        _tag(50721, 10, 9, matrix),
        _tag(50728, 5, 3, neutral),
    ]
    first = put(_directory(entries))
    return struct.pack("<2sHI", b"II", 42, first) + bytes(blob)


def _tag(number: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHII", number, kind, count, value)


def _directory(entries: list[bytes]) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", 0)


def tiff_16(image: Image.Image) -> bytes:
    return tiff(np.asarray(image.convert("RGB")).astype("<u2") * 257, photometric=2)


def tiff(
    values: NDArray[Any], *, photometric: int, extra: int | None = None, planar: bool = False
) -> bytes:
    """A TIFF of any depth, which Pillow cannot write; not packed.

    Args:
        values: (height, width, channels), little endian; floats or whole numbers.
        photometric: 1 grey, 2 RGB, 5 CMYK.
        extra: what the last channel is: 2 for transparency, 0 for nothing.
        planar: the channels one after the other.
    """
    height, width, channels = values.shape
    raw = (values.transpose(2, 0, 1) if planar else values).tobytes()
    strips = channels if planar else 1
    blob = bytearray(raw)

    def put(code: str, numbers: list[int]) -> int:
        """Where they are, or the number itself where it is alone."""
        if len(numbers) == 1:
            return numbers[0]
        place = 8 + len(blob)
        blob.extend(struct.pack(f"<{len(numbers)}{code}", *numbers))
        return place

    length = len(raw) // strips
    kind = 3 if values.dtype.kind == "f" else 1
    bits = put("H", [values.itemsize * 8] * channels)
    kinds = put("H", [kind] * channels)
    starts = put("I", [8 + strip * length for strip in range(strips)])
    lengths = put("I", [length] * strips)
    entries = [
        _tag(256, 4, 1, width),
        _tag(257, 4, 1, height),
        _tag(258, 3, channels, bits),
        _tag(259, 3, 1, 1),
        _tag(262, 3, 1, photometric),
        _tag(273, 4, strips, starts),
        _tag(277, 3, 1, channels),
        _tag(278, 4, 1, height),
        _tag(279, 4, strips, lengths),
        _tag(284, 3, 1, 2 if planar else 1),
        *([] if extra is None else [_tag(338, 3, 1, extra)]),
        _tag(339, 3, channels, kinds),
    ]
    blob.extend(b"\0" * (len(blob) % 2))
    return struct.pack("<2sHI", b"II", 42, 8 + len(blob)) + bytes(blob) + _directory(entries)

"""Portable pixmaps: PBM, PGM, PPM, PAM and, of floats, PFM. Read by the letter of Netpbm's manuals,
since Pillow reads some of them, and plain ones slowly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.core.errors import FileDamaged
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOKEN = re.compile(rb"(?:\s|#[^\n]*\n)*([^\s#]+)")
_HEADER = re.compile(rb"P(?:[1-6]|F4?|f)(?:\s|#)|P7\n")
_FLOATS = {b"Pf": 1, b"PF": 3, b"PF4": 4}
_BITS, _GREYS, _COLOURS = (b"P1", b"P4"), (b"P2", b"P5"), (b"P3", b"P6")
_MOST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class _Header:
    kind: bytes
    width: int
    height: int
    channels: int
    most: float
    """Of whole numbers the greatest; of floats the scale, negative for little endian."""
    end: int
    is_of_inks: bool = False


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        ValueError: it is none.
        FileTooLarge: too many pixels.
    """
    from PIL import Image

    from desktop.media.formats.float_pixels import BYTES_A_VALUE, picture_of_values

    header = _header(encoded.data)
    size = header.width, header.height
    encoded.check_size(size)

    def load() -> Raster:
        values = _values(encoded, header)
        if header.is_of_inks:
            return Raster(Image.fromarray(values, "CMYK"))
        return Raster(picture_of_values(values))

    return Source(size, load, memory=size[0] * size[1] * header.channels * BYTES_A_VALUE)


def _header(data: bytes) -> _Header:
    head = data[:_MOST_HEADER]
    if head.startswith(b"P7"):
        return _pam_header(head)
    kind = head.split(maxsplit=1)[0].partition(b"#")[0]
    at = len(kind)
    numbers: list[bytes] = []
    for _ in range(2 if kind in _BITS else 3):
        found = _TOKEN.match(head, at)
        if found is None:
            raise ValueError("breaks off in its header")
        numbers.append(found[1])
        at = found.end()
    if kind in _FLOATS:
        channels, most = _FLOATS[kind], float(numbers[2])
    else:
        channels = 3 if kind in _COLOURS else 1
        most = 1 if kind in _BITS else _greatest(numbers[2])
    return _Header(kind, int(numbers[0]), int(numbers[1]), channels, most, at + 1)


def _pam_header(head: bytes) -> _Header:
    text, end, _ = head.partition(b"ENDHDR\n")
    if not end:
        raise ValueError("breaks off in its header")
    facts = dict(
        line.split(None, 1) for line in text.splitlines()[1:] if line[:1] != b"#" and b" " in line
    )
    channels = int(facts[b"DEPTH"])
    if not 1 <= channels <= 4:
        raise ValueError("no picture")
    width, height = int(facts[b"WIDTH"]), int(facts[b"HEIGHT"])
    most = _greatest(facts[b"MAXVAL"].strip())
    # As Ghostscript writes it; Netpbm knows four channels as colours and how clear they are.
    is_of_inks = channels == 4 and facts.get(b"TUPLTYPE", b"").strip() == b"CMYK"
    return _Header(b"P7", width, height, channels, most, len(text) + len(end), is_of_inks)


def _greatest(number: bytes) -> int:
    most = int(number)
    if not 1 <= most <= 65535:
        raise ValueError("no such depth")
    return most


def _values(encoded: Encoded, header: _Header) -> NDArray[Any]:
    """(h, w, channels): 8 bits, or floats of light.

    Raises:
        FileDamaged: it breaks off.
    """
    import numpy as np

    shape = header.height, header.width, header.channels
    count = header.height * header.width * header.channels
    body = memoryview(encoded.data)[header.end :]
    if header.kind in _FLOATS:
        order = "<f4" if header.most < 0 else ">f4"
        floats = np.frombuffer(_whole(encoded, body, count * 4), order).reshape(shape)
        return floats[::-1].astype(np.float32)  # rows come from below
    if header.kind == b"P4":
        stride = -(-header.width // 8)
        rows = np.frombuffer(_whole(encoded, body, stride * header.height), np.uint8)
        bits = np.unpackbits(rows.reshape(header.height, stride), axis=1)[:, : header.width]
        return (1 - bits) * np.uint8(255)
    if header.kind == b"P1":
        digits = np.frombuffer(body, np.uint8)
        digits = digits[(digits == 48) | (digits == 49)][:count]  # they may stand without spaces
        ink = np.frombuffer(_whole(encoded, digits.tobytes(), count), np.uint8) - 48
        return ((1 - ink) * np.uint8(255)).reshape(shape)
    if header.kind in (b"P2", b"P3"):
        plain = re.sub(rb"#[^\n]*", b"", body) if b"#" in body.tobytes() else body.tobytes()
        words = plain.split(None, count)[:count]
        if len(words) < count:
            raise _breaks_off(encoded)
        numbers = np.array(words, dtype="S5").astype(np.uint32)
    else:
        order = np.dtype(">u2" if header.most > 255 else "u1")
        numbers = np.frombuffer(_whole(encoded, body, count * order.itemsize), order)
    if header.most == 255:
        return numbers.astype(np.uint8).reshape(shape)
    scaled = np.minimum(numbers, header.most) * np.float32(255 / header.most)
    return (scaled + 0.5).astype(np.uint8).reshape(shape)


def _whole(encoded: Encoded, body: memoryview | bytes, length: int) -> memoryview | bytes:
    if len(body) < length:
        raise _breaks_off(encoded)
    return body[:length]


def _breaks_off(encoded: Encoded) -> FileDamaged:
    return FileDamaged(
        encoded.path,
        tr("The picture breaks off before its last pixel."),
        next_step=tr("Copy it again from where it came from, or export it again."),
    )


def _is_pnm(data: bytes, _suffix: str) -> bool:
    found = _HEADER.match(data)
    if found is None:
        return False
    first = _TOKEN.match(data, 3 if data[:3] == b"PF4" else 2)
    return data[1:2] == b"7" or (first is not None and first[1].isdigit())


PNM = PictureFormat(
    name="PNM",
    label=marked("portable pixmap"),
    suffixes=(".pnm", ".pbm", ".pgm", ".ppm", ".pam", ".pfm"),
    recognise=_is_pnm,
    libraries=("desktop.media.formats.float_pixels", "desktop.media.light", "numpy"),
    open=_open,
)

"""Files whose dates, names or numbers no store holds."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from functools import partial

from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from tests.reliability.attacks import Attack
from tests.reliability.mutations import KNOWN, is_plain_reason
from tests.reliability.world import World

_DATES = {
    "1601": -11_644_473_600 * 10**9,
    "1969": -1,
    "2262": 2**63,
    "2300": 10_413_792_000 * 10**9,
    "the end of time": 10**12 * 10**9,
}


def put(name: str | bytes, data: bytes | Callable[[], bytes], world: World) -> None:
    """A hostile file beside the person's: it is read, or has a reason for people."""
    path = world.originals / os.fsdecode(name)
    path.write_bytes(data if isinstance(data, bytes) else data())
    with world.open() as engine:
        report = finish(engine.indexing.run([world.originals], CancelToken()))
        [asset] = [asset for asset in engine.browsing.all() if asset.path == path]
        assert len(report.failed) <= 1, report.failed
        assert asset.failure or asset.width, "neither a picture nor a reason"
        for failure in report.failed:
            assert is_plain_reason(failure.reason), failure.reason
    path.unlink()


def _dated(nanoseconds: int, world: World) -> None:
    path = world.originals / "dated.png"
    KNOWN.save(path)
    os.utime(path, ns=(nanoseconds, nanoseconds))
    with world.open() as engine:
        report = finish(engine.indexing.run([world.originals], CancelToken()))
        assert (report.added, report.failed) == (1, ()), report
        assert finish(engine.indexing.run([], CancelToken())).unchanged == report.found
    path.unlink()


def _exif(tag: int, kind: int, count: int, value: bytes) -> bytes:
    """A JPEG whose EXIF states one number."""
    entry = struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")[:4]
    body = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + b"\0\0\0\0"
    picture = io.BytesIO()
    KNOWN.convert("RGB").save(picture, "JPEG")
    data = picture.getvalue()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with chunks of ours behind its header."""
    picture = io.BytesIO()
    KNOWN.convert("RGB").save(picture, "PNG")
    data = picture.getvalue()
    added = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return data[:33] + added + data[33:]


def _page(words: bytes) -> bytes:
    return b"%PDF-1.4\n" + words


def _bomb(side: int) -> bytes:
    picture = io.BytesIO()
    Image.new("1", (side, side)).save(picture, "PNG")
    return picture.getvalue()


_FILES: dict[str, tuple[str | bytes, bytes | Callable[[], bytes]]] = {
    "a name that is no text": (b"caf\xe9\xff.png", _png),
    "a name of control characters": ("a\x1b[31m\n\x07.png", _png),
    "a name of 255 bytes": ("x" * 251 + ".png", _png),
    "an orientation of 65,535": ("o.jpg", partial(_exif, 0x0112, 3, 1, b"\xff\xff")),
    "an orientation of fractions": ("o.jpg", partial(_exif, 0x0112, 5, 1, b"\xff\xff\xff\xff")),
    "an orientation of text": ("o.jpg", partial(_exif, 0x0112, 2, 2**31, b"12\0\0")),
    "EXIF that points at itself": ("e.jpg", partial(_exif, 0x8769, 4, 1, b"\x08\0\0\0")),
    "a PNG with 16 EXIF": ("e.png", lambda: _png(*[(b"eXIf", b"II*\0" + b"\xff" * 400)] * 16)),
    "a PNG of XMP that is deep": (
        "x.png",
        lambda: _png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<a>" * 60_000)),
    ),
    "a PNG bomb": ("bomb.png", partial(_bomb, 20_000)),
    "a PDF of pages without end": (
        "p.pdf",
        _page(b"1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 99999999999>>endobj\n"),
    ),
    "a PDF of 1e38 points": (
        "p.pdf",
        _page(
            b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>"
            b"endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e38 99999999999999]>>endobj\n"
            b"trailer<</Root 1 0 R>>"
        ),
    ),
}

MEMBERS: dict[str, Attack] = {
    **{f"dated {when}": partial(_dated, at) for when, at in _DATES.items()},
    **{name: partial(put, *file) for name, file in _FILES.items()},
}

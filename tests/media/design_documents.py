"""Documents of other creative programs with a preview inside, laid out by hand as those programs
and the descriptions of their formats have them."""

from __future__ import annotations

import gzip
import io
import sqlite3
import struct
import zipfile
from collections.abc import Mapping

import imagecodecs
from PIL import Image

from tests.media.samples import encoded


def archive(members: Mapping[str, bytes], kind: str = "") -> bytes:
    """A ZIP archive; with ``kind`` its first member says what it is, not packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        if kind:
            file.writestr(zipfile.ZipInfo("mimetype"), kind)
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def krita(image: Image.Image) -> bytes:
    members = {
        "maindoc.xml": b"<DOC/>",
        "preview.png": _small(image),
        "mergedimage.png": _png(image),
    }
    return archive(members, "application/x-krita")


def open_raster(image: Image.Image) -> bytes:
    members = {"stack.xml": b"<image/>", "Thumbnails/thumbnail.png": _small(image)}
    return archive({**members, "mergedimage.png": _png(image)}, "image/openraster")


def sketch(image: Image.Image) -> bytes:
    return archive({"document.json": b"{}", "previews/preview.png": _png(image)})


def procreate(image: Image.Image) -> bytes:
    return archive({"Document.archive": b"bplist00", "QuickLook/Thumbnail.png": _png(image)})


def adobe_xd(image: Image.Image) -> bytes:
    return archive({"manifest": b"{}", "thumbnail.png": _small(image), "preview.png": _png(image)})


def figma(image: Image.Image) -> bytes:
    return archive({"canvas.fig": b"fig-kiwi", "meta.json": b"{}", "thumbnail.png": _png(image)})


def affinity(image: Image.Image) -> bytes:
    small = _small(image)
    return (
        b"\x00\xffKA\x08\x00\x00\x00nsrP" + bytes(300) + small + b"#Inf" + _png(image) + bytes(64)
    )


def blender(image: Image.Image, *, version: int = 4, packing: str = "", code: str = "-v") -> bytes:
    """A file of Blender's up to its second block, and some megabytes of scene."""
    width, height = image.size
    rows = image.convert("RGBA").transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes()
    order = ">" if "V" in code else "<"
    preview = struct.pack(order + "ii", width, height) + rows
    blocks = {b"REND": bytes(72), b"TEST": preview, b"GLOB": bytes(900), b"DATA": bytes(2_000_000)}
    if version >= 5:
        data = b"BLENDER17-01v0500"
        heads = "4sIQqq"
    else:
        data = b"BLENDER" + code.encode() + b"405"
        heads = "4siIII" if code[0] == "_" else "4siQII"
    for kind, content in blocks.items():
        facts = (0, 0, len(content), 1) if version >= 5 else (len(content), 0, 0, 1)
        data += struct.pack(order + heads, kind, *facts) + content
    if packing == "gzip":
        return gzip.compress(data, mtime=0)
    if packing == "zstd":
        parts = [data[at : at + (1 << 20)] for at in range(0, len(data), 1 << 20)]
        return b"".join(bytes(imagecodecs.zstd_encode(part)) for part in parts)
    return data


def clip_studio(image: Image.Image, *, journal: bool = False) -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE CanvasPreview (_PW_ID INTEGER PRIMARY KEY, ImageData BLOB)")
    database.execute("INSERT INTO CanvasPreview VALUES (1, ?)", (_png(image),))
    database.commit()
    content = bytearray(database.serialize())
    database.close()
    if journal:
        content[18:20] = b"\x02\x02"
    head = struct.pack(">8sQ", b"CHNKHead", 40) + bytes(40)
    layer = struct.pack(">8sQ", b"CHNKExta", 500) + bytes(500)
    body = head + layer + struct.pack(">8sQ", b"CHNKSQLi", len(content)) + bytes(content)
    body += struct.pack(">8sQ", b"CHNKFoot", 0)
    return b"CSFCHUNK" + struct.pack(">QQ", 24 + len(body), 24) + body


def _png(image: Image.Image) -> bytes:
    return encoded(image, "PNG")


def _small(image: Image.Image) -> bytes:
    return encoded(image.resize((image.width // 4, image.height // 4)), "PNG")

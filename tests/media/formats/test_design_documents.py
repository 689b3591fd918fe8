"""The preview in documents of other creative programs is shown, and said to be one."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.asset import PREVIEW_FORMATS, Asset
from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats.registry import FORMATS
from desktop.media.sandbox.pool import Sandbox
from tests.media import design_documents as made
from tests.media import originals
from tests.media.samples import largest_difference, png_bomb

KNOWN = originals.known_picture()

DOCUMENTS: list[tuple[str, str, Callable[[], bytes]]] = [
    ("x.kra", "KRA", lambda: made.krita(KNOWN)),
    ("x.ora", "ORA", lambda: made.open_raster(KNOWN)),
    ("x.sketch", "Sketch", lambda: made.sketch(KNOWN)),
    ("x.procreate", "Procreate", lambda: made.procreate(KNOWN)),
    ("x.xd", "XD", lambda: made.adobe_xd(KNOWN)),
    ("x.fig", "Figma", lambda: made.figma(KNOWN)),
    ("x.afdesign", "Affinity", lambda: made.affinity(KNOWN)),
    ("x.blend", "Blender", lambda: made.blender(KNOWN)),
    ("old.blend", "Blender", lambda: made.blender(KNOWN, code="_V")),
    ("five.blend", "Blender", lambda: made.blender(KNOWN, version=5)),
    ("gzip.blend", "Blender", lambda: made.blender(KNOWN, packing="gzip")),
    ("zstd.blend1", "Blender", lambda: made.blender(KNOWN, version=5, packing="zstd")),
    ("x.clip", "CLIP", lambda: made.clip_studio(KNOWN)),
    ("journal.clip", "CLIP", lambda: made.clip_studio(KNOWN, journal=True)),
]
each_document = pytest.mark.parametrize(
    ("name", "format_name", "make"), DOCUMENTS, ids=[case[0] for case in DOCUMENTS]
)


@each_document
def test_the_largest_preview_is_shown(
    name: str, format_name: str, make: Callable[[], bytes], tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    picture = load_picture(path, sandbox=sandbox)
    assert picture.format == format_name
    assert largest_difference(picture.image, KNOWN) == 0
    assert Asset(1, "", name, 1, 0, 0.0, format=format_name).is_preview


@each_document
def test_a_document_that_breaks_off_has_a_reason(
    name: str, format_name: str, make: Callable[[], bytes], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(make()[:400])
    with pytest.raises((FileDamaged, FileUnsupported)):
        load_picture(path)


def test_what_is_called_a_preview_is_a_format() -> None:
    assert {entry.name for entry in FORMATS} >= PREVIEW_FORMATS


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.kra", made.archive({"maindoc.xml": b""}, "application/x-krita")),
        ("x.xd", made.archive({"preview.png": b"no picture"})),
        ("x.sketch", made.archive({"document.json": b"{}"})),
        ("x.afphoto", b"\x00\xffKA" + bytes(400)),
        ("x.blend", made.blender(KNOWN).replace(b"TEST", b"USER")),
        ("x.clip", made.clip_studio(KNOWN).replace(b"CanvasPreview", b"CanvasPrevieW")),
    ],
)
def test_a_document_without_a_preview_says_so(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileUnsupported, match="no preview"):
        load_picture(path)


class TestHostile:
    def test_a_preview_that_unpacks_to_gigabytes(self, tmp_path: Path, sandbox: Sandbox) -> None:
        path = tmp_path / "x.sketch"
        path.write_bytes(made.archive({"previews/preview.png": bytes(100_000_000)}))
        with pytest.raises(FileTooLarge, match="unpacks to more"):
            load_picture(path, sandbox=sandbox)
        lying = path.read_bytes().replace(struct.pack("<I", 100_000_000), struct.pack("<I", 500))
        path.write_bytes(lying)
        with pytest.raises(FileError):
            load_picture(path, sandbox=sandbox)

    def test_a_preview_with_too_many_pixels(self, tmp_path: Path) -> None:
        path = tmp_path / "x.xd"
        path.write_bytes(made.archive({"preview.png": png_bomb(30_000, 30_000)}))
        with pytest.raises(FileTooLarge, match="megapixels"):
            load_picture(path)

    def test_a_packed_scene_that_unpacks_to_gigabytes(self, tmp_path: Path) -> None:
        import gzip

        import imagecodecs

        for name, data in {
            "gzip.blend": gzip.compress(b"BLENDER-v405" + bytes(200_000_000)),
            "zstd.blend": bytes(imagecodecs.zstd_encode(b"BLENDER-v405" + bytes(200_000_000))),
        }.items():
            (tmp_path / name).write_bytes(data)
            with pytest.raises(FileError):
                load_picture(tmp_path / name)

    def test_a_picture_in_a_scene_that_claims_gigabytes(self) -> None:
        whole = made.blender(KNOWN)
        size = struct.pack("<ii", 64, 48)
        for side in (60_000, 0, -1, 0x7FFFFFFF):
            with pytest.raises(FileError):
                load_picture(whole.replace(size, struct.pack("<ii", side, side)))

    def test_a_database_that_never_ends(self) -> None:
        database = sqlite3.connect(":memory:")
        database.execute(
            "CREATE VIEW CanvasPreview AS WITH RECURSIVE n(i) AS"
            " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(i) AS ImageData FROM n"
        )
        database.commit()
        content = database.serialize()
        database.close()
        body = struct.pack(">8sQ", b"CHNKSQLi", len(content)) + content
        with pytest.raises(FileUnsupported, match="no preview"):
            load_picture(b"CSFCHUNK" + struct.pack(">QQ", 24 + len(body), 24) + body)
        for junk in (bytes(4096), b"SQLite format 3\0" + bytes(8000)):
            body = struct.pack(">8sQ", b"CHNKSQLi", len(junk)) + junk
            with pytest.raises(FileError):
                load_picture(b"CSFCHUNK" + struct.pack(">QQ", 24 + len(body), 24) + body)

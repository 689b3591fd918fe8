"""A folder of everything that designers keep, indexed through the real engine."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.services.indexing.reading import PictureReader
from tests.media import originals
from tests.media.samples import encoded, mean_difference

KNOWN = originals.known_picture()


def fill(folder: Path) -> None:
    folder.mkdir()
    many = {"save_all": True, "append_images": [KNOWN.rotate(180)]}
    files = {
        "photo.heic": originals.heic(KNOWN),
        "web.avif": encoded(KNOWN, "AVIF"),
        "poster.psd": originals.psd(KNOWN.resize((640, 480)), depth=16),
        "logo.svgz": originals.svgz(KNOWN),
        "brochure.pdf": originals.pdf(KNOWN, pages=4),
        "scan.jp2": encoded(KNOWN, "JPEG2000"),
        "texture.tga": encoded(KNOWN, "TGA"),
        "app.ico": encoded(KNOWN, "ICO", sizes=[(64, 48)]),
        "shoot.dng": originals.dng(KNOWN),
        "print.tif": encoded(KNOWN.convert("CMYK"), "TIFF", **many),
        "banner.gif": encoded(KNOWN, "GIF", **many),
        "sticker.apng": encoded(KNOWN, "PNG", **many),
        "broken.psd": originals.psd(KNOWN)[:900],
        "bomb.svg": b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_every_format_gets_a_thumbnail_and_what_is_broken_a_reason(
    tmp_path: Path, engine: Engine
) -> None:
    folder = tmp_path / "work"
    fill(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    report = finish(engine.indexing.run([folder], CancelToken()))
    assert report.added == 12
    assets = {asset.name: asset for asset in engine.browsing.all()}
    reasons = {failure.path.name: failure.reason for failure in report.failed}
    assert reasons.keys() == {"broken.psd", "bomb.svg"}
    assert "damaged" in reasons["broken.psd"]
    assert "read other files" in reasons["bomb.svg"]
    for asset in assets.values():
        if asset.name not in reasons:
            assert asset.width >= 64
            assert mean_difference(thumbnail(engine, asset), KNOWN) < 15
    counts = {name: asset.frame_count for name, asset in assets.items()}
    assert counts["brochure.pdf"] == 4
    assert counts["sticker.apng"] == 2
    assert counts["banner.gif"] == counts["print.tif"] == 0  # several
    assert counts["photo.heic"] == counts["poster.psd"] == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    again = finish(engine.indexing.run([], CancelToken()))
    assert again.unchanged + len(again.failed) == 14  # nothing that is final is tried again


def thumbnail(engine: Engine, asset: Asset) -> Image.Image:
    with Image.open(engine.thumbnails.path_for(asset.content_hash)) as image:
        return image.resize(KNOWN.size)


def test_a_failure_that_waits_to_be_told_keeps_nothing_of_its_file(
    tmp_path: Path, engine: Engine
) -> None:
    """Thousands may wait; the frames of their tracebacks once held gigabytes of pixels."""
    path = tmp_path / "broken.webp"
    path.write_bytes(encoded(KNOWN, "WEBP")[:-40])
    read = PictureReader(engine.thumbnails, None, 1).read(
        Asset(1, str(tmp_path), path.name, path.stat().st_size, 0, 0.0)
    )
    assert read.error is not None
    assert read.error.message
    assert read.error.__traceback__ is read.error.__cause__ is read.error.__context__ is None

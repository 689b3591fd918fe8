"""What files say beside their pixels comes with indexing, and later for those read before."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.colour import Swatch
from desktop.core.metadata import NO_METADATA
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.library.catalog import metadata as table
from desktop.services.engine import Engine
from tests.colours import difference
from tests.media.metadata import written
from tests.services.conftest import OpenEngine


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def test_what_a_camera_wrote_is_read_with_the_picture_and_found(
    engine: Engine, folder: Path
) -> None:
    (folder / "DSC_0001.jpg").write_bytes(written.jpeg((96, 64)))
    (folder / "plain.jpg").write_bytes(written.jpeg_with(size=(96, 64)))
    index(engine, folder)
    for query in ('camera:"nikon d850"', "lens:85mm", "keyword:harbour", "copyright:doe"):
        hits = engine.searching.search(Query(text=query)).hits
        assert [hit.asset.name for hit in hits] == ["DSC_0001.jpg"], query
    [hit] = engine.searching.search(Query(text="date:2025-03-14")).hits
    assert engine.browsing.details(hit.asset.id).metadata == written.TOLD


def test_files_that_an_older_plantain_read_are_read_again_and_encoded_no_more(
    open_engine: OpenEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "DSC_0001.jpg"
    path.write_bytes(written.jpeg((96, 64)))
    engine = open_engine()
    index(engine, folder)
    [asset] = engine.browsing.all()
    with engine.library.database.transaction() as connection:
        connection.execute("UPDATE assets SET metadata_version = 0")
        connection.execute("DELETE FROM metadata")
    vectors = engine.vector_table.spaces()
    assert engine.browsing.details(asset.id).metadata == NO_METADATA
    assert engine.status.read().is_undescribed

    monkeypatch.setattr(
        engine.model, "encoder", lambda: pytest.fail("nothing is to be encoded again")
    )
    report = finish(engine.indexing.catch_up(CancelToken()))
    assert (report.added, report.updated, report.failed) == (0, 0, ())
    assert engine.browsing.details(asset.id).metadata == written.TOLD
    assert not engine.status.read().is_undescribed
    assert engine.vector_table.spaces() == vectors


def test_several_are_described_by_what_they_share(engine: Engine, folder: Path) -> None:
    (folder / "a.jpg").write_bytes(written.jpeg((96, 64)))
    (folder / "b.jpg").write_bytes(written.jpeg((64, 96)))
    index(engine, folder)
    ids = tuple(asset.id for asset in engine.browsing.all())
    common = engine.browsing.common_details(ids)
    assert (common.metadata, common.differing) == (written.TOLD, frozenset())
    assert common.keywords == written.TOLD.keywords
    assert [swatch.share for swatch in common.palette] == [100]

    (folder / "c.jpg").write_bytes(written.jpeg_with(size=(96, 64)))
    index(engine, folder)
    ids = tuple(asset.id for asset in engine.browsing.all())
    common = engine.browsing.common_details(ids)
    assert common.metadata == NO_METADATA
    assert {"camera", "taken_at", "keywords"} <= common.differing
    assert common.keywords == written.TOLD.keywords, "of any of them"


def test_main_colours_are_found_again_from_what_is_kept_of_the_picture(
    engine: Engine, folder: Path
) -> None:
    Image.new("RGB", (90, 60), (245, 197, 24)).save(folder / "yellow.png")
    index(engine, folder)
    [asset] = engine.browsing.all()
    engine.catalog.palettes.record([(asset.id, (Swatch("#000000", 100),))])
    (folder / "yellow.png").unlink()
    with engine.library.database.transaction() as connection:
        connection.execute("UPDATE assets SET palette_version = 0")
    assert engine.status.read().is_undescribed
    finish(engine.indexing.catch_up(CancelToken()))
    [found] = engine.browsing.details(asset.id).palette
    assert difference(found.colour, "#F5C518") < 0.02
    assert engine.searching.search(Query(text="color:#f5c518>90%")).hits
    assert not engine.status.read().is_undescribed


def test_one_that_cannot_be_opened_now_keeps_what_it_said_and_waits(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(written.jpeg((96, 64)))
    index(engine, folder)
    (folder / "a.jpg").unlink()
    monkeypatch.setattr(table, "VERSION", table.VERSION + 1)
    finish(engine.indexing.catch_up(CancelToken()))
    told = [engine.browsing.details(asset.id).metadata for asset in engine.browsing.all()]
    assert told == [written.TOLD, written.TOLD]
    assert len(engine.catalog.metadata.unread(engine.catalog.roots.at_hand())) == 1


def clear_art(path: Path) -> None:
    art = Image.new("RGBA", (96, 64), (0, 0, 0, 0))
    art.paste((0, 0, 0, 255), (48, 0, 96, 64))
    art.save(path)


def test_what_is_clear_in_a_picture_stays_so_in_its_thumbnail_alone(
    engine: Engine, folder: Path
) -> None:
    clear_art(folder / "art.png")
    Image.new("RGBA", (96, 64), (9, 9, 9, 255)).save(folder / "opaque.png")
    index(engine, folder)
    known = {asset.name: asset for asset in engine.browsing.all()}
    assert {name: asset.has_alpha for name, asset in known.items()} == {
        "art.png": True,
        "opaque.png": False,
    }
    thumbnails = engine.thumbnails
    content = known["opaque.png"].content_hash
    assert thumbnails.find(content) == thumbnails.path_for(content)
    with Image.open(
        thumbnails.path_for(known["art.png"].content_hash, has_alpha=True)
    ) as thumbnail:
        assert thumbnail.getchannel("A").getextrema() == (0, 255)


def test_thumbnails_that_an_older_plantain_laid_on_grey_are_made_again(
    open_engine: OpenEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear_art(folder / "art.png")
    Image.new("RGBA", (96, 64), (9, 9, 9, 255)).save(folder / "opaque.png")
    (folder / "photo.jpg").write_bytes(written.jpeg((96, 64)))
    engine = open_engine()
    index(engine, folder)
    known = {asset.name: asset for asset in engine.browsing.all()}
    [art, opaque] = (known[name].content_hash for name in ("art.png", "opaque.png"))
    clear = engine.thumbnails.path_for(art, has_alpha=True)
    clear.unlink()
    before = engine.thumbnails.write(art, Image.new("RGB", (96, 64)))
    opaque_before = engine.thumbnails.path_for(opaque).stat().st_mtime_ns
    with engine.library.database.transaction() as connection:
        connection.execute("UPDATE assets SET has_alpha = NULL WHERE format <> 'JPEG'")
    assert engine.status.read().is_undescribed
    monkeypatch.setattr(
        engine.model, "encoder", lambda: pytest.fail("nothing is to be encoded again")
    )
    finish(engine.indexing.catch_up(CancelToken()))
    assert not engine.status.read().is_undescribed
    assert {a.name for a in engine.browsing.all() if a.has_alpha} == {"art.png"}
    assert engine.thumbnails.find(art) == clear != before
    assert engine.thumbnails.path_for(opaque).stat().st_mtime_ns == opaque_before


def test_what_is_in_view_is_read_first(engine: Engine, folder: Path) -> None:
    count = 300
    for number in range(count):
        Image.new("RGB", (8, 8), (number % 256, number // 256, 0)).save(folder / f"{number:03}.png")
    indexing = engine.indexing
    steps = indexing.run([folder], CancelToken())
    names: list[str] = []
    by_name: dict[str, int] = {}
    for progress in steps:
        if not names:
            by_name = {asset.name: asset.id for asset in engine.browsing.all()}
            if len(by_name) == count:
                indexing.shown_first.show([by_name["250.png"], by_name["251.png"]])
        if progress.current.endswith(".png") and len(names) < count:
            names.append(progress.current)
    assert names[:3] == ["250.png", "251.png", "000.png"]
    assert sorted(names) == sorted(by_name)

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

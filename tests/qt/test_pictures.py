"""Thumbnails: read off the GUI thread, kept within bounds, visible ones first."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop.core.generation_record import Reference
from desktop.qt.images import loader as image_loader
from desktop.qt.images.cache import PixmapCache, edge_for
from desktop.qt.images.loader import ImageLoader, ImageRequest, load
from desktop.qt.images.pictures import Picture, Pictures
from tests.fakes.services import make_asset
from tests.qt.pictures import gradient, write_thumbnail


def test_reading_happens_off_the_gui_thread(
    cache: PixmapCache, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: set[threading.Thread] = set()

    def spy(request: ImageRequest) -> QImage:
        readers.add(threading.current_thread())
        return load(request)

    monkeypatch.setattr(image_loader, "load", spy)
    path = write_thumbnail(tmp_path, 1)
    with qtbot.waitSignal(cache.arrived):
        cache.want(Picture("a", path), 128)
    pixmap = cache.find("a", 128)
    assert pixmap is not None
    assert max(pixmap.width(), pixmap.height()) == 128
    assert readers
    assert threading.main_thread() not in readers


def test_small_pictures_are_not_blown_up(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    gradient(1, 20, 10).save(str(path))
    assert load(ImageRequest("k", path, 128)).size().toTuple() == (20, 10)


def test_large_originals_are_fitted(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    gradient(1, 2400, 1200).save(str(path))
    assert load(ImageRequest("k", path, 128, radius=4)).size().toTuple() == (128, 64)


@pytest.mark.parametrize("content", [None, b"", b"not a picture"])
def test_unreadable_files_are_told_once_and_forgiven(
    cache: PixmapCache, tmp_path: Path, qtbot: QtBot, content: bytes | None
) -> None:
    path = tmp_path / "broken.jpg"
    if content is not None:
        path.write_bytes(content)
    with qtbot.waitSignal(cache.arrived):
        cache.want(Picture("b", path), 64)
    assert cache.is_unreadable("b")
    assert cache.find("b", 64) is None
    gradient(1, 64, 64).save(str(path))
    cache.forgive()
    with qtbot.waitSignal(cache.arrived):
        cache.want(Picture("b", path), 64)
    assert cache.find("b", 64) is not None


def test_the_cache_stays_within_its_bytes(
    loader: ImageLoader, tmp_path: Path, qtbot: QtBot
) -> None:
    cache = PixmapCache(loader, limit=5 * 64 * 64 * 4)
    arrived: list[str] = []
    cache.arrived.connect(arrived.append)
    path = tmp_path / "square.png"
    gradient(2, 64, 64).save(str(path))
    for number in range(12):
        cache.want(Picture(str(number), path), 64)
    qtbot.waitUntil(lambda: len(arrived) == 12)
    assert cache.held_bytes <= 5 * 64 * 64 * 4
    assert sum(cache.find(str(number), 64) is not None for number in range(12)) == 5


def test_another_size_stands_in_until_the_right_one_is_there(
    cache: PixmapCache, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write_thumbnail(tmp_path, 2)
    with qtbot.waitSignal(cache.arrived):
        cache.want(Picture("c", path), 64)
    stand_in = cache.find("c", 256)
    assert stand_in is not None
    assert stand_in.width() == 64


def test_what_scrolled_away_is_not_read(
    qapp: object, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, read = threading.Event(), []

    def spy(request: ImageRequest) -> QImage:
        read.append(request.key)
        gate.wait(5)
        return QImage(8, 8, QImage.Format.Format_RGB32)

    monkeypatch.setattr(image_loader, "load", spy)
    loader = ImageLoader(threads=1)
    done: list[str] = []
    loader.loaded.connect(lambda request, _: done.append(request.key))
    loader.show([ImageRequest(f"old {n}", tmp_path, 8) for n in range(100)])
    qtbot.waitUntil(lambda: bool(read))
    loader.show([ImageRequest(f"new {n}", tmp_path, 8) for n in range(3)])
    loader.add(ImageRequest("details", tmp_path, 8))
    gate.set()
    qtbot.waitUntil(lambda: len(done) == 5)
    assert done == ["old 0", "details", "new 0", "new 1", "new 2"]
    assert loader.close(5)


def test_edges_are_rounded_up() -> None:
    assert [edge_for(1, 1), edge_for(33, 1), edge_for(100, 2), edge_for(100, 1.25)] == [
        32,
        64,
        224,
        128,
    ]


def test_references_show_the_thumbnail_the_library_has(pictures: Pictures, tmp_path: Path) -> None:
    asset = make_asset(3)
    pictures.learn([asset])
    assert pictures.of_reference(Reference(asset.path, 3)).path.parent == tmp_path
    outside = Path("/elsewhere/a.png")
    assert pictures.of_reference(Reference(outside)).path == outside
    assert pictures.of_reference(Reference(outside, 99)).path == outside
    assert Pictures().of_asset(asset) is None

"""The grid and its model: rows, roles, drags, selection, 100,000 rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.core.asset import Asset
from desktop.core.query import Reason, SearchHit
from desktop.qt.models.asset_list import (
    ASSETS_MIME,
    AssetListModel,
    accessible_text,
    dropped_assets,
    dropped_files,
)
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.theme import Theme
from desktop.qt.views.asset_delegate import badge_of
from desktop.qt.views.asset_grid import LAID_OUT_AT_ONCE, LARGEST, SMALLEST, AssetGrid
from tests.fakes.services import make_asset
from tests.qt.pictures import write_thumbnail


@pytest.fixture
def grid(theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot) -> AssetGrid:
    made = AssetGrid(theme, pictures, cache)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def test_model_obeys_qt(qapp: object) -> None:
    model = AssetListModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_assets([make_asset(n) for n in range(1, 4)])
    model.show_hits([SearchHit(1, make_asset(2), 0.314, Reason.MEANING)])
    assert model.rowCount() == 1
    assert tester.model() is model


def test_mime_carries_ids_and_file_urls(qapp: object) -> None:
    model = AssetListModel()
    assets = [make_asset(1, "香蕉 #1%.png"), make_asset(2)]
    model.show_assets(assets)
    mime = model.mimeData([model.index(0), model.index(1)])
    assert dropped_assets(mime) == [1, 2]
    assert dropped_files(mime) == [asset.path for asset in assets]
    assert json.loads(bytes(mime.data(ASSETS_MIME).data())) == [1, 2]
    assert model.supportedDragActions() == Qt.DropAction.CopyAction


@pytest.mark.parametrize("junk", [b"", b"{", b"{}", b'["a", null]', b"\xff"])
def test_foreign_mime_is_survived(qapp: object, junk: bytes) -> None:
    from PySide6.QtCore import QMimeData

    mime = QMimeData()
    mime.setData(ASSETS_MIME, junk)
    assert dropped_assets(mime) == []


def test_states_are_told_in_words_and_badges() -> None:
    missing = make_asset(1, is_missing=True, is_generated=True)
    failed = make_asset(2, failure="cut off")
    assert badge_of(missing) == "unlink"
    assert badge_of(failed) == "triangle-alert"
    assert badge_of(make_asset(3, is_generated=True)) == "sparkles"
    assert badge_of(make_asset(4)) == ""
    assert "missing" in accessible_text(missing)
    assert "could not be read" in accessible_text(failed)


def test_tiles_fill_the_width(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 40)])
    for least in (112, 192, 300):
        grid.set_tile_size(least)
        cell = grid.gridSize().width()
        assert cell >= least
        left_over = grid.viewport().width() - cell * (grid.viewport().width() // cell)
        assert left_over <= grid.viewport().width() // cell + 1


def test_the_visible_ones_are_read_and_painted(
    grid: AssetGrid, cache: PixmapCache, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(1, 13):
        write_thumbnail(tmp_path, number)
    arrived: list[str] = []
    cache.arrived.connect(arrived.append)
    grid.show_assets(
        [
            *[make_asset(n) for n in range(1, 13)],
            make_asset(13, failure="cut off", content_hash=""),
            make_asset(14, is_missing=True),
        ]
    )
    qtbot.waitUntil(lambda: len(set(arrived)) >= 12)
    image = grid.viewport().grab().toImage()
    colours = {image.pixelColor(x, 100).name() for x in range(0, image.width(), 7)}
    assert len(colours) > 10, "thumbnails were not painted"


def test_selection_and_place_survive_a_refresh(grid: AssetGrid, qtbot: QtBot) -> None:
    assets = [make_asset(n) for n in range(1, 400)]
    grid.show_assets(assets)
    assert grid.select_asset(300)
    place = grid.verticalScrollBar().value()
    assert place > 0
    grid.show_assets([make_asset(1000), *assets])
    assert [asset.id for asset in grid.selected_assets()] == [300]
    assert grid.verticalScrollBar().value() == place
    grid.show_assets(assets[:10])
    assert grid.selected_assets() == []
    assert not grid.select_asset(300)


def test_a_hundred_thousand_rows(grid: AssetGrid, qtbot: QtBot) -> None:
    assets = [make_asset(n) for n in range(1, 100_001)]
    grid.show_assets(assets)
    assert grid.select_asset(99_999)
    assert 99_998 in grid.visible_rows()
    assert grid.indexAt(grid.visualRect(grid.currentIndex()).center()) == grid.currentIndex()
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.currentIndex().row() == 0
    assert grid.visible_rows().start == 0


def test_the_slider_lays_a_large_library_out_once(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, LAID_OUT_AT_ONCE)])
    before = grid.gridSize()
    grid.set_tile_size(SMALLEST)
    small = grid.gridSize()
    assert small.width() < before.width()
    grid.show_assets([make_asset(n) for n in range(1, LAID_OUT_AT_ONCE + 2)])
    for size in range(SMALLEST, LARGEST, 8):
        grid.set_tile_size(size)
    assert grid.gridSize() == small, "not while the slider moves"
    qtbot.waitUntil(lambda: grid.gridSize().width() > before.width())


def test_r_makes_references_and_return_opens(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 5)])
    grid.select_asset(2)
    wanted: list[list[Asset]] = []
    grid.reference_wanted.connect(wanted.append)
    qtbot.keyClick(grid, Qt.Key.Key_R)
    assert [[asset.id for asset in assets] for assets in wanted] == [[2]]
    opened: list[Asset] = []
    grid.opened.connect(opened.append)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert [asset.id for asset in opened] == [2]
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert dropped_assets(grid.drag_data()) == [2, 3]

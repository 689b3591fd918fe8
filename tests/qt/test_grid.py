"""The grid and its model: rows, roles, drags, selection, 100,000 rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from desktop.core.asset import Asset
from desktop.core.query import Reason, SearchHit, Signal, Why
from desktop.qt.browse.asset_grid import (
    DEFAULT_TILE,
    LARGEST,
    LOAD_INTERVAL_MS,
    SMALLEST,
    AssetGrid,
)
from desktop.qt.browse.asset_list import AssetListModel
from desktop.qt.browse.asset_painter import badge_of
from desktop.qt.details.facts import file_facts
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import Theme
from desktop.qt.widgets.asset_text import accessible_text, several_text
from desktop.qt.widgets.dragging import ASSETS_MIME, dropped_assets, dropped_files
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


def test_a_tile_says_why_it_is_there_and_its_score(qapp: object) -> None:
    model = AssetListModel()
    why = (Why(Signal.WORDS, "tag hero shot", 1.0), Why(Signal.COLOUR, "38 % red", 0.38))
    model.show_hits([SearchHit(1, make_asset(2, "a.png"), 0.314, Reason.MEANING, why=why)])
    view = QListView()
    view.setModel(model)
    told = QAccessible.Text.Description
    tile = QAccessible.queryAccessibleInterface(view).child(0)
    assert tile.text(told) == "score 0.31, tag hero shot · 38 % red"
    model.show_assets([make_asset(2, "a.png")])
    assert QAccessible.queryAccessibleInterface(view).child(0).text(told) == ""


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
        cell = grid.cell.width()
        assert cell >= least
        left_over = grid.viewport().width() - cell * (grid.viewport().width() // cell)
        assert left_over <= grid.viewport().width() // cell + 1


@pytest.mark.parametrize(
    ("least", "columns"), [(DEFAULT_TILE, 3), (DEFAULT_TILE + 8, 2), (SMALLEST, 3)]
)
def test_in_a_narrow_place_three_fit_unless_larger_ones_are_wanted(
    grid: AssetGrid, least: int, columns: int
) -> None:
    grid.set_tile_size(least)
    grid.resize(430, 480)  # what is left of 1000 pixels beside both panels
    grid.show_assets([make_asset(number) for number in range(1, 9)])
    assert sum(grid.cell_of(row).top() == grid.cell_of(0).top() for row in range(8)) == columns
    assert grid.cell_of(columns - 1).right() <= grid.viewport().width()


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


def selected_ids(grid: AssetGrid) -> list[int]:
    return [asset.id for asset in grid.selected_assets()]


def test_select_all_selects_every_row_of_a_large_library(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 100_001)])
    qtbot.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert selected_ids(grid) == [*range(1, 100_001)]
    grid.show_assets([make_asset(n) for n in range(100_000, 0, -1)])
    assert len(selected_ids(grid)) == 100_000


def test_keys_move_by_tiles_lines_and_pages(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 39)])
    columns = grid.viewport().width() // grid.cell.width()
    assert columns == 4

    def after(key: Qt.Key, start: int) -> int:
        grid.select_asset(start)
        qtbot.keyClick(grid, key)
        assert len(selected_ids(grid)) == 1
        return selected_ids(grid)[0]

    assert after(Qt.Key.Key_Right, 4) == 5
    assert after(Qt.Key.Key_Left, 1) == 1
    assert after(Qt.Key.Key_Down, 6) == 10
    assert after(Qt.Key.Key_Up, 6) == 2
    assert after(Qt.Key.Key_Up, 3) == 3, "there is no line above"
    assert after(Qt.Key.Key_Down, 36) == 38, "the last line is short"
    assert after(Qt.Key.Key_Down, 37) == 37
    assert after(Qt.Key.Key_PageDown, 1) > 1 + columns
    assert after(Qt.Key.Key_End, 1) == 38


def test_shift_selects_in_reading_order(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 39)])
    grid.select_asset(7)
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(grid, Qt.Key.Key_Down, shift)
    assert selected_ids(grid) == [7, 8, 9, 10, 11]
    qtbot.keyClick(grid, Qt.Key.Key_Up, shift)
    qtbot.keyClick(grid, Qt.Key.Key_Up, shift)
    assert selected_ids(grid) == [3, 4, 5, 6, 7]
    place = grid.visualRect(grid.assets.index(8)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, shift, place)
    assert selected_ids(grid) == [7, 8, 9]


def test_a_rubber_band_selects_the_tiles_it_touches(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 39)])
    viewport, button = grid.viewport(), Qt.MouseButton.LeftButton
    # From the gap below the first tile of the second column into the last of the third.
    start = grid.cell_of(1).bottomLeft() + QPoint(1, 0)
    end = grid.cell_of(6).center()
    assert not grid.indexAt(start).isValid()
    qtbot.mousePress(viewport, button, pos=start)
    for place in (start + QPoint(15, 15), end):
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place),
            QPointF(viewport.mapToGlobal(place)),
            Qt.MouseButton.NoButton,
            button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, move)
    assert selected_ids(grid) == [6, 7]
    band = viewport.grab().toImage()
    qtbot.mouseRelease(viewport, button, pos=end)
    assert selected_ids(grid) == [6, 7]
    assert viewport.grab().toImage() != band, "the band goes with the button"


def test_another_order_keeps_all_selected_and_tells_nobody(grid: AssetGrid) -> None:
    assets = [make_asset(number) for number in range(5)]
    grid.show_assets(assets)
    grid.selectAll()
    told: list[object] = []
    grid.selection_changed.connect(told.append)
    grid.show_assets(assets[::-1], is_reordered=True)
    assert grid.selected_assets() == assets[::-1]
    assert not told
    grid.clearSelection()
    assert told == [[]], "but of what a person does, still"


def test_another_order_keeps_the_place(grid: AssetGrid) -> None:
    assets = [make_asset(number) for number in range(2_000)]
    grid.show_assets(assets)
    grid.select_asset(3)  # out of view afterwards, as before
    grid.verticalScrollBar().setValue(5_000)
    grid.show_assets(assets[::-1], is_reordered=True)
    assert grid.verticalScrollBar().value() == 5_000


def test_another_order_keeps_what_is_selected_and_in_view(grid: AssetGrid) -> None:
    assets = [make_asset(n) for n in range(1, 2_001)]
    grid.show_assets(assets)
    grid.select_asset(1_000)
    with grid.current_in_view():
        grid.show_assets(assets[::-1][1_500:] + assets[::-1][:1_500])
    assert selected_ids(grid) == [1_000]
    assert grid.currentIndex().row() in grid.visible_rows()


def test_pictures_come_while_one_scrolls_on(
    grid: AssetGrid, cache: PixmapCache, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(1, 400):
        write_thumbnail(tmp_path, number)
    arrived: list[str] = []
    cache.arrived.connect(arrived.append)
    grid.show_assets([make_asset(n) for n in range(1, 400)])
    bar = grid.verticalScrollBar()
    scroll = QTimer(grid, interval=LOAD_INTERVAL_MS // 2)
    scroll.timeout.connect(lambda: bar.setValue(bar.value() + 20))
    scroll.start()
    qtbot.waitUntil(lambda: len(arrived) > 30)
    assert bar.value() < bar.maximum(), "before it came to rest"
    scroll.stop()


def test_the_size_slider_keeps_the_place(grid: AssetGrid) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 100_001)])
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    first = grid.visible_rows().start
    for size in (SMALLEST, LARGEST):
        grid.set_tile_size(size)
        assert first in grid.visible_rows()


def test_return_opens(grid: AssetGrid, qtbot: QtBot) -> None:
    grid.show_assets([make_asset(n) for n in range(1, 5)])
    grid.select_asset(2)
    opened: list[Asset] = []
    grid.opened.connect(opened.append)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert [asset.id for asset in opened] == [2]
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert dropped_assets(grid.drag_data()) == [2, 3]


def test_what_a_file_holds_beside_its_first_picture_is_said() -> None:
    assert several_text(make_asset(1)) == ""
    assert several_text(make_asset(1, format="GIF", frame_count=0)) == "animated"
    assert several_text(make_asset(1, format="PDF", frame_count=12)) == "12 pages"
    assert several_text(make_asset(1, format="TIFF", frame_count=0)) == "several pages"
    gif = make_asset(1, format="GIF", frame_count=0)
    assert file_facts(gif)["format"] == "GIF, animated"
    sketch = file_facts(make_asset(1, format="Sketch"))
    assert sketch["format"] == "Sketch, by the preview inside the file"
    by_preview = file_facts(make_asset(1, format="PSD preview"))
    assert by_preview["format"] == "PSD, by the preview inside the file"

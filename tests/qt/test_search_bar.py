"""The search bar: typing, pasting, dropping, chips."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from desktop.core.query import Query
from desktop.qt.models.dragging import assets_mime
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.panels.search_bar import HIT_LIMIT, SearchBar
from desktop.qt.theme import Theme
from tests.fakes.services import make_asset
from tests.qt.drops import drop, files_mime
from tests.qt.pictures import gradient


@pytest.fixture
def bar(theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot) -> SearchBar:
    made = SearchBar(theme, pictures, cache)
    qtbot.addWidget(made)
    made.resize(600, 40)
    made.show()
    made.words.setFocus()
    return made


@pytest.fixture
def asked(bar: SearchBar) -> list[Query]:
    queries: list[Query] = []
    bar.query_changed.connect(queries.append)
    return queries


def test_typing_asks_once_after_a_pause(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    qtbot.keyClicks(bar.words, "red shoes ")
    assert asked == []
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [Query("red shoes", None, HIT_LIMIT)]


def test_return_asks_at_once(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    bar.words.setText("帽子")
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert asked == [Query("帽子", None, HIT_LIMIT)]


def test_down_goes_to_the_pictures(bar: SearchBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.words, Qt.Key.Key_Down)


def test_escape_clears_then_leaves(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    bar.words.setText("hat")
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    qtbot.keyClick(bar.words, Qt.Key.Key_Escape)
    assert asked[-1].is_empty
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.words, Qt.Key.Key_Escape)


def test_a_dropped_file_becomes_a_chip(
    bar: SearchBar, asked: list[Query], tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "素材.png"
    gradient(1, 80, 60).save(str(path))
    assert bar.chip.isHidden()
    assert drop(bar, files_mime([path]))
    assert asked == [Query("", path, HIT_LIMIT)]
    assert bar.chip.isVisible()
    assert bar.picture_name() == "素材.png"
    bar.words.setText("on a beach")
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert asked[-1] == Query("on a beach", path, HIT_LIMIT)
    qtbot.mouseClick(bar.chip_remove, Qt.MouseButton.LeftButton)
    assert asked[-1] == Query("on a beach", None, HIT_LIMIT)
    assert bar.chip.isHidden()


def test_an_asset_from_the_grid(bar: SearchBar, asked: list[Query], pictures: Pictures) -> None:
    asset = make_asset(7)
    pictures.learn([asset])
    assert drop(bar, assets_mime([asset]))
    assert asked == [Query("", asset.path, HIT_LIMIT)]


def test_folders_are_left_to_the_window(bar: SearchBar, asked: list[Query], tmp_path: Path) -> None:
    assert not drop(bar, files_mime([tmp_path]))
    mime = QMimeData()
    mime.setText("words")
    assert not drop(bar, mime)
    assert asked == []


def test_pasted_pixels_are_searched_by(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setImage(gradient(4, 3000, 1500))
    qtbot.keyClick(bar.words, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    [query] = asked
    assert isinstance(query.image, bytes)
    assert QImage.fromData(query.image).size().toTuple() == (1024, 512)
    assert bar.picture_name() == "Pasted picture"


def test_pasted_words_stay_words(bar: SearchBar, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("straw hat")
    qtbot.keyClick(bar.words, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert bar.words.text() == "straw hat"
    assert bar.query().image is None

"""A video in the window: its poster and length; when it was found, the frame and its time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.query import Reason, SearchHit
from desktop.core.timecode import timecode
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.details.facts import file_facts
from desktop.qt.details.panel import DetailsPanel
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import Theme
from tests.fakes.services import make_asset

VIDEO = make_asset(1, "clip.mp4", duration_ms=42_900, content_hash="ab12" * 8)
HIT = SearchHit(1, VIDEO, 0.31, Reason.MEANING, 7_400)


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0:00"), (7_400, "0:07"), (59_999, "0:59"), (61_000, "1:01"), (3_723_000, "1:02:03")],
)
def test_times_read_as_in_players(milliseconds: int, words: str) -> None:
    assert timecode(milliseconds) == words


def test_a_hit_is_shown_by_its_frame_and_browsing_by_the_poster(pictures: Pictures) -> None:
    poster = pictures.of_asset(VIDEO)
    pictures.show_moments({VIDEO.id: 7_400})
    frame = pictures.of_asset(VIDEO)
    assert poster is not None
    assert frame is not None
    assert poster.key != frame.key
    assert frame.path.name == f"{VIDEO.content_hash}@7400.jpg"
    pictures.show_moments({})
    assert pictures.of_asset(VIDEO) == poster


def test_the_tile_says_length_or_time(
    theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot
) -> None:
    grid = AssetGrid(theme, pictures, cache)
    qtbot.addWidget(grid)
    grid.resize(500, 500)
    grid.show()

    def look() -> QImage:
        QApplication.processEvents()
        return grid.grab().toImage()

    still = VIDEO._replace(duration_ms=0)
    grid.show_assets([still])
    without = look()
    grid.show_assets([VIDEO])
    length = look()
    pictures.show_moments({VIDEO.id: 7_400})
    grid.show_hits([HIT])
    found = look()
    assert without != length != found
    spoken = grid.assets.data(grid.assets.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "clip.mp4, video, 0:42, found at 0:07"


def test_the_details_tell_both(
    theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot
) -> None:
    assert file_facts(VIDEO)["duration"] == "0:42"
    assert file_facts(VIDEO, 7_400)["duration"] == "0:42, found at 0:07"
    panel = DetailsPanel(theme, pictures, cache)
    qtbot.addWidget(panel)
    panel.show_selection([VIDEO])
    assert not panel.reference_button.isEnabled()
    assert panel.similar_button.isEnabled()

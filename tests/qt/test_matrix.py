"""A matrix in the window: planned, priced, queued, looked at, saved as one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.qt.create.matrix_dialog import RESULTS, MatrixDialog
from desktop.qt.theme import Theme
from tests.qt.studio import Studio, open_studio


@pytest.fixture
def studio(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    yield from open_studio(theme, tmp_path, qtbot)


def test_a_matrix_is_priced_queued_filled_and_saved(
    studio: Studio, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = studio.show_panel()
    studio.write("A photo of {row}")
    studio.click(panel.queue_row.matrix_button)
    dialog = cast(MatrixDialog, studio.dialog(MatrixDialog))
    assert not dialog.queue_button.isEnabled()
    qtbot.keyClicks(dialog.rows.words, "a cape")
    grid = studio.session.window.centre.grid
    grid.setCurrentIndex(grid.assets.index(0))
    studio.click(dialog.rows.add_button)
    qtbot.keyClicks(dialog.columns.words, "On a beach")
    qtbot.keyClick(dialog.columns.words, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.columns.words, "In snow")
    assert "4 pictures, about $0.1" in dialog.price()
    assert studio.sent() == []
    studio.click(dialog.queue_button)
    studio.until(lambda: dialog.progress() == "4 of 4")
    assert dialog.tabs.currentIndex() == RESULTS
    assert studio.sent() == [
        "A photo of a cape On a beach.",
        "A photo of a cape In snow.",
        "A photo of what picture 1 shows On a beach.",
        "A photo of what picture 1 shows In snow.",
    ]
    place = tmp_path / "sheet.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    studio.click(dialog.export_button)
    studio.until(place.exists)
    studio.until(lambda: str(place) in studio.session.window.centre.notice.text())
    with Image.open(place) as sheet:
        assert sheet.format == "PNG"

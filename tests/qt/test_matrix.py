"""A matrix in the window: planned, priced, queued, looked at, saved as one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop.qt.create.matrix_dialog import RESULTS, MatrixDialog
from desktop.qt.theme import Theme
from desktop.qt.widgets.picture_button import PictureButton
from tests.fakes.gemini_replies import Failure
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
    assert dialog.rows.role.isHidden()
    studio.click(dialog.rows.add_button)
    dialog.rows.role.setCurrentIndex(dialog.rows.role.findData("product"))
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
    assert ["product" in "".join(sent.captions) for sent in studio.server.requests] == [
        *(False, False, True, True)
    ]
    place = tmp_path / "sheet.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(place), ""))
    studio.click(dialog.export_button)
    studio.until(place.exists)
    studio.until(lambda: str(place) in studio.session.window.centre.notice.text())
    with Image.open(place) as sheet:
        assert sheet.format == "PNG"


def test_cells_lead_to_their_pictures_and_a_failed_one_is_asked_for_again(
    studio: Studio, qtbot: QtBot
) -> None:
    panel = studio.show_panel()
    studio.server.fail_with(Failure.BAD_REQUEST, count=1)
    studio.write("A photo of {row}")
    studio.click(panel.queue_row.matrix_button)
    dialog = cast(MatrixDialog, studio.dialog(MatrixDialog))
    dialog.rows.words.setPlainText("a cape\na hat")
    studio.click(dialog.queue_button)
    studio.until(lambda: dialog.progress() == "1 of 2")
    studio.until(lambda: bool(shown(dialog, QPushButton, "Ask again")))
    [again] = shown(dialog, QPushButton, "Ask again")
    assert again.toolTip(), "why it failed"
    studio.click(again)
    studio.until(lambda: dialog.progress() == "2 of 2")
    assert studio.sent() == ["A photo of a cape", "A photo of a hat", "A photo of a cape"]
    view = dialog._view
    assert view is not None
    asset = view.cells[0][0].asset
    assert asset is not None
    cell = next(b for b in dialog.findChildren(PictureButton) if b.toolTip() == asset.filename)
    qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    grid = studio.session.window.centre.grid
    studio.until(lambda: [chosen.id for chosen in grid.selected_assets()] == [asset.id])


def test_a_slot_of_the_template_is_an_axis(studio: Studio) -> None:
    panel = studio.show_panel()
    studio.until(lambda: bool(panel.templates._templates.usable))
    template = next(
        each
        for each in panel.templates._templates.usable
        if any(slot.kind == "choice" for slot in each.slots)
    )
    panel.templates._on_chosen(template.name)
    studio.click(panel.queue_row.matrix_button)
    dialog = cast(MatrixDialog, studio.dialog(MatrixDialog))
    choice = next(slot for slot in template.slots if slot.kind == "choice")
    dialog.rows.slot.setCurrentText(choice.title.said("en"))
    lines = dialog.rows.words.toPlainText().splitlines()
    assert lines == [option.said("en") for option in choice.options]
    matrix = dialog._matrix()
    assert matrix is not None
    requests = [request for _, _, request in matrix.requests()]
    assert [request.slots[choice.name] for request in requests] == lines
    assert len({request.prompt for request in requests}) == len(lines)
    assert {request.template for request in requests} == {template.name}
    dialog.rows.words.setPlainText("no such choice")
    assert not dialog.queue_button.isEnabled()
    assert "is no choice" in dialog.price()


def shown(dialog: MatrixDialog, kind: type[QPushButton], text: str) -> list[QPushButton]:
    return [made for made in dialog.findChildren(kind) if made.text() == text and made.isVisible()]

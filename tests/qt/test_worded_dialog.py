"""Dialogs are as high as their words need."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout
from pytestqt.qtbot import QtBot

from desktop.embedding.models.registry import ModelRegistry
from desktop.qt.manage.models_dialog import ModelsDialog
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.worded_dialog import WordedDialog
from tests.gallery.audit import clipped

LONG = "A model turns pictures and words into something that can be compared. " * 6


def test_every_word_about_every_known_model_is_seen(tmp_path: Path, qtbot: QtBot) -> None:
    dialog = ModelsDialog(ModelRegistry(tmp_path).list(), "")
    qtbot.addWidget(dialog)
    dialog.show()
    assert clipped(dialog) == []


def test_words_that_come_later_are_made_room_for(qtbot: QtBot) -> None:
    dialog = WordedDialog()
    qtbot.addWidget(dialog)
    column = QVBoxLayout(dialog)
    words = label("Short.", wraps=True)
    column.addWidget(words)
    dialog.setFixedWidth(300)
    dialog.show()
    words.setText(LONG)
    qtbot.waitUntil(lambda: words.height() >= words.heightForWidth(words.width()))
    assert clipped(dialog) == []

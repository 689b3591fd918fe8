"""Which model finds pictures by meaning, and how to get one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.text import listed, marked, size, tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.worded_dialog import WordedDialog

if TYPE_CHECKING:
    from desktop.embedding.models.registry import ModelEntry

LANGUAGES = {
    "en": marked("English"),
    "zh": marked("Chinese"),
    "de": marked("German"),
    "fr": marked("French"),
    "ja": marked("Japanese"),
}


def ask_model_file(parent: QWidget) -> Path | None:
    """Which file a person picks as a model; None where they pick none."""
    chosen, _ = QFileDialog.getOpenFileName(
        parent,
        tr("Import a model file"),
        "",
        tr("Models (*.safetensors *.pt *.pth *.bin);;All (*)"),
    )
    return Path(chosen) if chosen else None


def ask_model_folder(parent: QWidget) -> Path | None:
    """Which folder of a model a person picks; None where they pick none."""
    chosen = QFileDialog.getExistingDirectory(parent, tr("Import a model folder"))
    return Path(chosen) if chosen else None


def entry_facts(entry: ModelEntry) -> str:
    """Size, licence and languages in one line."""
    spoken = [tr(LANGUAGES.get(code, code)) for code in entry.languages[:3]]
    if len(entry.languages) > 3:
        spoken.append(tr("{count} more", count=len(entry.languages) - 3))
    parts = [size(entry.size_bytes) if entry.size_bytes else "", tr(entry.licence), listed(spoken)]
    return " · ".join(part for part in parts if part)


class ModelsDialog(WordedDialog):
    """Lists the models; installed ones can be used, known ones downloaded."""

    use_requested = Signal(str)
    download_requested = Signal(str)
    import_requested = Signal(object)
    """Path of a checkpoint file, or of a model's folder."""

    def __init__(
        self, entries: Sequence[ModelEntry], in_use: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(600)
        head = label(tr("Finding pictures by what they show"), scale="large", weight="strong")
        words = label(
            tr(
                "A model turns pictures and words into something that can be "
                "compared. It runs on this computer; your pictures stay "
                "here. Changing the model reads the library again."
            ),
            tone="soft",
            wraps=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(head)
        column.addWidget(words)
        column.addSpacing(UNIT)
        for number, entry in enumerate(entries):
            is_next = not in_use and number == 0
            column.addWidget(self._card(entry, in_use, is_next=is_next))
        column.addSpacing(UNIT)
        bottom = QHBoxLayout()
        bottom.setSpacing(UNIT)
        self.import_button = button(tr("Import a model file…"), self._choose_file)
        self.import_button.setToolTip(tr("A CLIP checkpoint: .safetensors, .pt, .pth or .bin"))
        bottom.addWidget(self.import_button)
        self.folder_button = button(tr("Choose a model folder…"), self._choose_folder)
        self.folder_button.setToolTip(tr("Of a model that another Plantain has used"))
        bottom.addWidget(self.folder_button)
        bottom.addStretch()
        close = button(tr("Close"), self.reject)
        bottom.addWidget(close)
        column.addLayout(bottom)

    def import_file(self, path: Path) -> None:
        """Import this file."""
        self.import_requested.emit(path)
        self.accept()

    def _card(self, entry: ModelEntry, in_use: str, *, is_next: bool) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        text = QVBoxLayout()
        text.setSpacing(2)
        title = tr("Demo model") if entry.source == "bundled" else entry.name
        text.addWidget(label(title, weight="strong"))
        if entry.description:
            text.addWidget(label(tr(entry.description), tone="soft", wraps=True))
        text.addWidget(label(entry_facts(entry), tone="faint", scale="small", wraps=True))
        if entry.problem:
            text.addWidget(label(entry.problem, tone="danger", wraps=True))
        row = QHBoxLayout(card)
        row.setContentsMargins(UNIT + 4, UNIT, UNIT + 4, UNIT)
        row.setSpacing(2 * UNIT)
        row.addLayout(text, 1)
        if entry.name == in_use:
            row.addWidget(label(tr("In use"), tone="soft"))
        elif entry.is_installed and not entry.problem:
            words = tr("Use the demo model") if entry.source == "bundled" else tr("Use")
            made = button(words, lambda: self._use(entry.name), is_next=is_next)
            made.setObjectName(f"use {entry.name}")
            row.addWidget(made)
        elif entry.source == "downloadable" and (entry.is_installed or not entry.problem):
            made = button(tr("Download"), lambda: self._download(entry.name), is_next=is_next)
            made.setObjectName(f"download {entry.name}")
            row.addWidget(made)
        return card

    def _use(self, name: str) -> None:
        self.use_requested.emit(name)
        self.accept()

    def _download(self, name: str) -> None:
        self.download_requested.emit(name)
        self.accept()

    def _choose_file(self) -> None:
        if (chosen := ask_model_file(self)) is not None:
            self.import_file(chosen)

    def _choose_folder(self) -> None:
        if (chosen := ask_model_folder(self)) is not None:
            self.import_file(chosen)

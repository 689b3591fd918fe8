"""Asks for a file's new name; its suffix stays."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.worded_dialog import WordedDialog

_WIDTH = 52 * UNIT


class RenameDialog(WordedDialog):
    """The name as it is, marked for typing over; what no file can be called is said in place."""

    named = Signal(str)
    """The new name, with the suffix."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Rename the file"))
        self._name = name
        self._suffix = Path(name).suffix
        self.field = QLineEdit(displayable(name.removesuffix(self._suffix)))
        self.field.setAccessibleName(tr("New name"))
        self.field.selectAll()
        self.field.textEdited.connect(self._check)
        self.problem = label(tone="danger", wraps=True)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.field, 1)
        if self._suffix:
            row.addWidget(label(displayable(self._suffix), tone="soft"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.rename_button = self.buttons.addButton(
            tr("Rename"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(
            label(tr("Tags, stars, boards and lineage stay with it."), tone="soft", wraps=True)
        )
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addStretch()
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)
        self.rename_button.setEnabled(False)
        self.field.setFocus()

    def _check(self) -> None:
        from desktop.services.curation.renaming import check_name

        problem, name = "", self._typed()
        try:
            check_name(name, self._suffix)
        except UsageError as error:
            problem = error.message
        self.problem.setText(problem)
        self.rename_button.setEnabled(not problem and name != self._name)

    def _typed(self) -> str:
        return self.field.text().strip() + self._suffix

    def _accept(self) -> None:
        self.named.emit(self._typed())
        self.accept()

"""Files that could not be read, and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import displayable
from desktop.core.text import ngettext, tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.services.reports import FileFailure


class FailuresDialog(QDialog):
    """Lists failures; the list can be copied, a file shown in the file manager."""

    retry_requested = Signal(object)
    """list[Path]: read these again."""

    def __init__(self, failures: Sequence[FileFailure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Files that could not be read"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 440)
        self._failures = tuple(failures)
        count = len(failures)
        head = label(
            ngettext("{count} file could not be read", "{count} files could not be read", count),
            scale="large",
            weight="strong",
        )
        note = label(
            tr("Nothing on disk was changed, and everything else was added."),
            tone="soft",
            wraps=True,
        )
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Files that could not be read"))
        self.list.setColumnCount(2)
        self.list.setHeaderLabels([tr("File"), tr("Why")])
        self.list.setRootIsDecorated(False)
        self.list.setWordWrap(True)  # a reason that is cut short is none
        self.list.header().sectionResized.connect(self.list.scheduleDelayedItemsLayout)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for failure in failures:
            item = QTreeWidgetItem([displayable(failure.path.name), failure.reason])
            item.setToolTip(0, displayable(failure.path))
            item.setToolTip(1, failure.reason)
            self.list.addTopLevelItem(item)
        self.list.setColumnWidth(0, 280)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.list)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._copy)
        if (first := self.list.topLevelItem(0)) is not None:
            self.list.setCurrentItem(first)
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        self.copy_button = button(tr("Copy list"), self._copy)
        self.reveal_button = button(tr("Show in file manager"), self._reveal)
        self.retry_button = button(tr("Try again"), self._retry)
        close = button(tr("Close"), self.accept)
        close.setDefault(True)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.reveal_button)
        buttons.addStretch()
        buttons.addWidget(self.retry_button)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(head)
        column.addWidget(note)
        column.addSpacing(UNIT)
        column.addWidget(self.list, 1)
        column.addSpacing(UNIT)
        column.addLayout(buttons)

    def as_text(self) -> str:
        """One line per file, path and reason parted by a tab."""
        return "\n".join(f"{displayable(f.path)}\t{f.reason}" for f in self._failures)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.as_text())

    def _reveal(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            at = self.list.indexOfTopLevelItem(item)
            folder = self._failures[at].path.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _retry(self) -> None:
        self.retry_requested.emit([failure.path for failure in self._failures])
        self.accept()

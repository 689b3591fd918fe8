"""Which Plantain this is, and whose work is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.config.third_party import Work
from desktop.core.text import ngettext, tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label

_LICENCE = "Apache-2.0"


class AboutDialog(QDialog):
    """Version and licence at once; the works of others once they have been read.

    Args:
        versions: as ``config.versions``.
    """

    def __init__(self, versions: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About Plantain"))
        self.resize(96 * UNIT, 68 * UNIT)
        self._works: Sequence[Work] = ()
        self.version = label(tr("Version {version}", version=versions["plantain"]), tone="soft")
        system = f"Python {versions['python']}, {versions['system']}"
        self.count = label(tr("Reading the licences…"), tone="soft")
        self.names = QListWidget()
        self.names.setObjectName("plain")
        self.names.setAccessibleName(tr("Works of others"))
        self.names.setFixedWidth(32 * UNIT)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.names.currentRowChanged.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Licence"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        works = QHBoxLayout()
        works.setSpacing(UNIT)
        works.addWidget(self.names)
        works.addWidget(self.text, 1)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(label("Plantain", scale="large", weight="strong"))
        column.addWidget(self.version)
        column.addWidget(label(system, tone="faint", scale="small"))
        column.addWidget(
            label(
                tr(
                    "Under the licence {licence}. It tells nobody anything: nothing is counted and "
                    "nothing is reported.",
                    licence=_LICENCE,
                ),
                wraps=True,
            )
        )
        column.addSpacing(UNIT)
        column.addWidget(self.count)
        column.addLayout(works, 1)
        column.addLayout(foot)

    def show_works(self, works: Sequence[Work]) -> None:
        """These are in it."""
        self._works = works
        self.count.setText(
            ngettext(
                "It contains {count} work of others:",
                "It contains {count} works of others:",
                len(works),
            )
        )
        self.names.clear()
        for work in works:
            name = f"{work.name} {work.version}".strip()
            item = QListWidgetItem(name)
            item.setToolTip(name)
            self.names.addItem(item)
        if works:
            self.names.setCurrentRow(0)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._works):
            work = self._works[row]
            told = work.text or tr("It brings no text of its licence.")
            self.text.setPlainText(f"{work.licence}\n\n{told}" if work.licence else told)

"""What is new: shown once after an upgrade, and whenever it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from desktop.config.release_notes import UNRELEASED, Release
from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label


class NewsDialog(QDialog):
    """The release notes, as they are written: in English.

    Args:
        current: the version that runs.
    """

    def __init__(
        self, releases: Sequence[Release], current: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("What is new"))
        self.resize(88 * UNIT, 72 * UNIT)
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("What is new"))
        self.text.setOpenLinks(False)
        self.text.setMarkdown("\n\n".join(_told(each, current) for each in releases))
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(
            label(
                tr("What is new in Plantain {version}", version=current),
                scale="large",
                weight="strong",
                wraps=True,
            )
        )
        column.addWidget(self.text, 1)
        column.addLayout(foot)


def _told(release: Release, current: str) -> str:
    version = current if release.version == UNRELEASED else release.version
    return f"## {version}\n\n{release.notes}"

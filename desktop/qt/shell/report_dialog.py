"""Something went wrong that nobody foresaw: words first, details for whoever helps."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QDir, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import displayable
from desktop.core.text import marked, ngettext, tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import set_property

_HEAD = marked("Something went wrong inside Plantain")
_WORDS = marked(
    "Your pictures were not touched, and everything that was "
    "saved is safe. You can go on working; if it happens again, "
    "restart Plantain."
)
_CRASH_HEAD = marked("Plantain ended unexpectedly the last time")
_CRASH_WORDS = marked("Your pictures were not touched, and everything that was saved is safe.")
_OFFER = marked(
    "A report helps whoever looks into it: the log, versions and "
    "settings in one file that you can look through and then "
    "send. Keys, pictures and prompts are never in it."
)


class ReportDialog(QDialog):
    """One dialog for errors that come together: further errors are added to the open one.

    Args:
        can_save: a report can be written (``save_requested``).
        is_after_crash: it is about the run before this one.
    """

    save_requested = Signal(object, bool)
    """Path to write a report to, and whether with the names of folders and files."""
    quit_requested = Signal()

    def __init__(
        self,
        details: str,
        parent: QWidget | None = None,
        *,
        can_save: bool = True,
        is_after_crash: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Plantain")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._errors = 1
        head = tr(_CRASH_HEAD if is_after_crash else _HEAD)
        words = tr(_CRASH_WORDS if is_after_crash else _WORDS)
        self.setAccessibleName(head)
        self.setAccessibleDescription(words)
        self.count = label(tone="soft")
        self.count.hide()
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(tr("Details"))
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setTabChangesFocus(True)
        self.details.setMinimumHeight(26 * UNIT)
        self.details.hide()
        self.show_button = button(tr("Show details"), self._toggle, is_flat=True)
        self.copy_button = button(tr("Copy details"), self._copy, is_flat=True)
        self.copy_button.setToolTip(tr("They contain names of files"))
        self.quit_button = button(tr("Quit Plantain"), self.quit_requested.emit, is_flat=True)
        self.quit_button.setVisible(not is_after_crash)
        self.continue_button = button(
            tr("Not now") if is_after_crash else tr("Continue"),
            self.accept,
            is_next=not is_after_crash,
        )
        self.continue_button.setDefault(True)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT + 4)
        column.addWidget(label(head, scale="large", weight="strong"))
        column.addWidget(label(words, tone="soft", wraps=True))
        column.addWidget(self.count)
        offer = self._offer(is_next=is_after_crash)
        offer.setVisible(can_save)
        column.addWidget(offer)
        column.addWidget(self.details, 1)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.show_button)
        row.addWidget(self.copy_button)
        row.addStretch()
        row.addWidget(self.quit_button)
        row.addWidget(self.continue_button)
        column.addLayout(row)
        self.setMinimumWidth(max(70 * UNIT, self._column.sizeHint().width()))
        self.resize(self.minimumWidth(), 0)
        self._fit()

    def add(self, details: str) -> None:
        """Another error while the dialog is open."""
        self._errors += 1
        self.count.setText(
            ngettext("{count} error so far.", "{count} errors so far.", self._errors)
        )
        self.count.show()
        self.details.appendPlainText("\n" + details)
        self._fit()

    def show_saving(self) -> None:
        """The report is being written."""
        self.save_button.setEnabled(False)
        self._say(tr("Writing the report takes some seconds…"))

    def show_saved(self, path: Path) -> None:
        """The report is there."""
        self.save_button.setEnabled(True)
        self._say(tr("Saved as {path}", path=displayable(path)))

    def show_failure(self, words: str) -> None:
        """The report could not be written."""
        self.save_button.setEnabled(True)
        self._say(words, is_failure=True)

    def _offer(self, *, is_next: bool) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        self.with_paths = QCheckBox(tr("With names of folders and files"))
        self.with_paths.setToolTip(tr("Otherwise they are replaced by words like <home>"))
        self.save_button = button(tr("Save report…"), self._choose_place, is_next=is_next)
        self.outcome = label(tone="soft", wraps=True, selectable=True)
        self.outcome.hide()
        row = QHBoxLayout()
        row.addWidget(self.with_paths, 1)
        row.addWidget(self.save_button)
        column = QVBoxLayout(card)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT + 4)
        column.addWidget(label(tr(_OFFER), tone="soft", wraps=True))
        column.addLayout(row)
        column.addWidget(self.outcome)
        return card

    def _say(self, words: str, *, is_failure: bool = False) -> None:
        self.outcome.setText(words)
        set_property(self.outcome, "tone", "danger" if is_failure else "soft")
        self.outcome.show()
        self._fit()

    def _fit(self) -> None:
        """As high as the words need at this width; the layout alone squeezes wrapped lines."""
        self._column.activate()
        self.resize(self.width(), self._column.totalHeightForWidth(self.width()))

    def _choose_place(self) -> None:
        name = f"plantain-report-{datetime.now():%Y%m%d-%H%M}.zip"
        chooser = QFileDialog(self, tr("Save report"), QDir.homePath(), tr("ZIP archives (*.zip)"))
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("zip")
        # Whoever writes it replaces no file, and says so.
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.selectFile(name)
        chooser.fileSelected.connect(
            lambda path: self.save_requested.emit(Path(path), self.with_paths.isChecked())
        )
        chooser.open()

    def _toggle(self) -> None:
        is_shown = self.details.isHidden()
        self.details.setVisible(is_shown)
        self.show_button.setText(tr("Hide details") if is_shown else tr("Show details"))
        self._fit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())
        self.copy_button.setText(tr("Copied"))

"""Asks what may be done with pictures, a folder or a board."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.core.rights import MAX_LICENCE, Rights
from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.worded_dialog import WordedDialog

_WIDTH = 56 * UNIT
_ISO = "yyyy-MM-dd"


class RightsDialog(WordedDialog):
    """What is said now; a field that is left alone stays as it is, for each picture its own.

    Args:
        about: of what it is said, for people.
        rights: what is said of all of them.
        differing: names of the fields in which they differ.
        reasons: why they may not be sent for what is said elsewhere: of their boards, their folders
            and what they were made from.
    """

    said = Signal(object)
    """dict: the fields of ``Rights`` that are to change, and their new values."""

    def __init__(
        self,
        about: str,
        rights: Rights,
        differing: Collection[str] = (),
        reasons: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Rights"))
        self._touched: set[str] = set()
        several = tr("Different; they stay so unless you change it here")

        self.private = QCheckBox(tr("Never leaves this computer"))
        self.private.setToolTip(
            tr("It is not sent to any service, and neither is what was made from it.")
        )
        if "is_private" in differing:
            self.private.setTristate(True)
            self.private.setCheckState(Qt.CheckState.PartiallyChecked)
            self.private.setToolTip(several)
        else:
            self.private.setChecked(rights.is_private)
        self.private.clicked.connect(lambda: self._touch("is_private"))
        self.licence = QLineEdit(rights.licence)
        self.licence.setMaxLength(MAX_LICENCE)
        self.licence.setAccessibleName(tr("Licence"))
        self.licence.setPlaceholderText(
            several if "licence" in differing else tr("As “Stock 1234, web only”")
        )
        self.licence.textEdited.connect(lambda: self._touch("licence"))
        self.ends = QCheckBox(tr("May be used until"))
        self.ends.setChecked(bool(rights.expires))
        if "expires" in differing:
            self.ends.setTristate(True)
            self.ends.setCheckState(Qt.CheckState.PartiallyChecked)
            self.ends.setToolTip(several)
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat(_ISO)
        self.day.setAccessibleName(tr("Last day of use"))
        self.day.setDate(QDate.fromString(rights.expires or date.today().isoformat(), _ISO))
        self.day.setEnabled(bool(rights.expires))
        self.ends.clicked.connect(self._on_ends)
        self.day.dateChanged.connect(lambda: self._touch("expires"))

        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(label(about, tone="soft", wraps=True))
        column.addSpacing(UNIT)
        column.addWidget(self.private)
        column.addSpacing(UNIT)
        column.addWidget(label(tr("Licence"), tone="faint", scale="small"))
        column.addWidget(self.licence)
        column.addSpacing(UNIT)
        until = QHBoxLayout()
        until.setSpacing(UNIT)
        until.addWidget(self.ends)
        until.addWidget(self.day)
        until.addStretch()
        column.addLayout(until)
        self.elsewhere = label("\n".join(reasons), tone="soft", wraps=True)
        self.elsewhere.setVisible(bool(reasons))
        if reasons:
            column.addSpacing(UNIT)
            column.addWidget(label(tr("It may not be sent anyway:"), weight="strong"))
        column.addWidget(self.elsewhere)
        column.addStretch(1)
        self.buttons = QDialogButtonBox()
        self.save_button = button(tr("Save"), self._save, is_next=True)
        self.save_button.setDefault(True)
        self.buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = button(tr("Cancel"), self.reject)
        self.buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        column.addSpacing(UNIT)
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)

    # ------------------------------------------------------------------ inside

    def _touch(self, field: str) -> None:
        self._touched.add(field)

    def _on_ends(self) -> None:
        self._touch("expires")
        self.day.setEnabled(self.ends.checkState() is Qt.CheckState.Checked)

    def _save(self) -> None:
        private, ends = self.private.checkState(), self.ends.checkState()
        left = Qt.CheckState.PartiallyChecked
        values = {
            "is_private": None if private is left else private is Qt.CheckState.Checked,
            "licence": self.licence.text(),
            "expires": self.day.date().toString(_ISO) if ends is Qt.CheckState.Checked else "",
        }
        if ends is left:
            del values["expires"]
        changes = {
            name: value
            for name, value in values.items()
            if name in self._touched and value is not None
        }
        if changes:
            self.said.emit(changes)
        self.accept()

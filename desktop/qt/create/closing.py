"""Closing the window while something that is paid for is on its way."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.core.text import tr


def may_close_over(parent: QWidget, what: str) -> bool:
    """Ask whether to close all the same; ``what`` would be given up."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(what)
    box.setInformativeText(
        tr("What was sent may be billed, whether or not its answer is still waited for.")
    )
    wait = box.addButton(tr("Keep Plantain open"), QMessageBox.ButtonRole.RejectRole)
    close = box.addButton(tr("Close all the same"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(wait)
    box.setEscapeButton(wait)
    box.exec()
    return box.clickedButton() is close

"""From where, and by which way, models are downloaded."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from desktop.config.about_settings import no_address, no_proxy
from desktop.core.text import tr
from desktop.embedding.models.hub import HubAddress
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label


class DownloadAddress(QFrame):
    """Two fields; what cannot be an address is said, and not taken."""

    entered = Signal(object)
    """HubAddress."""
    changed = Signal()
    """It has something else to say."""

    def __init__(self, address: HubAddress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.mirror = _field(address.endpoint, tr("Mirror"), "https://huggingface.co")
        self.proxy = _field(address.proxy, tr("Proxy"), tr("As the system says"))
        self.problem = label(tone="danger", wraps=True)
        self.problem.hide()
        about = tr(
            "A mirror is another server with the same files. What comes from it is checked, and no "
            "token or key is sent to it."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT + 4, UNIT, UNIT + 4, UNIT + 4)
        column.setSpacing(UNIT // 2)
        column.addWidget(label(tr("Mirror"), tone="soft"))
        column.addWidget(self.mirror)
        column.addWidget(label(tr("Proxy"), tone="soft"))
        column.addWidget(self.proxy)
        column.addWidget(self.problem)
        column.addWidget(label(about, tone="faint", scale="small", wraps=True))
        for field in (self.mirror, self.proxy):
            field.returnPressed.connect(self.enter)

    def enter(self) -> None:
        """Take what the fields say."""
        mirror, proxy = self.mirror.text().strip(), self.proxy.text().strip()
        problem = no_address(mirror) or no_proxy(proxy)
        self.say(problem)
        if not problem:
            self.entered.emit(HubAddress(mirror, proxy))

    def say(self, problem: str) -> None:
        """Why the address is not taken; empty for nothing."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.changed.emit()


def _field(text: str, name: str, placeholder: str) -> QLineEdit:
    made = QLineEdit(text)
    made.setAccessibleName(name)
    made.setPlaceholderText(placeholder)
    return made

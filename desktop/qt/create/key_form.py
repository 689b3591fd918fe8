"""Asks for the key of a service, where it is missing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.core.text import sentences, tr
from desktop.generation.provider import Provider
from desktop.qt.create.raw_details import RawDetails
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.flow_layout import FlowRow, Spare
from desktop.qt.widgets.labels import label


class KeyForm(QFrame):
    """The key goes out once, by ``key_entered``, and is wiped from the field."""

    key_entered = Signal(str, bool)
    """The key, and whether it is for this session only."""
    link_opened = Signal(str)
    other_wanted = Signal()
    """Ask again, with the key that is in use now."""

    def __init__(
        self, theme: Theme, provider: Provider | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._provider = provider
        self._title = label("", weight="strong", wraps=True)
        self._text = label("", tone="soft", wraps=True)
        self.details = RawDetails()
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAcceptDrops(False)
        self.field.returnPressed.connect(self._enter)
        self.save_button = button(tr("Save key"), self._enter)
        self.session_button = button(
            tr("Use until I close Plantain"), lambda: self._enter(is_for_session=True)
        )
        self.session_button.setToolTip(
            tr("Kept in memory alone, for computers without a key store")
        )
        self.field.textChanged.connect(self._on_text)
        self._on_text("")
        self.other_button = button(
            tr("Try again with the other key"), self.other_wanted.emit, is_next=True
        )
        self.get_button = button(
            tr("Get a key…"), lambda: self.link_opened.emit(self._page()), is_flat=True
        )
        row = FlowRow(self.save_button, self.session_button, spacing=UNIT, spare=Spare.AFTER)
        link_row = QHBoxLayout()
        link_row.addWidget(self.get_button)
        link_row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT + 4, UNIT + 4, UNIT + 4, UNIT + 4)
        column.setSpacing(UNIT)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addWidget(self.details)
        column.addWidget(self.other_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.field)
        column.addWidget(row)
        column.addLayout(link_row)
        self._describe()
        self.ask()

    def ask(self, title: str = "", message: str = "", details: str = "") -> None:
        """Ask, saying why, with what the service answered to the last one."""
        self.details.show_details(details)
        self._title.setText(title or tr("{service} needs a key", service=self._service()))
        self._text.setText(
            message
            or tr(
                "It is kept in this computer's key store and sent to {service} only. The mood "
                "board works without one.",
                service=self._service(),
            )
        )
        self.field.setEnabled(True)
        self.other_button.hide()

    def offer_other(self) -> None:
        """There is another key than the one that was refused, in the key store or the environment;
        it is used from now on."""
        variable = self._provider.key_variable if self._provider else ""
        self._text.setText(
            sentences(
                self._text.text(),
                tr(
                    "There is another key, in the key store or in {variable}; it is used from now "
                    "on.",
                    variable=variable,
                ),
            )
        )
        self.other_button.show()

    def text(self) -> str:
        """Why it asks."""
        return self._text.text()

    def show_saving(self) -> None:
        """The key is being tried, and then on its way to the key store."""
        self.field.setEnabled(False)
        self.details.show_details("")
        self._text.setText(
            tr("Asking {service} whether it accepts the key…", service=self._service())
        )

    def show_provider(self, provider: Provider) -> None:
        """Ask for the key of this one from now on."""
        self._provider = provider
        self.field.clear()
        self._describe()
        self.ask()

    def _describe(self) -> None:
        provider = self._provider
        self.field.setPlaceholderText(tr(provider.key_hint) if provider else "")
        self.field.setAccessibleName(tr("{service} key", service=self._service()))
        self.get_button.setToolTip(self._page())

    def _service(self) -> str:
        return self._provider.service if self._provider else ""

    def _page(self) -> str:
        return self._provider.key_page if self._provider else ""

    def _on_text(self, text: str) -> None:
        for made in (self.save_button, self.session_button):
            made.setEnabled(bool(text.strip()))

    def _enter(self, *, is_for_session: bool = False) -> None:
        key = self.field.text().strip()
        if key:
            self.field.clear()
            self.show_saving()
            self.key_entered.emit(key, is_for_session)
